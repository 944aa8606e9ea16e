"""The ground of a forecast: elevation on cells of the model's size, and the rain cells that lie over it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.progress import say
from floodmark.radar.crs import canonical_crs
from floodmark.terrain.heightmap import common_crs, read_heightmap
from floodmark.terrain.tiles import find_tiles

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.grid import Bounds
    from floodmark.terrain.tiles import Tile

LOWEST, HIGHEST = -500.0, 9000.0
"""Plausible elevations, m."""

LEAST = 3
"""Rows and columns of a grid."""

COARSEST = 2.0
"""Cells of a heightmap may be this many times larger than the model's: beyond, what it learnt from is not there."""

BYTES_A_CELL = 300
"""What a forecast takes at its peak, while the terrain's features are made."""


@dataclass(frozen=True)
class Ground:
    """Where a forecast is made.

    Attributes:
        elevation: m, NaN where there is no ground, shape of the grid.
        grid: Cells of the model's size.
        rain: Whole rain cells that cover the grid; both lie on multiples of their cell size.
    """

    elevation: NDArray[np.float32]
    grid: Grid
    rain: Grid

    @property
    def rows(self) -> NDArray[np.int64]:
        """The rain cell's row of every row of the grid."""
        return self._cells(self.rain.north - self.grid.north, self.grid.height)

    @property
    def columns(self) -> NDArray[np.int64]:
        """The rain cell's column of every column of the grid."""
        return self._cells(self.grid.west - self.rain.west, self.grid.width)

    @property
    def nested(self) -> int:
        """Side of the largest squares of cells that make up the grid and lie in one rain cell each, cells."""
        cell, grid = self.grid.cell_size, self.grid
        down, right = round((self.rain.north - grid.north) / cell), round((grid.west - self.rain.west) / cell)
        return math.gcd(down, right, *grid.shape, round(self.rain.cell_size / cell))

    def _cells(self, offset: float, count: int) -> NDArray[np.int64]:
        cell = self.grid.cell_size
        return (np.arange(count) + round(offset / cell)) // round(self.rain.cell_size / cell)


def read_ground(
    heightmap: Path, cell_size: float, rain_cell_size: float, crs: str | None, extent: Bounds | None
) -> Ground:
    """Read a heightmap onto whole cells of the model's size.

    Args:
        heightmap: A raster, or a folder of tiles.
        cell_size: Of the model, m.
        rain_cell_size: Of the model's rain, m, a multiple of it.
        crs: To work in, None: the heightmap's own.
        extent: West, south, east, north in that CRS, m; None: all of the heightmap.

    Raises:
        UserError: if it cannot be read, is not projected in metres, has too few or too large cells, or lies elsewhere.
    """
    tiles = find_tiles(heightmap)
    if not tiles:
        raise UserError(
            f"{heightmap}: no heightmap: give a .tif, an ESRI ASCII grid (.asc), a .zip of either, or a folder of them"
        )
    wanted = _crs(common_crs(tiles), heightmap, crs)
    bounds = _bounds(tiles, wanted)
    _check_cells(tiles, heightmap, wanted, cell_size)
    if extent is not None:
        bounds = _inside(extent, bounds, heightmap, wanted)
    grid = _whole_cells(wanted, bounds, cell_size, heightmap)
    _require_memory(grid)
    elevation = read_heightmap(tiles, grid, LOWEST, HIGHEST)
    if not np.isfinite(elevation).any():
        raise UserError(f"{heightmap}: says nothing anywhere: check its nodata value")
    return Ground(elevation, grid, rain_over(grid, rain_cell_size))


def rain_over(grid: Grid, cell_size: float) -> Grid:
    """The whole rain cells, on multiples of their size, that a grid lies in."""
    west, south, east, north = grid.bounds
    left, bottom = math.floor(west / cell_size + 1e-6), math.floor(south / cell_size + 1e-6)
    right, top = math.ceil(east / cell_size - 1e-6), math.ceil(north / cell_size - 1e-6)
    return Grid(grid.crs, left * cell_size, top * cell_size, cell_size, top - bottom, right - left)


