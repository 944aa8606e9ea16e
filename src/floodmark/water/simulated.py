"""Depth of our own simulator on coarser cells as it is kept beside the windows, and read on the fine terrain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.errors import UserError
from floodmark.water.downscale import REACH, downscale
from floodmark.water.shards import Shards

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SWEEPS = 10
"""Of settling after coarse water is spread: as good as any of 4 to 20 on the demonstration's training storms."""

CHANNEL_FACTOR = 4
"""Of the simulation that models may read."""


def simulated_name(factor: int, ahead: bool) -> str:
    """Of the shards of a simulation on coarser cells: of the depth at each moment, or a lead ahead of it."""
    return f"simulated_{factor}" + ("_ahead" if ahead else "")


class Simulated:
    """Depth on the fine terrain of what was simulated on cells `factor` times larger.

    Args:
        folder: Of the windows.
        factor: Sides of the coarse cells, fine cells.
        elevation: Fine ground, m, NaN where there is none.

    Raises:
        UserError: if the study holds no such simulation.
    """

    def __init__(self, folder: Path, factor: int, elevation: NDArray[np.floating]) -> None:
        if not has_simulated(folder, factor):
            raise UserError(
                f"{folder}: holds no simulation on cells {factor} times coarser: add {factor} to "
                "make_windows.coarse_factors and run make_windows again"
            )
        self.factor, self._elevation = factor, elevation
        self._now, self._ahead = (Shards(folder / simulated_name(factor, ahead)) for ahead in (False, True))

    def depth(self, source: int, row: int, col: int, height: int, width: int, *, ahead: bool) -> NDArray[np.float32]:
        """Depth of one window, m, shape (height, width): exactly that part of the whole ground's.

        Args:
            source: Row of the arrays: the moment rain is known up to.
            row: Northernmost row of cells.
            col: Westernmost column.
            height: Rows.
            width: Columns.
            ahead: Of a lead after the moment instead of the moment itself.
        """
        kept = self._ahead if ahead else self._now
        return fine_depth(self._elevation, kept[source], self.factor, row, col, height, width)


def fine_depth(
    elevation: NDArray[np.floating], coarse: NDArray[Any], factor: int, row: int, col: int, height: int, width: int
) -> NDArray[np.float32]:
    """Depth of one window from that of the whole ground on cells `factor` times larger, m, shape (height, width).

    Args:
        elevation: Fine ground, m, NaN where there is none.
        coarse: m, as it is kept.
        factor: Sides of the coarse cells, fine cells.
        row: Northernmost row of cells.
        col: Westernmost column.
        height: Rows.
        width: Columns.
    """
    halo = REACH * SWEEPS
    top, left = max(row - halo, 0) // factor, max(col - halo, 0) // factor
    bottom, right = -(-(row + height + halo) // factor), -(-(col + width + halo) // factor)
    ground = elevation[top * factor : bottom * factor, left * factor : right * factor]
    north, west = row - top * factor, col - left * factor
    fine = downscale(ground, coarse[top:bottom, left:right], factor, SWEEPS)
    return fine[north : north + height, west : west + width].astype(np.float32)


def as_seen(depth: NDArray[np.float32]) -> NDArray[np.float32]:
    """Reckoned depth, m, as models see it: log(1 + decimetres)."""
    return np.log1p(depth * 10)


def has_simulated(folder: Path, factor: int) -> bool:
    """Whether a study holds a simulation on cells that much coarser."""
    return (folder / simulated_name(factor, ahead=True)).is_dir()
