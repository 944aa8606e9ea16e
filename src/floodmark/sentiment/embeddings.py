"""Every photo and every text through CLIP once: unit vectors that augmentation and classifiers share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
import torch

from floodmark.learning.device import pick_device
from floodmark.learning.weights import load_weights, save_weights
from floodmark.progress import say, track
from floodmark.sentiment.clip import Clip, load_folder, to_photo
from floodmark.sentiment.dataset import labelled, read_photos, read_tweets
from floodmark.sentiment.human import read_judged
from floodmark.storage import write_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray


class Embeddings(NamedTuple):
    """Unit vectors with what they belong to.

    Attributes:
        ids: One per row.
        vectors: float16 (rows, d).
        logit_scale: Factor that CLIP has learnt for the cosine.
    """

    ids: list[Any]
    vectors: NDArray[np.float16]
    logit_scale: float


def embed(tweets: Path, judged: Path, media: Path, clip_folder: Path, folder: Path, batch_size: int) -> None:
    """Write `texts`, `images` and `human`, each as safetensors with a Parquet table of ids beside it.

    Texts are those of labelled tweets, whose label emoji have been removed, and those that people have labelled.
    """
    clip = load_folder(clip_folder)
    clip.model.to(pick_device())
    photos, known, human = read_photos(media), labelled(read_tweets(tweets)), read_judged(judged).texts
    say(f"{len(known)} texts and {len(photos.ids)} photos of tweets, {len(human)} texts judged by people")

    def images(rows: Sequence[int]) -> torch.Tensor:
        return torch.stack([clip.preprocess(to_photo(photos.pixels[row])) for row in rows])

    def encode_texts(texts: list[str], what: str) -> NDArray[np.float16]:
        # A text that was only emoji is empty now, which CLIP's tokeniser takes.
        return _encode(
            clip, len(texts), lambda rows: clip.tokenize([texts[row] for row in rows]), "encode_text", batch_size, what
        )

    pictures = _encode(clip, len(photos.ids), images, "encode_image", batch_size, "photos through CLIP")
    seen = np.asarray(np.isfinite(pictures).all(1), bool)
    if not seen.all():
        say(f"CLIP has no finite vector for {np.count_nonzero(~seen)} photos: they count as unusable")
    ids = [photos.ids[row] for row in np.flatnonzero(seen)]
    _write(folder, "images", "photo", ids, pictures[seen], clip)
    _write(folder, "texts", "tweet", known["tweet"].to_list(), encode_texts(known["text"].to_list(), "texts"), clip)
    rows, texts = human["label_row"].to_list(), human["text"].to_list()
    _write(folder, "human", "label_row", rows, encode_texts(texts, "judged texts"), clip)


def _encode(
    clip: Clip, count: int, inputs: Callable[[Sequence[int]], torch.Tensor], method: str, batch_size: int, what: str
) -> NDArray[np.float16]:
    """Encode in blocks of one shape.

    The bits of a float32 matrix product depend on its number of rows, so the last block repeats its last input until
    it is as long as the others.
    """
    size = int(clip.model.text_projection.shape[-1]) if hasattr(clip.model, "text_projection") else 0
    device = clip.model.logit_scale.device
    blocks: list[NDArray[np.float16]] = []
    for start in track(range(0, count, batch_size), f"{what}, blocks of {batch_size}"):
        rows = list(range(start, min(start + batch_size, count)))
        padded = rows + [rows[-1]] * (batch_size - len(rows))
        with torch.inference_mode():
            vectors = getattr(clip.model, method)(inputs(padded).to(device)).float()
            vectors = vectors / vectors.norm(dim=-1, keepdim=True).clamp_min(1e-12)
        blocks.append(vectors[: len(rows)].cpu().numpy().astype(np.float16))
    return np.concatenate(blocks) if blocks else np.zeros((0, size), np.float16)


def _write(folder: Path, name: str, key: str, ids: list[Any], vectors: NDArray[np.float16], clip: Clip) -> None:
    scale = round(clip.model.logit_scale.exp().item(), 6)
    save_weights(
        folder / f"{name}.safetensors", {"embeddings": torch.from_numpy(vectors)}, {"rows": key, "logit_scale": scale}
    )
    kind = pl.Int32 if key == "label_row" else pl.String
    write_table(folder / f"{name}.parquet", pl.DataFrame({key: ids}, schema={key: kind}))


def read_embeddings(folder: Path, name: str) -> Embeddings:
    """Read back `texts`, `images` or `human`.

    Raises:
        UserError: if the file was not written by Floodmark.
    """
    tensors, config = load_weights(folder / f"{name}.safetensors")
    ids = pl.read_parquet(folder / f"{name}.parquet")[config["rows"]].to_list()
    return Embeddings(ids, tensors["embeddings"].numpy(), float(config["logit_scale"]))
