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
    """In place. Sums are formed in the order of the raster, so that a part of it alone gives the same bits.

    Row after row: what a row gives needs the levels of the next, and what it takes is known when the next has given.
    So only four rows are at hand, which stay in the first cache; every loop is one that vectorises.
    """
    rows, columns = bed.shape
    # A rim of walls, so that no cell needs to be asked whether it lies on the edge.
    level = np.full((4, columns + 2), np.inf)
    part = np.zeros((4, columns + 2))
    given = np.zeros((4, columns + 2))
    for _ in range(sweeps):
        level[3], part[3] = np.inf, 0.0
        _lift(bed[0], water[0], level[0])
        for i in range(rows + 1):
            north, here, south = (i - 1) % 4, i % 4, (i + 1) % 4
            if i + 1 < rows:
                _lift(bed[i + 1], water[i + 1], level[south])
            else:
                level[south] = np.inf
            if i < rows:
                _give(water[i], level[north], level[here], level[south], part[here], given[here])
            else:
                part[here] = 0.0
            if i > 0:
                above = (i - 2) % 4
                _take(
                    water[i - 1], level[above], level[north], level[here], part[above], part[north], part[here],
                    given[north],
                )  # fmt: skip


@njit(nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _lift(bed: Any, water: Any, level: Any) -> None:
    for j in range(bed.size):
        level[j + 1] = bed[j] + water[j]


@njit(nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _fall(here: Any, there: Any) -> Any:
    """None upwards, nor from wall to wall, where the difference is no number."""
    fall = here - there
    return fall if fall > 0.0 else 0.0


@njit(nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _give(held: Any, north: Any, level: Any, south: Any, part: Any, given: Any) -> None:
    """What part of each fall a cell of a row gives, and how much in all."""
    for j in range(held.size):
        here = level[j + 1]
        total = (
            _fall(here, north[j + 1]) + _fall(here, south[j + 1]) + _fall(here, level[j]) + _fall(here, level[j + 2])
        )
        runs = (held[j] > 0.0) & (total > 0.0)
        share = held[j] / total
        share = share if share < SHARE else SHARE
        all_of_it = share * total
        part[j + 1] = share if runs else 0.0
        given[j + 1] = (all_of_it if all_of_it < held[j] else held[j]) if runs else 0.0


@njit(nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _take(
    water: Any, north: Any, level: Any, south: Any, part_north: Any, part: Any, part_south: Any, given: Any
) -> None:
    """Less what each cell of a row gave, and what its neighbours gave it."""
    for j in range(water.size):
        here = level[j + 1]
        # A part of nothing is not multiplied: a wall's fall is infinite.
        gain = part_north[j + 1] * _fall(north[j + 1], here) if part_north[j + 1] > 0.0 else 0.0
        gain += part[j] * _fall(level[j], here) if part[j] > 0.0 else 0.0
        gain -= given[j + 1]
        gain += part[j + 2] * _fall(level[j + 2], here) if part[j + 2] > 0.0 else 0.0
        gain += part_south[j + 1] * _fall(south[j + 1], here) if part_south[j + 1] > 0.0 else 0.0
        left = water[j] + gain
        water[j] = left if left > 0.0 else 0.0
