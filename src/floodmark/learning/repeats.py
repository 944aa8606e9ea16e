"""Variants of one experiment, each repeated with several seeds: means and paired differences with their intervals.

Two things make such a score uncertain: which rows it was taken on, and the luck of training. Both are resampled at
once, rows by what is independent of one another, and all variants meet the same rows and the same seeds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from floodmark.learning.confusion import matrix_scores
from floodmark.learning.resampling import Estimate, percentile_interval, resampled_sums

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


class Repeats(NamedTuple):
    """Scores of every variant and seed on the same rows.

    Attributes:
        names: Of the variants, V.
        values: Shape (V, S), a score a seed.
        resampled: Shape (resamples, V): means over resampled seeds on resampled rows.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]
    resampled: NDArray[np.float64]

    def mean(self, name: str) -> Estimate:
        """Mean over the seeds of one variant."""
        row = self.names.index(name)
        return Estimate(float(self.values[row].mean()), *percentile_interval(self.resampled[:, row]))

    def difference(self, first: str, second: str) -> Estimate:
        """Mean of the first less that of the second, on the same rows and seeds."""
        one, two = self.names.index(first), self.names.index(second)
        value = float((self.values[one] - self.values[two]).mean())
        return Estimate(value, *percentile_interval(self.resampled[:, one] - self.resampled[:, two]))

    def spread(self, name: str) -> float:
        """Standard deviation over the seeds of one variant; NaN for one seed."""
        row = self.values[self.names.index(name)]
        return float(row.std(ddof=1)) if len(row) > 1 else float("nan")


def repeated_scores(
    truth: NDArray[np.integer],
    predicted: Mapping[str, NDArray[np.integer]],
    units: Sequence[Any],
    rng: np.random.Generator,
    resamples: int,
    score: str = "balanced_accuracy",
) -> Repeats:
    """Score every variant and seed on the same rows.

    Args:
        truth: Shape (rows,), 0 or 1.
        predicted: By variant, shape (seeds, rows), 0 or 1; as many seeds in each.
        units: What each row belongs to: rows of one unit are drawn together.
        rng: Source of the resampling.
        resamples: Bootstrap samples of rows and seeds.
        score: One of `learning.confusion.matrix_scores`.
    """
    names = tuple(predicted)
    classes_VSN = np.stack([predicted[name] for name in names])
    variants, seeds, rows = classes_VSN.shape
    _, unit_N = np.unique(np.asarray(units), return_inverse=True)
    count = int(unit_N.max()) + 1 if rows else 0
    cells = np.zeros((count, variants * seeds, 4))
    for column, classes_N in enumerate(classes_VSN.reshape(variants * seeds, rows)):
        np.add.at(cells[:, column], (unit_N, 2 * truth + classes_N), 1)
    whole = matrix_scores(cells.sum(0).reshape(variants, seeds, 2, 2))[score]
    sums = resampled_sums(cells.reshape(count, variants * seeds * 4), rng, resamples)
    drawn = matrix_scores(sums.reshape(len(sums), variants, seeds, 2, 2))[score]
    weights = rng.multinomial(seeds, np.full(seeds, 1 / seeds), size=len(drawn)) / seeds
    return Repeats(names, whole, np.einsum("rvs,rs->rv", drawn, weights))
