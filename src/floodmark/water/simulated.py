"""Depth of our own simulator on coarser cells as it is kept beside the windows, and read on the fine terrain."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        kept, factor, halo = self._ahead if ahead else self._now, self.factor, REACH * SWEEPS
        top, left = max(row - halo, 0) // factor, max(col - halo, 0) // factor
        bottom, right = -(-(row + height + halo) // factor), -(-(col + width + halo) // factor)
        coarse = kept[source][top:bottom, left:right]
        ground = self._elevation[top * factor : bottom * factor, left * factor : right * factor]
        north, west = row - top * factor, col - left * factor
        fine = downscale(ground, coarse, factor, SWEEPS)[north : north + height, west : west + width]
        return fine.astype(np.float32)


def has_simulated(folder: Path, factor: int) -> bool:
    """Whether a study holds a simulation on cells that much coarser."""
    return (folder / simulated_name(factor, ahead=True)).is_dir()
