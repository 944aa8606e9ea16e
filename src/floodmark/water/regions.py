"""What ground is held out: whole blocks, with a guard around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from floodmark.water.splits import GUARD, SEEN, UNSEEN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from floodmark.settings.make_windows import MakeWindows
    from floodmark.terrain.routing import Drainage

ROUNDING = 1e-6
"""Of a share of a catchment, whose cells are counted in float32."""


def block_ids(shape: tuple[int, int], size: int) -> NDArray[np.int32]:
    """Number of the square block each cell lies in, counted row by row from the north-west; shape as given."""
    rows, columns = np.arange(shape[0]) // size, np.arange(shape[1]) // size
    across = -(-shape[1] // size)
    return (rows[:, None] * across + columns[None, :]).astype(np.int32)


def held_out(shape: tuple[int, int], size: int, one_in: int, fold: int) -> NDArray[np.bool_]:
    """Cells of the blocks of one fold; every block is of exactly one of the `one_in` folds.

    Blocks of a fold lie a knight's move apart, so that they are spread over rows and columns and never share an edge
    (for `one_in` of 4 or more).

    Args:
        shape: Rows and columns.
        size: Side of a block, cells.
        one_in: One block in this many is held out.
        fold: Which, 0 to `one_in` - 1.
    """
    rows, columns = np.arange(shape[0]) // size, np.arange(shape[1]) // size
    return np.asarray((2 * rows[:, None] + columns[None, :]) % one_in == fold)


def regions(unseen: NDArray[np.bool_], guard: int, valid: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Cut the ground into seen and unseen, with a guard between them.

    Args:
        unseen: Cells that are held out, shape (rows, columns).
        guard: Cells on both sides of every border that belong to neither.
        valid: Cells that have terrain; others are guard.

    Returns:
        GUARD, SEEN or UNSEEN for every cell.
    """
    region = np.where(unseen, UNSEEN, SEEN).astype(np.uint8)
    near_seen, near_unseen = _grow(~unseen, guard), _grow(unseen, guard)
    region[near_seen & near_unseen] = GUARD
    region[~valid] = GUARD
    return region


def foreign_catchment(unseen: NDArray[np.bool_], drainage: Drainage, share: float) -> NDArray[np.bool_]:
    """Cells that are fed too much from ground of the other kind.

    What a storm leaves in a cell was decided upstream: where water comes from ground that was learnt from, a cell is
    not as unseen as it lies.

    Args:
        unseen: Cells that are held out, shape (rows, columns); all others count as seen, guards too.
        drainage: Of the same ground.
        share: Of the cells upstream, the cell itself included, above which they are too many; 1 finds none.
    """
    if share >= 1:
        return np.zeros(unseen.shape, bool)
    from_unseen = np.nan_to_num(drainage.route(unseen.astype(np.float32)), nan=0.0)
    from_seen = np.nan_to_num(drainage.route((~unseen).astype(np.float32)), nan=0.0)
    foreign = np.where(unseen, from_seen, from_unseen)
    return np.asarray(foreign > (share + ROUNDING) * np.maximum(drainage.area, 1))


def region_of(elevation: NDArray[np.float32], drainage: Drainage, settings: MakeWindows) -> NDArray[np.uint8]:
    """GUARD, SEEN or UNSEEN for every cell of a study, by its params."""
    unseen = held_out(elevation.shape, settings.block_cells, settings.unseen_one_in, settings.fold)
    region = regions(unseen, settings.guard_cells, np.isfinite(elevation))
    region[foreign_catchment(unseen, drainage, settings.guard_upstream)] = GUARD
    return region


def _grow(mask: NDArray[np.bool_], cells: int) -> NDArray[np.bool_]:
    """Dilate by a square of `cells` to each side."""
    from scipy.ndimage import maximum_filter

    return mask if cells == 0 else maximum_filter(mask, size=2 * cells + 1, mode="nearest")
