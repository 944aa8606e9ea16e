"""Where water goes: depressions filled, a receiver for every cell, and rain gathered down the network.

Filling is the priority flood of Barnes, Lehman and Mulla (2014), Computers & Geosciences 62, algorithm 1: cells are
visited from the edges inwards, always the lowest first, and none is left below the one it was reached from. A cell
drains to its steepest lower neighbour on the filled ground (D8), and on filled flats to the cell it was reached from.
Every receiver is visited before its donors, so the visits read backwards run downstream and hold no loops.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

Kernel = TypeVar("Kernel", bound="Callable[..., Any]")

ROWS = np.array([-1, -1, -1, 0, 0, 1, 1, 1])
COLUMNS = np.array([-1, 0, 1, -1, 1, -1, 0, 1])
LENGTHS = np.array([2.0, 1.0, 2.0, 1.0, 1.0, 2.0, 1.0, 2.0]) ** 0.5


@dataclass(frozen=True)
class Drainage:
    """The drainage network of a grid.

    Attributes:
        filled: Elevation with depressions filled, m, float32, shape (rows, columns), NaN where there is no ground.
        receiver: Flat index of the cell each cell drains to, itself at an outlet, -1 where there is no ground; int32.
        order: Flat indices of all cells with ground, upstream first; int32.
        area: Cells that drain through each cell, itself included, 0 where there is no ground; int32.
    """

    filled: NDArray[np.float32]
    receiver: NDArray[np.int32]
    order: NDArray[np.int32]
    area: NDArray[np.int32]

    def route(self, rain: NDArray[np.float32]) -> NDArray[np.float32]:
        """What has fallen on all that drains through each cell, itself included.

        Args:
            rain: Depth or rate a cell, shape (rows, columns); NaN counts as none.

        Returns:
            The sum upstream, float32, in the unit of `rain` times cells, shape (rows, columns), NaN off the ground.
        """
        if rain.shape != self.filled.shape:
            raise ValueError(f"rain of shape {rain.shape} on a network of {self.filled.shape}")
        total = np.nan_to_num(rain, nan=0.0).astype(np.float64).ravel()
        _accumulate(total, self.receiver.ravel(), self.order)
        routed = total.reshape(rain.shape).astype(np.float32)
        routed[self.receiver < 0] = np.nan
        return routed

    def save(self, folder: Path) -> None:
        """Write an npy file of each array into a folder; the head of an npz depends on the Python that writes it."""
        folder.mkdir(exist_ok=True)
        for field in fields(self):
            np.save(folder / f"{field.name}.npy", getattr(self, field.name), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Drainage:
        """Read what `save` wrote."""
        return cls(*(np.load(folder / f"{field.name}.npy", allow_pickle=False) for field in fields(cls)))


def drainage(elevation: NDArray[np.floating]) -> Drainage:
    """Fill and connect a raster.

    Args:
        elevation: m, shape (rows, columns). Water leaves over the edges of the grid. Ground cut off from every edge by
            NaN drains to its lowest cell.
    """
    bed = np.ascontiguousarray(elevation, np.float32)
    filled, receiver, order = _flood(bed, ROWS, COLUMNS, LENGTHS)
    area = (receiver >= 0).astype(np.float64).ravel()
    _accumulate(area, receiver, order)
    return Drainage(filled, receiver.reshape(bed.shape), order, area.astype(np.int32).reshape(bed.shape))


def _compiled(function: Kernel) -> Kernel:
    compiled: Kernel = njit(error_model="numpy")(function)
    return compiled


@_compiled
def _accumulate(total: NDArray[np.float64], receiver: NDArray[np.int32], order: NDArray[np.int32]) -> None:
    for cell in order:
        below = receiver[cell]
        if below != cell:
            total[below] += total[cell]


@_compiled
def _flood(
    bed: NDArray[np.float32], rows: NDArray[np.int64], columns: NDArray[np.int64], lengths: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int32]]:
    height, width = bed.shape
    filled, flat = bed.copy(), bed.ravel()
    level = filled.ravel()
    parent = np.full(height * width, -1, np.int32)
    visits = np.empty(height * width, np.int32)
    # Equal levels are visited first come, first served, so that flats fill evenly from their outlets.
    queue = [(np.float32(0), 0, 0) for _ in range(0)]
    came, done, ground = 0, 0, 0
    for cell in range(height * width):
        if np.isfinite(flat[cell]):
            ground += 1
            i, j = cell // width, cell % width
            if i == 0 or j == 0 or i == height - 1 or j == width - 1:
                parent[cell] = cell
                heapq.heappush(queue, (level[cell], came, cell))
                came += 1
    while done < ground:
        if len(queue) == 0:
            lowest = -1
            for cell in range(height * width):
                if parent[cell] < 0 and np.isfinite(flat[cell]) and (lowest < 0 or flat[cell] < flat[lowest]):
                    lowest = cell
            parent[lowest] = lowest
            heapq.heappush(queue, (level[lowest], came, lowest))
            came += 1
        here, _, cell = heapq.heappop(queue)
        visits[done] = cell
        done += 1
        i, j = cell // width, cell % width
        for k in range(8):
            y, x = i + rows[k], j + columns[k]
            if 0 <= y < height and 0 <= x < width:
                other = y * width + x
                if parent[other] < 0 and np.isfinite(flat[other]):
                    parent[other] = cell
                    level[other] = max(flat[other], here)
                    heapq.heappush(queue, (level[other], came, other))
                    came += 1
    receiver = parent.copy()
    for cell in visits[:done]:
        if parent[cell] == cell:
            continue
        i, j = cell // width, cell % width
        steepest = 0.0
        for k in range(8):
            y, x = i + rows[k], j + columns[k]
            if 0 <= y < height and 0 <= x < width and np.isfinite(filled[y, x]):
                slope = (float(level[cell]) - float(filled[y, x])) / lengths[k]
                if slope > steepest:
                    steepest = slope
                    receiver[cell] = y * width + x
    return filled, receiver, visits[:done][::-1].copy()
