"""One temperature per task and wet depth, by which log-odds are divided so that probabilities mean what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from floodmark.water.reliability import DRY, MIDDLES, WET, sigmoid

if TYPE_CHECKING:
    from numpy.typing import NDArray

WARMEST = 20.0
"""Temperatures are sought from its inverse to this."""

HALVINGS = 60


def fit_temperature(histogram: NDArray[np.number]) -> float:
    """The temperature of the highest likelihood (Guo et al. 2017, On calibration of modern neural networks).

    The negative log-likelihood is convex in the inverse temperature, so its slope is halved down to zero: the answer is
    the same on any number of threads. The order of cells, and so every decision by a threshold, stays as it was.

    Args:
        histogram: Dry and wet cells by log-odds, shape (2, BINS).

    Returns:
        The temperature; 1 where no cell, or every cell, is wet, which tells nothing.
    """
    dry, wet = (np.asarray(histogram[kind], float) for kind in (DRY, WET))
    if dry.sum() == 0 or wet.sum() == 0:
        return 1.0

    def slope(inverse: float) -> float:
        chance = sigmoid(MIDDLES * inverse)
        return float((MIDDLES * (dry * chance - wet * (1 - chance))).sum())

    low, high = -np.log(WARMEST), np.log(WARMEST)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(float(np.exp(middle))) < 0 else (low, middle)
    return float(np.exp(-(low + high) / 2))


def calibrated_threshold(threshold: float, temperature: float) -> float:
    """The threshold of calibrated probabilities that decides as `threshold`, between 0 and 1, does of raw ones."""
    return float(sigmoid(np.log(threshold / (1 - threshold)) / temperature))
