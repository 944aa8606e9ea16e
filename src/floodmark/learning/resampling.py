"""One bootstrap for many statistics at once: all models are judged on the same resampled tweets, drawn once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK = 500
"""Resamples drawn at once; bounds the memory, and changes no number."""


class Estimate(NamedTuple):
    """A score with its 95 % interval."""

    value: float
    low: float
    high: float


def resampled_sums(units: NDArray[np.floating], rng: np.random.Generator, resamples: int) -> NDArray[np.float64]:
    """Sums over bootstrap samples of the units (Efron and Tibshirani 1993, chapter 13).

    Args:
        units: Shape (units, k): each unit's additive counts, of as many models and scores as there are.
        rng: Source of the resampling.
        resamples: Number of bootstrap samples.

    Returns:
        Shape (resamples, k); without rows where there are no units.
    """
    count = len(units)
    if count == 0:
        return np.zeros((0, units.shape[1]))
    share, sums = np.full(count, 1 / count), []
    for start in range(0, resamples, BLOCK):
        # Multinomial weights are the counts of drawing n units with replacement, and sum without gathering.
        weights = rng.multinomial(count, share, size=min(BLOCK, resamples - start))
        sums.append(weights.astype(float) @ units.astype(float))
    return np.concatenate(sums)


def percentile_interval(values: NDArray[np.floating], level: float = 0.95) -> tuple[float, float]:
    """Percentile interval of one statistic's values, of shape (resamples,); NaN values are left out.

    Returns:
        Lower and upper bound; NaN where no value is left.
    """
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return float("nan"), float("nan")
    tail = (1 - level) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)
