"""The transformer on the rows of CLIP's classifier: what the original's published gap is a gap to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import torch

from floodmark.sentiment.ablations.material import Material
from floodmark.sentiment.dataset import SPLITS, labelled, read_tweets
from floodmark.sentiment.text import encode
from floodmark.sentiment.text_models import build, configure, text_examples
from floodmark.sentiment.vectors import read_vectors

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars as pl

    from floodmark.settings.train_text import TrainText


class Rival(NamedTuple):
    """What the transformer learns from and answers, and how it is made."""

    material: Material
    build: Callable[[], torch.nn.Module]


def transformer(tweets: Path, vectors: Path, judged: pl.DataFrame, settings: TrainText) -> Rival:
    """The pipeline's transformer: all training tweets, with or without photos, and no label emoji in any text.

    Args:
        tweets: `labelled.parquet`.
        vectors: `data/vectors`.
        judged: The texts that people judged, without label emoji.
        settings: Of the text models.

    Raises:
        UserError: if the vectors cannot be read, or the transformer's width is no multiple of its heads.
    """
    everyone = read_tweets(tweets)
    known = labelled(everyone)
    source = read_vectors(vectors, everyone["text"], settings.words.common_words)
    words, index, longest = source.normaliser.tokens, source.ids(), settings.words.max_tokens
    tokens = [words(text) for text in known["text"]]
    training, validation, test = (text_examples(known, tokens, index, split, longest) for split in SPLITS)
    asked = torch.from_numpy(encode([words(text) for text in judged["text"]], index, longest))
    config = configure("transformer", settings, source)
    made = partial(build, config, torch.from_numpy(source.vectors), torch.from_numpy(source.special))
    return Rival(Material(training, validation, test, (asked,)), made)
