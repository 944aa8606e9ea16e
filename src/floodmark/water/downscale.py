"""From water on coarse cells to water on the fine terrain: spread over each block, then let settle.

Settling moves water downhill and knows no time. In a sweep every cell gives to its four neighbours in proportion to how
far their levels lie below its own: a quarter of each difference, which is the most that does not overshoot (it is an
explicit step of diffusion), or all of its water shared likewise if it has less. Sheets of water so go one cell a sweep
down a slope, and gather and level out in hollows. None is lost: neither edges nor walls let any through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHARE = 0.25
"""Of the difference of two levels that passes in a sweep."""

REACH = 2
"""Cells that a cell's depth after a sweep depends on: its neighbours', and what else these give to."""


def settle(ground: NDArray[np.floating], depth: NDArray[np.floating], sweeps: int) -> NDArray[np.float64]:
    """Water after it ran downhill for some sweeps.

    Args:
        ground: m, shape (rows, columns), NaN for walls.
        depth: m, likewise; none on walls.
        sweeps: How many, each of which takes it a cell further at most.

    Returns:
        m, of as much water, shape (rows, columns).
    """
    bed = np.where(np.isfinite(ground), ground, np.inf).astype(np.float64)
    water = np.array(depth, np.float64)
    _settle(bed, water, sweeps)
    return water


def downscale(
    ground: NDArray[np.floating], coarse: NDArray[np.floating], factor: int, sweeps: int
) -> NDArray[np.float64]:
    """Depth on the ground from depth on cells `factor` times larger, of as much water.

    Args:
        ground: m, shape (rows, columns), NaN for walls.
        coarse: Depth, m, shape (ceil(rows / factor), ceil(columns / factor)): water over the area of a whole block.
        factor: Fine cells along a side of a coarse one.
        sweeps: See `settle`.
    """
    bed = np.where(np.isfinite(ground), ground, np.inf).astype(np.float64)
    water = np.empty_like(bed)
    _spread(bed, np.asarray(coarse, np.float64), factor, water)
    _settle(bed, water, sweeps)
    return water


@njit(nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _spread(bed: Any, coarse: Any, factor: int, water: Any) -> None:
    """Each block's water evenly over its ground."""
    rows, columns = bed.shape
    for i in range(coarse.shape[0]):
        for j in range(coarse.shape[1]):
            top, left = i * factor, j * factor
            bottom, right = min(top + factor, rows), min(left + factor, columns)
            cells = 0
            for y in range(top, bottom):
                for x in range(left, right):
                    cells += np.isfinite(bed[y, x])
            deep = coarse[i, j] * factor**2 / max(cells, 1)
            for y in range(top, bottom):
                for x in range(left, right):
                    water[y, x] = deep if np.isfinite(bed[y, x]) else 0.0


@njit(nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _settle(bed: Any, water: Any, sweeps: int) -> None:
    """In place. Sums are formed in the order of the raster, so that a part of it alone gives the same bits."""
    rows, columns = bed.shape
    # A rim of walls, so that no cell needs to be asked whether it lies on the edge.
    level = np.full((rows + 2, columns + 2), np.inf)
    gain = np.zeros((rows + 2, columns + 2))
    for _ in range(sweeps):
        for i in range(rows):
            for j in range(columns):
                level[i + 1, j + 1] = bed[i, j] + water[i, j]
        for i in range(1, rows + 1):
            for j in range(1, columns + 1):
                held, here = water[i - 1, j - 1], level[i, j]
                if held <= 0.0:
                    continue
                north, south = max(here - level[i - 1, j], 0.0), max(here - level[i + 1, j], 0.0)
                west, east = max(here - level[i, j - 1], 0.0), max(here - level[i, j + 1], 0.0)
                total = north + south + west + east
                if total <= 0.0:
                    continue
                part = min(SHARE, held / total)
                gain[i, j] -= min(part * total, held)
                gain[i - 1, j] += part * north
                gain[i + 1, j] += part * south
                gain[i, j - 1] += part * west
                gain[i, j + 1] += part * east
        for i in range(rows):
            for j in range(columns):
                water[i, j] = max(water[i, j] + gain[i + 1, j + 1], 0.0)
                gain[i + 1, j + 1] = 0.0
