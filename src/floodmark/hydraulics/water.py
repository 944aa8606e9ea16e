"""The water of one event on its terrain: depths, discharges, and what came and went."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from floodmark.hydraulics.solver import advance

if TYPE_CHECKING:
    from numpy.typing import NDArray

WALL = 1e9
"""Height of a wall above its neighbours, m."""


class Water:
    """The state of one event: depths, discharges, and the ledger of what came and went.

    Args:
        elevation: m, shape (rows, columns); NaN cells are walls that hold no water and let none through.
        cell_size: m.
        manning_n: s m-1/3.
        edge_slope: Slope of the ground beyond the edges of the grid, down which water leaves; 0 closes them.
        courant: Part of the stable step that is taken, 0 to 1.
        froude: Highest Froude number of a flow.
        theta: Weight of a discharge against its neighbours' along the flow.
        longest_step: s.

    Attributes:
        depth: m, float32, shape (rows, columns).
        rain_m3: Rain taken in so far.
        outflow_m3: Water that left over the edges so far.
        deepest: m, at this moment.
        steps: Steps taken so far.
    """

    def __init__(
        self,
        elevation: NDArray[np.floating],
        cell_size: float,
        *,
        manning_n: float,
        edge_slope: float,
        courant: float = 0.7,
        froude: float = 1.0,
        theta: float = 0.9,
        longest_step: float = 60.0,
    ) -> None:
        bed = np.asarray(elevation, np.float64)
        rows, columns = bed.shape
        if rows < 3 or columns < 3:
            raise ValueError(f"a grid of {rows} by {columns} is too small: at least 3 by 3 cells")
        self.solid = ~np.isfinite(bed)
        bed = np.where(self.solid, np.nan, bed)
        self.cell_size = float(cell_size)
        self.depth = np.zeros((rows, columns), np.float32)
        self._qx, self._qy = np.zeros((rows, columns + 1), np.float32), np.zeros((rows + 1, columns), np.float32)
        self._drop_x = _drops(bed[:, :-1], bed[:, 1:])
        self._drop_y = _drops(bed[:-1], bed[1:])
        self._open = np.where(self.solid | (edge_slope <= 0), 0, 1).astype(np.float32)
        self._options = (float(manning_n), float(courant), float(froude), float(theta), float(longest_step))
        self._conveyance = float(np.sqrt(max(edge_slope, 0.0)) / manning_n)
        self.rain_m3, self.outflow_m3, self.deepest, self.steps = 0.0, 0.0, 0.0, 0

    @property
    def stored_m3(self) -> float:
        """Water on the ground now."""
        return float(self.depth.sum(dtype=np.float64)) * self.cell_size**2

    def advance(self, rain: NDArray[np.float32], duration: float) -> None:
        """Rain steadily for `duration` s and let the water run.

        Args:
            rain: m s-1, float32, shape of the depth; what falls on walls is left out.
            duration: s.
        """
        fall = np.where(self.solid, np.float32(0), rain).astype(np.float32)
        left, deepest, steps = advance(
            self.depth, self._qx, self._qy, self._drop_x, self._drop_y, fall, self._open,
            float(duration), self.cell_size, *self._options, self._conveyance,
        )  # fmt: skip
        self.rain_m3 += float(fall.sum(dtype=np.float64)) * self.cell_size**2 * duration
        self.outflow_m3 += left
        self.deepest = float(deepest)
        self.steps += int(steps)


def _drops(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float32]:
    """Bed of the second less the first; a wall on one side stands high, between two walls there is no drop."""
    drop = second - first
    drop = np.where(np.isfinite(first) & ~np.isfinite(second), WALL, drop)
    drop = np.where(~np.isfinite(first) & np.isfinite(second), -WALL, drop)
    return np.nan_to_num(drop, nan=0.0).astype(np.float32)
