"""Bootstrap intervals (Efron and Tibshirani 1993, chapter 13) over whatever is independent: storms, blocks, tweets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


def bootstrap_interval(
    units: NDArray[np.floating],
    statistic: Callable[[NDArray[np.floating]], NDArray[np.floating]],
    rng: np.random.Generator,
    resamples: int = 1000,
    level: float = 0.95,
) -> tuple[float, float]:
    """Percentile interval of a statistic of summed units.

    Args:
        units: Shape (units, k): each unit's additive counts, such as (hits, false alarms, misses) of one storm, or
            one tweet's share of a confusion matrix.
        statistic: Maps sums of shape (resamples, k) to values of shape (resamples,); NaN values are left out.
        rng: Source of the resampling.
        resamples: Number of bootstrap samples.
        level: Confidence level.

    Returns:
        Lower and upper bound; NaN where there are no units.
    """
    if len(units) == 0:
        return float("nan"), float("nan")
    # Multinomial weights are the counts of drawing n units with replacement, and sum without gathering.
    weights = rng.multinomial(len(units), np.full(len(units), 1 / len(units)), size=resamples)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = statistic(weights.astype(float) @ units.astype(float))
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return float("nan"), float("nan")
    tail = (1 - level) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)
