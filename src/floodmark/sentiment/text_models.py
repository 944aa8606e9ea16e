"""The LSTM and the transformer: from tweets to a trained model, and from its file back to predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from floodmark.errors import UserError
from floodmark.learning.weights import load_weights
from floodmark.sentiment.dataset import SPLITS, labelled, read_tweets
from floodmark.sentiment.models.lstm import LstmClassifier
from floodmark.sentiment.models.transformer import TransformerClassifier
from floodmark.sentiment.models.words import WordEmbedding
from floodmark.sentiment.text import encode, unknown_share
from floodmark.sentiment.training import Examples, predict, train
from floodmark.sentiment.vectors import NORMALISERS, read_vectors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from floodmark.sentiment.vectors import WordVectors
    from floodmark.settings.train_text import TrainText

MODELS: dict[str, type[torch.nn.Module]] = {"lstm": LstmClassifier, "transformer": TransformerClassifier}
ARCHITECTURE = {
    "lstm": ("units", "bidirectional", "batch_norm", "dropout"),
    "transformer": ("width", "layers", "heads", "feed_forward", "dropout"),
}
"""The settings that shape a model; the others say how it is trained."""


def train_text(
    name: str, tweets: Path, vectors: Path, folder: Path, settings: TrainText, seed: int, work: Path | None = None
) -> None:
    """Train `lstm` or `transformer` on the labelled tweets; with `work`, on from where it was cut off.

    Raises:
        UserError: if there is no such model.
    """
    if name not in MODELS:
        raise UserError(f"no text model is called '{name}': choose {' or '.join(MODELS)}")
    everyone = read_tweets(tweets)
    known = labelled(everyone)
    source = read_vectors(vectors, everyone["text"], settings.words.common_words)
    words = [source.normaliser.tokens(text) for text in known["text"]]
    index = source.ids()
    config = configure(name, settings, source)
    train(
        name,
        lambda: build(config, torch.from_numpy(source.vectors), torch.from_numpy(source.special)),
        config,
        {split: text_examples(known, words, index, split, settings.words.max_tokens) for split in SPLITS},
        getattr(settings, name),
        folder,
        seed,
        trim,
        {"vocabulary": {"words": len(source.words), "unknown_share": unknown_share(words, index)}},
        work,
    )


def configure(name: str, settings: TrainText, source: WordVectors) -> dict[str, Any]:
    """What rebuilds a network and the ids of its words: the first argument of `build`.

    Raises:
        UserError: if the transformer's width is no multiple of its heads.
    """
    chosen = getattr(settings, name)
    if name == "transformer" and chosen.width % chosen.heads:
        raise UserError(
            f"params.yaml: train_text.transformer.width = {chosen.width} is no multiple of heads = {chosen.heads}"
        )
    return {
        "model": name,
        "architecture": {key: getattr(chosen, key) for key in ARCHITECTURE[name]},
        "max_tokens": settings.words.max_tokens,
        "normaliser": source.normaliser.name,
        "words": list(source.words),
    }


def text_examples(
    known: pl.DataFrame, words: list[list[str]], index: dict[str, int], split: str, max_tokens: int
) -> Examples:
    """Token ids of the tweets of one split.

    Args:
        known: Labelled tweets.
        words: Their tokens.
        index: Id of each known token.
        split: `train`, `validation` or `test`.
        max_tokens: Of a tweet; the first ones are kept.
    """
    rows = (known["split"] == split).arg_true().to_list()
    ids = torch.from_numpy(encode([words[row] for row in rows], index, max_tokens))
    labels = known["label"].cast(int).to_numpy()[rows]
    return Examples((ids,), labels, known["group"].cast(str).gather(rows).to_list(), (ids != 0).sum(1).numpy())


def trim(inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    """Ids and mask of a batch without the columns that are padding in every row."""
    (ids_BT,) = inputs
    mask_BT = ids_BT != 0
    longest = int(mask_BT.sum(1).max())
    return ids_BT[:, :longest], mask_BT[:, :longest]


def build(config: dict[str, Any], vectors_VE: torch.Tensor, special_SE: torch.Tensor) -> torch.nn.Module:
    """The network that a configuration describes, over pretrained words and what special tokens start from."""
    return MODELS[config["model"]](WordEmbedding(vectors_VE, special_SE), **config["architecture"])


def load_text_model(path: Path) -> tuple[torch.nn.Module, dict[str, Any]] | None:
    """A saved model and its configuration; null where it could not be trained."""
    state, config = load_weights(path)
    if not config["trained"]:
        return None
    # `words.*` are parameters of every text model: their sizes are those that were saved.
    model = build(config, state["words.vectors"], state["words.special"])
    model.load_state_dict(state)
    return model.eval(), config


def predict_text(path: Path, texts: Sequence[str]) -> NDArray[np.float64] | None:
    """Probabilities of `positive` that a saved model gives to scrubbed texts; null where it could not be trained."""
    loaded = load_text_model(path)
    if loaded is None:
        return None
    model, config = loaded
    normaliser = NORMALISERS[config["normaliser"]]
    ids = encode([normaliser.tokens(text) for text in texts], normaliser.ids(config["words"]), config["max_tokens"])
    return predict(model, (torch.from_numpy(ids),), trim)
