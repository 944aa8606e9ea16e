"""CLIP with two dense layers: from embeddings to a trained model, and from its file back to predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import torch

from floodmark.errors import UserError
from floodmark.learning.weights import load_weights
from floodmark.sentiment.dataset import CANDIDATE, SPLITS, labelled, read_tweets
from floodmark.sentiment.embeddings import Embeddings, read_embeddings
from floodmark.sentiment.models.dense import DenseClassifier, without_photos
from floodmark.sentiment.training import Examples, predict, train

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.settings.train_clip import TrainClip


def train_clip(
    confidence: str,
    tweets: Path,
    augmented: Path,
    embeddings: Path,
    folder: Path,
    settings: TrainClip,
    seed: int,
    work: Path | None = None,
) -> None:
    """Train on the tweets that have a photo, their own or one assigned at this confidence, with `work` resumed.

    Validation and test are the same tweets with the same photos at every confidence: their own, or the one drawn at
    the candidate threshold, or none.

    Raises:
        UserError: if the confidence is none of those that were drawn.
    """
    rows = clip_rows(confidence, tweets, augmented)
    texts, images = read_embeddings(embeddings, "texts"), read_embeddings(embeddings, "images")
    splits = {split: clip_examples(known, texts, images) for split, known in rows.items()}
    config = {"embedding": texts.vectors.shape[1], "units": settings.units, "dropout": settings.dropout}
    assigned = rows["train"].filter(pl.col("own_photo").is_null())
    train(
        f"clip {confidence}",
        lambda: DenseClassifier(**config, image_dropout=settings.image_dropout),
        config,
        splits,
        settings,
        folder,
        seed,
        details={"assigned": len(assigned)},
        work=work,
    )


def clip_rows(confidence: str, tweets: Path, augmented: Path) -> dict[str, pl.DataFrame]:
    """The tweets of each split, with the photo that is `seen`: their own, or the one drawn for them.

    Training holds the tweets that have one at this confidence; validation and test all, with the draw at the candidate
    threshold or none.

    Raises:
        UserError: if the confidence is none of those that were drawn.
    """
    drawn = pl.read_parquet(augmented).drop("split")
    if f"photo_{confidence}" not in drawn.columns:
        names = (name.removeprefix("photo_") for name in drawn.columns if name.startswith("photo_"))
        raise UserError(
            f"{augmented}: no photos were assigned at confidence '{confidence}': choose among "
            f"{', '.join(name for name in names if name != CANDIDATE)}, or add it to augment.min_confidences"
        )
    known = labelled(read_tweets(tweets)).join(drawn, on="tweet").sort("tweet")
    found = {}
    for split in SPLITS:
        column = f"photo_{confidence}" if split == "train" else f"photo_{CANDIDATE}"
        found[split] = known.filter(pl.col("split") == split).with_columns(seen=pl.coalesce("own_photo", column))
    return found | {"train": found["train"].filter(pl.col("seen").is_not_null())}


def clip_examples(rows: pl.DataFrame, texts: Embeddings, images: Embeddings) -> Examples:
    """Text vectors, photo vectors (zero where there is none) and whether there is one."""
    text_row = {tweet: row for row, tweet in enumerate(texts.ids)}
    image_row = {photo: row for row, photo in enumerate(images.ids)}
    text = texts.vectors[[text_row[tweet] for tweet in rows["tweet"]]].astype(np.float32)
    image = np.zeros((len(rows), images.vectors.shape[1]), np.float32)
    present = rows["seen"].is_not_null().to_numpy()
    image[present] = images.vectors[[image_row[photo] for photo in rows["seen"].drop_nulls()]]
    inputs = tuple(torch.from_numpy(array) for array in (text, image, present.copy()))
    return Examples(inputs, rows["label"].cast(pl.Int64).to_numpy(), rows["group"].cast(pl.String).to_list())


def predict_clip(path: Path, text_BE: NDArray[np.float16]) -> NDArray[np.float64] | None:
    """Probabilities of `positive` that a saved model gives to texts without photos; null where it was not trained."""
    state, config = load_weights(path)
    if not config.pop("trained"):
        return None
    model = DenseClassifier(**config, image_dropout=0.0)
    model.load_state_dict(state)
    return predict(model, without_photos(torch.from_numpy(text_BE.astype(np.float32))))
