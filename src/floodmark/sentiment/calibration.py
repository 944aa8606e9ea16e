"""Whether probabilities mean what they say: the Brier score, the expected calibration error, the reliability table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Reliability(NamedTuple):
    """What a model said and what was so, by bin of probability; each of shape (..., bins), NaN for an empty bin."""

    texts: NDArray[np.float64]
    probability: NDArray[np.float64]
    positive_share: NDArray[np.float64]


def calibration_units(positive: NDArray[np.floating], truth: NDArray[np.integer], bins: int) -> NDArray[np.float64]:
    """What each text adds to the calibration of a model.

    Bins are of equal width: bin i holds probabilities from i / bins to below (i + 1) / bins, the last one 1 as well.

    Args:
        positive: Shape (texts,): probability of the class `positive`.
        truth: Shape (texts,): 1 for positive, else 0.
        bins: Number of bins.

    Returns:
        Shape (texts, 3 * bins + 1): by bin the count, the probability and the truth; last the squared error.
    """
    place = np.minimum((positive * bins).astype(np.int64), bins - 1)
    chosen = np.eye(bins)[place]
    parts = (chosen, chosen * positive[:, None], chosen * truth[:, None], (positive - truth)[:, None] ** 2)
    return np.concatenate(parts, axis=1)


def reliability(sums: NDArray[np.floating]) -> Reliability:
    """The reliability table (DeGroot and Fienberg 1983) of summed units, of shape (..., 3 * bins + 1)."""
    bins = (sums.shape[-1] - 1) // 3
    texts, probability, truth = (sums[..., part * bins : (part + 1) * bins] for part in range(3))
    filled = np.where(texts > 0, texts, np.nan)
    return Reliability(np.asarray(texts, float), probability / filled, truth / filled)


def calibration_scores(sums: NDArray[np.floating]) -> dict[str, NDArray[np.float64]]:
    """Brier score and expected calibration error of summed units; NaN without texts.

    The Brier score (1950) is the mean squared difference of probability and truth, over the two-class scale of 0 to 1.
    The expected calibration error (Naeini, Cooper and Hauskrecht 2015) is the mean over texts of how far, in their bin,
    the mean probability of `positive` is from the share of positive texts.
    """
    texts, probability, share = reliability(sums)
    total = texts.sum(-1)
    filled = np.where(total > 0, total, np.nan)
    return {
        "brier_score": sums[..., -1] / filled,
        "expected_calibration_error": np.nansum(texts * np.abs(probability - share), axis=-1) / filled,
    }
