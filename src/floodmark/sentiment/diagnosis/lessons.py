"""What one model is to learn from, and what it then answers: the unit of work of a diagnosis."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from floodmark.settings.train_text import TrainText

NETWORKS = ("lstm", "transformer")
"""Models whose training depends on a seed."""
UNANSWERED = -1


@dataclass(frozen=True)
class Lesson:
    """One model, learnt once.

    Attributes:
        model: `lstm`, `transformer`, `mean_vectors`, `tfidf` or `sentence`.
        rows: Rows of the corpus to learn from, in the order of the training.
        labels: Their classes, whoever gave them.
        choose: Rows by whose labels the epoch or the penalty is chosen.
        answer: Rows to answer.
        seed: Of weights, dropout and batches; has no part in linear models.
        settings: Of the networks.
        mean_pool: Whether the LSTM is summed up by the mean of its states instead of the final ones.
    """

    model: str
    rows: NDArray[np.int64]
    labels: NDArray[np.int64]
    choose: NDArray[np.int64]
    answer: NDArray[np.int64]
    seed: int
    settings: TrainText
    mean_pool: bool = False

    @property
    def key(self) -> str:
        """The same for lessons that give the same answers."""
        network = self.model in NETWORKS
        own = f"{self.seed} {getattr(self.settings, self.model)} {self.mean_pool}" if network else ""
        content = hashlib.blake2b(f"{self.model} {own}".encode(), digest_size=16)
        for numbers in (self.rows, self.labels, self.choose, self.answer):
            content.update(len(numbers).to_bytes(8, "big") + np.ascontiguousarray(numbers, np.int64).tobytes())
        return content.hexdigest()

    def cost(self) -> int:
        """Texts that the training goes through, of which networks take long."""
        epochs = getattr(self.settings, self.model).epochs if self.model in NETWORKS else 0
        return (1 + epochs) * len(self.rows)


class Variant(NamedTuple):
    """One row of a table before it is scored.

    Attributes:
        name: Unique among the variants of a diagnosis.
        columns: What the table says of it: its model, and how much or what it learnt from.
        runs: A tuple a seed; the lessons of one seed answer different rows.
    """

    name: str
    columns: dict[str, str | int | float]
    runs: tuple[tuple[Lesson, ...], ...]


def lessons_of(variants: Iterable[Variant]) -> dict[str, Lesson]:
    """Every distinct lesson by its key, the longest first, so that none is waited for at the end."""
    found = {lesson.key: lesson for variant in variants for run in variant.runs for lesson in run}
    return dict(sorted(found.items(), key=lambda item: -item[1].cost()))


def assembled(variant: Variant, answers: Mapping[str, NDArray[np.int64]], rows: int) -> NDArray[np.int64]:
    """Classes of shape (seeds, rows of the corpus); `UNANSWERED` where no lesson was asked."""
    table = np.full((len(variant.runs), rows), UNANSWERED, np.int64)
    for line, run in zip(table, variant.runs, strict=True):
        for lesson in run:
            line[lesson.answer] = answers[lesson.key]
    return table
