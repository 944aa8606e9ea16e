"""How deep: errors of depth in the cells where the truth is wet, summed in whole millimetres so that sums are exact."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from floodmark.water.layout import MILLIMETRES

if TYPE_CHECKING:
    from numpy.typing import NDArray

SUMS = ("cells", "absolute", "error", "square", "truth", "truth_square")
"""Last axis of every table: of the error e = foretold - true depth and the true depth t, in mm and mm2."""


def depth_sums_by_group(
    truth: NDArray[np.integer], foretold: NDArray[np.floating], group: NDArray[np.int64], groups: int
) -> NDArray[np.int64]:
    """Sums over cells, shape (groups, len(SUMS)).

    Args:
        truth: Depth of the wet cells, mm.
        foretold: Depth foretold for them, m.
        group: Number of the group that each lies in.
        groups: How many groups there are.
    """
    true = truth.astype(np.float64)
    error = np.rint(foretold.astype(np.float64) * MILLIMETRES) - true
    # Whole numbers below 2**53 add up exactly in whatever order.
    columns = (np.ones_like(true), np.abs(error), error, error**2, true, true**2)
    return np.stack([np.bincount(group, column, groups) for column in columns], axis=-1).astype(np.int64)


def depth_scores(sums: NDArray[np.number]) -> dict[str, NDArray[np.float64]]:
    """Scores of sums of shape (..., len(SUMS)), all in the cells whose truth is at least the wet depth.

    Returns:
        Mean absolute error, root mean square error and mean error, m, and the Nash-Sutcliffe efficiency (1970),
        1 - sum of e2 / sum of (t - mean t)2, of cells in place of times: 0 is what foretelling the mean depth of these
        cells gives. NaN without wet cells, or where all are equally deep.
    """
    cells, absolute, error, square, truth, truth_square = (np.asarray(sums[..., i], float) for i in range(len(SUMS)))
    some = np.where(cells > 0, cells, np.nan)
    spread = truth_square - truth**2 / some
    # Below a millimetre of deviation the difference of two large sums holds nothing but rounding.
    varied = np.where(spread > some, spread, np.nan)
    return {
        "depth_mean_absolute_error": absolute / some / MILLIMETRES,
        "depth_root_mean_square_error": np.sqrt(square / some) / MILLIMETRES,
        "depth_mean_error": error / some / MILLIMETRES,
        "nash_sutcliffe_efficiency": 1 - square / varied,
    }
