"""A raster in square blocks of cells, which begin at its north-west corner; the last ones may reach beyond it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def blocks(values: NDArray[Any], factor: int, fill: float) -> NDArray[Any]:
    """Values by block, shape (ceil(rows / factor), ceil(columns / factor), factor**2); `fill` beyond the raster."""
    rows, columns = values.shape
    padded = np.pad(values, ((0, -rows % factor), (0, -columns % factor)), constant_values=fill)
    high, wide = padded.shape[0] // factor, padded.shape[1] // factor
    parted = padded.reshape(high, factor, wide, factor).transpose(0, 2, 1, 3)
    return parted.reshape(high, wide, factor * factor)


def block_mean(values: NDArray[np.floating], factor: int) -> NDArray[np.float64]:
    """Mean of the known values of each block, NaN where there is none."""
    parted = blocks(np.asarray(values, np.float64), factor, np.nan)
    known = np.isfinite(parted)
    count = known.sum(-1)
    return np.where(count > 0, np.where(known, parted, 0).sum(-1) / np.maximum(count, 1), np.nan)


def block_volume(depth: NDArray[np.floating], factor: int) -> NDArray[np.float64]:
    """The depth that each block's water has if spread over the whole block, in the unit of `depth`."""
    volume: NDArray[np.float64] = blocks(np.asarray(depth, np.float64), factor, 0.0).sum(-1) / factor**2
    return volume
