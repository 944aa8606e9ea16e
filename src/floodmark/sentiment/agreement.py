"""How far several annotators agree beyond chance: Krippendorff's alpha, nominal and ordinal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.learning.resampling import percentile_interval, resampled_sums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def coincidences(units: Sequence[Any], values: NDArray[np.integer], categories: int) -> NDArray[np.float64]:
    """Each unit's share of the coincidence matrix (Krippendorff 2019, Content Analysis, 4th ed., section 12.3.1).

    Every ordered pair of values of a unit counts 1 / (m - 1), m being the unit's values; units with one value have no
    pair and are left out.

    Args:
        units: What each value is of.
        values: 0 to `categories` - 1, in their order.
        categories: Length of the scale.

    Returns:
        Shape (units with two values or more, categories, categories).
    """
    names, unit = np.unique(np.asarray(units), return_inverse=True)
    flat = np.bincount(unit * categories + values, minlength=len(names) * categories)
    counts = flat.reshape(len(names), categories).astype(float)
    counts = counts[counts.sum(1) > 1]
    pairs = counts[:, :, None] * counts[:, None, :]
    pairs[:, range(categories), range(categories)] -= counts
    return np.asarray(pairs / (counts.sum(1) - 1)[:, None, None])


def alpha(matrices: NDArray[np.floating], ordinal: bool) -> NDArray[np.float64]:
    """Krippendorff's alpha of coincidence matrices: 1 is perfect agreement, 0 what chance gives.

    Args:
        matrices: Shape (..., categories, categories).
        ordinal: Whether a disagreement weighs the more the more ranks it spans, else all weigh the same.

    Returns:
        Shape (...); NaN where all values are of one category, which leaves nothing to disagree on.
    """
    marginal = matrices.sum(-1)
    total = marginal.sum(-1)
    if ordinal:
        # Half of the values of a category lie below its middle: the distance of two middles is the sum of all values
        # from the one category to the other, less half of those at both ends, as the definition has it.
        middle = np.cumsum(marginal, -1) - marginal / 2
        weight = (middle[..., :, None] - middle[..., None, :]) ** 2
    else:
        weight = np.broadcast_to(1 - np.eye(matrices.shape[-1]), matrices.shape)
    observed = (matrices * weight).sum((-2, -1))
    expected = (marginal[..., :, None] * marginal[..., None, :] * weight).sum((-2, -1))
    ratio = (total - 1) * observed / np.where(expected > 0, expected, 1)
    return np.where(expected > 0, 1 - ratio, np.nan)


def agreement(
    units: Sequence[Any], values: NDArray[np.integer], categories: int, rng: np.random.Generator, resamples: int
) -> dict[str, Any]:
    """Nominal and ordinal alpha with 95 % intervals over units resampled, and how many units have several values."""
    shares = coincidences(units, values, categories)
    sums = resampled_sums(shares.reshape(len(shares), categories**2), rng, resamples)
    result: dict[str, Any] = {"texts": len(shares)}
    for name in ("nominal", "ordinal"):
        low, high = percentile_interval(alpha(sums.reshape(len(sums), categories, categories), name == "ordinal"))
        result[name] = {"alpha": float(alpha(shares.sum(0), name == "ordinal")), "low": low, "high": high}
    return result
