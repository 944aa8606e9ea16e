"""The terrain side of the windows: everything that no event changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from floodmark.grid import Grid
from floodmark.terrain.raster import read_raster
from floodmark.terrain.routing import Drainage
from floodmark.water import splits
from floodmark.water.features import NAMES, terrain_features
from floodmark.water.regions import block_ids, region_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.settings.make_windows import MakeWindows


@dataclass(frozen=True)
class Ground:
    """Rasters of shape (rows, columns), and where training windows lie on them.

    Attributes:
        grid: Of all rasters.
        elevation: m, NaN where there is no ground.
        drainage: The network.
        region: GUARD, SEEN or UNSEEN.
        block: Number of the block.
        corners: North-west corners (row, column) of the training windows, row by row.
    """

    grid: Grid
    elevation: NDArray[np.float32]
    drainage: Drainage
    region: NDArray[np.uint8]
    block: NDArray[np.int32]
    corners: NDArray[np.int64]

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Cells that may be learnt from."""
        return np.asarray(self.region == splits.SEEN)

    def features(self) -> NDArray[np.float32]:
        """Terrain features, shape (channels, rows, columns)."""
        if not self.elevation.size:
            return np.zeros((len(NAMES), *self.grid.shape), np.float32)
        return terrain_features(self.elevation, self.drainage, self.grid.cell_size)


def read_ground(folder: Path, settings: MakeWindows) -> Ground:
    """The ground of a study from terrain.tif and drainage/."""
    elevation, grid = read_raster(folder / "terrain.tif")
    drainage = Drainage.load(folder / "drainage")
    region = region_of(elevation, drainage, settings)
    block = block_ids(grid.shape, settings.block_cells)
    corners = window_corners(
        region == splits.SEEN, settings.patch_cells, settings.stride_cells, settings.least_seen_share
    )
    return Ground(grid, elevation, drainage, region, block, corners)


def no_ground() -> Ground:
    """The ground of a study without a heightmap: no cells."""
    none = (0, 0)
    network = Drainage(
        np.zeros(none, np.float32), np.zeros(none, np.int32), np.zeros(0, np.int32), np.zeros(none, np.int32)
    )
    corners = np.zeros((0, 2), np.int64)
    region, block = np.zeros(none, np.uint8), np.zeros(none, np.int32)
    return Ground(Grid("", 0.0, 0.0, 1.0, *none), np.zeros(none, np.float32), network, region, block, corners)


def window_corners(allowed: NDArray[np.bool_], size: int, stride: int, share: float = 1.0) -> NDArray[np.int64]:
    """North-west corners (row, column) of the squares with at least that share of allowed cells, on a lattice."""
    if min(allowed.shape) < size:
        return np.zeros((0, 2), np.int64)
    whole = box_sums(allowed, size) >= share * size * size
    lattice = np.zeros_like(whole)
    lattice[::stride, ::stride] = True
    return np.argwhere(whole & lattice)


def box_sums(mask: NDArray[np.bool_], size: int) -> NDArray[np.int64]:
    """Count of true cells in every square of `size` cells, at its north-west corner."""
    total = np.zeros((mask.shape[0] + 1, mask.shape[1] + 1), np.int64)
    total[1:, 1:] = mask.astype(np.int64).cumsum(0).cumsum(1)
    return np.asarray(total[size:, size:] - total[:-size, size:] - total[size:, :-size] + total[:-size, :-size])
