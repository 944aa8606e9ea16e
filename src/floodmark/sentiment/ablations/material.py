"""What CLIP's classifier learns from and answers, from the files of the stages before."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from floodmark.sentiment.clip_models import clip_examples, clip_rows
from floodmark.sentiment.dataset import SPLITS
from floodmark.sentiment.embeddings import read_embeddings
from floodmark.sentiment.models.dense import without_photos

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars as pl

    from floodmark.sentiment.training import Examples


class Sources(NamedTuple):
    """Where one version of the tweets lies.

    Attributes:
        tweets: `labelled.parquet`.
        augmented: `augmented.parquet`.
        embeddings: Folder of the vectors of texts, photos and judged texts.
    """

    tweets: Path
    augmented: Path
    embeddings: Path


class Material(NamedTuple):
    """Examples of each split, and the texts to answer.

    Attributes:
        training: Tweets of the training split.
        validation: Tweets of the validation split.
        test: Tweets of the test split.
        judged: The network's arguments for the texts that people judged.
    """

    training: Examples
    validation: Examples
    test: Examples
    judged: tuple[torch.Tensor, ...]

    @property
    def width(self) -> int:
        """Of the first input's rows: the vectors of texts."""
        return self.training.inputs[0].shape[1]

    def learnable(self) -> bool:
        """Whether there are both classes to learn from, and tweets to choose an epoch by."""
        return len(np.unique(self.training.labels)) > 1 and min(len(self.validation), len(self.test)) > 0


def read_material(sources: Sources, confidence: str, judged: pl.DataFrame) -> tuple[dict[str, pl.DataFrame], Material]:
    """The tweets of each split at a confidence as tables, and what a classifier makes of them.

    Args:
        sources: See there.
        confidence: Of the photos that are lent in training.
        judged: The texts that people judged, by `label_row`; they come without photos.

    Raises:
        UserError: if the confidence is none of those that were drawn.
    """
    rows = clip_rows(confidence, sources.tweets, sources.augmented)
    texts, images, human = (read_embeddings(sources.embeddings, name) for name in ("texts", "images", "human"))
    row_of = {row: number for number, row in enumerate(human.ids)}
    judged_BE = human.vectors[[row_of[row] for row in judged["label_row"]]].astype(np.float32)
    training, validation, test = (clip_examples(rows[split], texts, images) for split in SPLITS)
    return rows, Material(training, validation, test, without_photos(torch.from_numpy(judged_BE)))


def the_same(material: Material) -> Callable[[int], Material]:
    """What a variant is made of that is the same with every seed."""
    return lambda _: material
