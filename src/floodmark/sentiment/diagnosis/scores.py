"""Scores of variants on the same rows and seeds, as rows of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from floodmark.learning.repeats import Repeats, repeated_scores
from floodmark.learning.seeds import generator
from floodmark.learning.tables import write_csv

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.learning.resampling import Estimate
    from floodmark.sentiment.diagnosis.corpus import Corpus


class Sheet(NamedTuple):
    """What is scored, and how.

    Attributes:
        corpus: Truth, and what is independent of what.
        sets: Rows by the name of what is scored.
        resamples: Bootstrap samples behind each interval.
        seed: Of the study.
    """

    corpus: Corpus
    sets: dict[str, NDArray[np.int64]]
    resamples: int
    seed: int

    def compare(self, name: str, classes: Mapping[str, NDArray[np.int64]]) -> Repeats:
        """Balanced accuracy of every variant on one set; each set has resamples of its own, the same in every table.

        Args:
            name: Of the set.
            classes: By variant, shape (seeds, rows of the corpus); as many seeds in each, or one for all.
        """
        rows = self.sets[name]
        seeds = max(len(table) for table in classes.values())
        repeated = {
            key: np.broadcast_to(table[:, rows], (seeds, len(rows)))  # what no seed changes is the same for all
            for key, table in classes.items()
        }
        rng = generator(self.seed, "diagnose_text", name)
        truth, units = self.corpus.labels[rows], self.corpus.units[rows].tolist()
        return repeated_scores(truth, repeated, units, rng, self.resamples)


def columns(prefix: str, found: Estimate) -> dict[str, Any]:
    """An estimate as three columns."""
    return {prefix: found.value, f"{prefix}_low": found.low, f"{prefix}_high": found.high}


def nested(found: Estimate) -> dict[str, float]:
    """An estimate as a metric."""
    return {"value": found.value, "low": found.low, "high": found.high}


def write_table(path: Path, names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write a CSV table; what a row lacks is an empty cell."""
    write_csv(path, names, ({name: row.get(name, "") for name in names} for row in rows))
