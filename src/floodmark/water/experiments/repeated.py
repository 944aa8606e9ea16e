"""Scores of one model trained with several seeds: how sure is their mean, given other storms, ground and seeds.

Storms, blocks of ground and seeds are resampled at once, each on its own, as `learning.repeats` has it; models that are
compared meet the same draws of all three.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from floodmark.learning.resampling import Estimate, percentile_interval
from floodmark.water.verification import critical_success_index

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from floodmark.water.draws import Draws


@dataclass(frozen=True)
class Repeated:
    """The critical success index with every seed.

    Attributes:
        values: Shape (seeds,).
        resampled: Means over resampled seeds, shape (samples,).
    """

    values: NDArray[np.float64]
    resampled: NDArray[np.float64]

    @property
    def mean(self) -> Estimate:
        """Over the seeds."""
        return Estimate(float(self.values.mean()), *percentile_interval(self.resampled))

    @property
    def spread(self) -> float:
        """Standard deviation over the seeds; NaN for one."""
        return float(self.values.std(ddof=1)) if len(self.values) > 1 else float("nan")

    def above(self, other: Repeated) -> Estimate:
        """What the mean is above another's, on the same draws."""
        value = float(self.values.mean() - other.values.mean())
        return Estimate(value, *percentile_interval(self.resampled - other.resampled))


def seed_weights(seeds: int, samples: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Share of each seed in the mean of each sample, shape (samples, seeds)."""
    return np.asarray(rng.multinomial(seeds, np.full(seeds, 1 / seeds), size=samples) / seeds)


def repeated(tables: Sequence[NDArray[np.int64]], draws: Draws, weights: NDArray[np.float64] | None = None) -> Repeated:
    """Score a model with every seed; a baseline, which has none, is one table.

    Args:
        tables: Of each seed, shape (storms, blocks, 4).
        draws: Of storms and blocks.
        weights: Of `seed_weights`; None for equal ones.
    """
    whole = np.stack([critical_success_index(table.sum((0, 1))) for table in tables])
    drawn_RS = np.stack([critical_success_index(draws.sums(table)) for table in tables], axis=1)
    shares_RS = np.full(drawn_RS.shape, 1 / len(tables)) if weights is None else weights[: len(drawn_RS)]
    # A seed that is not drawn must not make a mean unknown.
    terms_RS = np.where(shares_RS > 0, drawn_RS * shares_RS, 0)
    return Repeated(np.asarray(whole, float), np.asarray(terms_RS.sum(1), float))
