"""Tiles become one elevation raster on the study's grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from floodmark.errors import UserError
from floodmark.grid import Grid, resample
from floodmark.progress import track

if TYPE_CHECKING:
    from affine import Affine
    from numpy.typing import NDArray

    from floodmark.grid import Bounds
    from floodmark.terrain.tiles import Tile


def read_heightmap(tiles: list[Tile], grid: Grid, lowest: float, highest: float) -> NDArray[np.float32]:
    """Elevations of the study's grid: averaged where its cells are the larger, bilinear where they are the smaller.

    Args:
        tiles: All in one CRS and on one lattice; where they overlap, the first by name holds.
        grid: The grid wanted.
        lowest: Plausible elevation, m.
        highest: Plausible elevation, m.

    Returns:
        m, shape of the grid, NaN where no tile says anything.

    Raises:
        UserError: if tiles differ in CRS, cell size or alignment, or hold implausible elevations.
    """
    source, mosaic = _merge(tiles, _window(tiles, grid), lowest, highest)
    if source == grid:
        return mosaic
    size = _metres(source, grid)
    return resample(mosaic, source, grid, "average" if size < grid.cell_size * 0.999 else "bilinear")


def common_crs(tiles: list[Tile]) -> str:
    """The one CRS of all tiles.

    Raises:
        UserError: naming two tiles that differ.
    """
    first = tiles[0]
    for tile in tiles[1:]:
        if tile.crs != first.crs:
            raise UserError(
                f"heightmap tiles must share one CRS: {first.name} is in {first.crs}, {tile.name} in {tile.crs}: "
                "warp one of them first"
            )
    return first.crs


def _merge(tiles: list[Tile], window: Bounds, lowest: float, highest: float) -> tuple[Grid, NDArray[np.float32]]:
    """The mosaic of the tiles that touch the window, on the tiles' own lattice."""
    crs, lattice = common_crs(tiles), tiles[0].transform
    used = [tile for tile in tiles if _touches(tile.bounds, window)]
    west, south, east, north = _union(used)
    width, height = round((east - west) / lattice.a), round((north - south) / -lattice.e)
    mosaic = np.full((height, width), np.nan, np.float32)
    for tile in track(used, "reading heightmap tiles"):
        column, row = _offset(tile, tiles[0], lattice, west, north)
        values = tile.elevation()
        _check_range(tile, values, lowest, highest)
        part = mosaic[row : row + tile.shape[0], column : column + tile.shape[1]]
        np.copyto(part, values, where=np.isnan(part))
    if abs(lattice.a + lattice.e) > 1e-6 * lattice.a:
        raise UserError(f"heightmap {tiles[0].name}: cells of {lattice.a:g} by {-lattice.e:g}: must be square")
    return Grid(crs, west, north, lattice.a, height, width), mosaic


def _offset(tile: Tile, first: Tile, lattice: Affine, west: float, north: float) -> tuple[int, int]:
    """Column and row of a tile's corner in the mosaic."""
    size = lattice.a
    if abs(tile.transform.a - size) > 1e-6 * size or abs(tile.transform.e - lattice.e) > 1e-6 * size:
        raise UserError(
            f"heightmap tiles must share one cell size: {first.name} has {size:g}, {tile.name} {tile.transform.a:g}"
        )
    column, row = (tile.transform.c - west) / size, (tile.transform.f - north) / lattice.e
    if abs(column - round(column)) > 0.01 or abs(row - round(row)) > 0.01:
        raise UserError(
            f"heightmap tiles must lie on one lattice: {tile.name} is off that of {first.name}: warp it first"
        )
    return round(column), round(row)


def _check_range(tile: Tile, values: NDArray[np.float32], lowest: float, highest: float) -> None:
    known = values[np.isfinite(values)]
    if known.size and (known.min() < lowest or known.max() > highest):
        raise UserError(
            f"heightmap {tile.name}: elevations from {known.min():g} to {known.max():g} m, allowed are {lowest:g} to "
            f"{highest:g} (ingest_heightmap.lowest, .highest): check the unit and the nodata value"
        )


def _window(tiles: list[Tile], grid: Grid) -> Bounds:
    """The grid's ground in the tiles' CRS, two cells wider, so that kernels at the rim have their neighbours."""
    from rasterio.warp import transform_bounds

    west, south, east, north = transform_bounds(grid.crs, tiles[0].crs, *grid.bounds, densify_pts=21)
    margin = 2 * max(tiles[0].transform.a, (east - west) / grid.width)
    return west - margin, south - margin, east + margin, north + margin


def _touches(one: Bounds, other: Bounds) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _union(tiles: list[Tile]) -> Bounds:
    if not tiles:
        raise UserError("no heightmap tile touches the study's grid: check grid.extent and grid.crs in params.yaml")
    bounds = np.array([tile.bounds for tile in tiles])
    return float(bounds[:, 0].min()), float(bounds[:, 1].min()), float(bounds[:, 2].max()), float(bounds[:, 3].max())


def _metres(source: Grid, grid: Grid) -> float:
    """The side of a source cell in the study's units: the root of its area, found across the mosaic."""
    from rasterio.warp import transform_bounds

    west, south, east, north = transform_bounds(source.crs, grid.crs, *source.bounds)
    return float(np.sqrt((east - west) * (north - south) / (source.height * source.width)))