def _crs(own: str, heightmap: Path, crs: str | None) -> str:
    from rasterio.crs import CRS
    from rasterio.errors import CRSError

    try:
        wanted = own if crs is None else canonical_crs(crs)
    except CRSError as error:
        raise UserError(f"--crs {crs}: is no CRS that PROJ knows ({error})") from error
    found = CRS.from_user_input(wanted)
    if not found.is_projected or not math.isclose(found.linear_units_factor[1], 1.0):
        which = f"{heightmap}: its CRS" if crs is None else "--crs"
        raise UserError(f"{which} {wanted[:60]} is not projected in metres: choose one that is with --crs")
    return wanted


def _bounds(tiles: list[Tile], crs: str) -> Bounds:
    """Of all tiles in a CRS; as they are where it is their own, for a warp would cost the last digits."""
    from rasterio.warp import transform_bounds

    found = np.array([tile.bounds for tile in tiles])
    west, south, east, north = (float(value) for value in (*found[:, :2].min(axis=0), *found[:, 2:].max(axis=0)))
    if tiles[0].crs == crs:
        return west, south, east, north
    west, south, east, north = transform_bounds(tiles[0].crs, crs, west, south, east, north, densify_pts=21)
    return west, south, east, north


def _check_cells(tiles: list[Tile], heightmap: Path, crs: str, cell_size: float) -> None:
    """Refuse a heightmap that is much coarser than what the model learnt from."""
    west, south, east, north = _bounds(tiles[:1], crs)
    rows, columns = tiles[0].shape
    size = math.sqrt((east - west) * (north - south) / (rows * columns))
    if size > COARSEST * cell_size:
        raise UserError(
            f"{heightmap}: has cells of {size:.4g} m, the model learnt on cells of {cell_size:g} m, and a heightmap's "
            f"may be {COARSEST * cell_size:g} m at most: give a finer one, or train a model with grid.cell_size = "
            f"{size:.4g}"
        )
    if size > 1.01 * cell_size:
        say(f"{heightmap}: its cells of {size:.4g} m are interpolated to the model's of {cell_size:g} m")


def _inside(extent: Bounds, bounds: Bounds, heightmap: Path, crs: str) -> Bounds:
    west, south, east, north = extent
    if west >= east or south >= north:
        raise UserError(f"--extent {west:g} {south:g} {east:g} {north:g}: must be west, south, east and north, in m")
    cut = max(west, bounds[0]), max(south, bounds[1]), min(east, bounds[2]), min(north, bounds[3])
    if cut[0] >= cut[2] or cut[1] >= cut[3]:
        raise UserError(
            f"--extent {west:g} {south:g} {east:g} {north:g}: lies beside {heightmap}, which spans "
            f"{' '.join(f'{value:.0f}' for value in bounds)} in {crs[:60]}"
        )
    if cut != tuple(extent):
        say(f"--extent reaches beyond {heightmap}: cut to {' '.join(f'{value:.0f}' for value in cut)}")
    return cut


def _whole_cells(crs: str, bounds: Bounds, cell_size: float, heightmap: Path) -> Grid:
    try:
        grid = Grid.covering(crs, bounds, cell_size)
    except UserError:
        grid = None
    if grid is None or min(grid.shape) < LEAST:
        raise UserError(
            f"{heightmap}: {' '.join(f'{value:.0f}' for value in bounds)} in {crs[:60]} holds fewer than {LEAST} by "
            f"{LEAST} cells of the model's {cell_size:g} m: give a larger heightmap or --extent"
        )
    return grid


def _require_memory(grid: Grid) -> None:
    """Refuse more cells than fit, before anything is read."""
    import psutil

    needed, free = grid.height * grid.width * BYTES_A_CELL, psutil.virtual_memory().available
    if needed > free:
        raise UserError(
            f"{grid.height} by {grid.width} cells of {grid.cell_size:g} m need some {needed / 1e9:.1f} GB, and "
            f"{free / 1e9:.1f} GB are free: cut the ground into parts along watersheds with --extent"
        )
