"""Which ground a study covers: a fine grid for terrain and water inside whole cells of a coarser one for rain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from floodmark.errors import UserError
from floodmark.grid import Grid

if TYPE_CHECKING:
    from pathlib import Path

    from floodmark.grid import Bounds
    from floodmark.settings.grid import GridSettings


def study_grids(radar: Path, heightmap: Path, settings: GridSettings) -> tuple[Grid, Grid] | None:
    """The grid of terrain and water, and the grid of rain, from headers alone.

    Both cover the same ground: whole rain cells inside `grid.extent`, or inside the overlap of heightmap and radar;
    where one of the two is empty, inside the other.

    Args:
        radar: Folder of radar files.
        heightmap: Folder of heightmap tiles.
        settings: Section `grid`.

    Returns:
        (fine, rain), or None where neither extent nor data say where the study lies.

    Raises:
        UserError: if heightmap and radar do not overlap, or no rain cell fits.
    """
    crs = _study_crs(radar, heightmap, settings)
    if crs is None:
        return None
    bounds = tuple(settings.extent) if settings.extent is not None else _overlap(radar, heightmap, crs)
    if bounds is None:
        return None
    west, south, east, north = bounds
    rain = Grid.covering(crs, (west, south, east, north), settings.rain_cell_size)
    factor = settings.rain_factor
    fine = Grid(rain.crs, rain.west, rain.north, settings.cell_size, rain.height * factor, rain.width * factor)
    return fine, rain


def rain_grid(radar: Path, heightmap: Path, settings: GridSettings) -> Grid | None:
    """The grid of rain alone, as in `study_grids`."""
    grids = study_grids(radar, heightmap, settings)
    return None if grids is None else grids[1]


def _study_crs(radar: Path, heightmap: Path, settings: GridSettings) -> str | None:
    """The CRS that the params name, else the first of the heightmap's and the radar's that is projected in metres.

    Raises:
        UserError: if the one named is unknown or not projected in metres, or neither file's is.
    """
    from floodmark.radar.netcdf import find_files, read_header
    from floodmark.terrain.heightmap import common_crs
    from floodmark.terrain.tiles import find_tiles

    if settings.crs is not None:
        candidates = [_known(settings.crs)]
    else:
        tiles, files = find_tiles(heightmap), find_files(radar)
        candidates = [common_crs(tiles)] if tiles else []
        candidates += [read_header(files[0]).grid.crs] if files else []
    for crs in candidates:
        if _in_metres(crs):
            return crs
    if candidates:
        raise UserError(
            f"{' and '.join(candidates)}: not projected in metres: set grid.crs in params.yaml, such as EPSG:27700"
        )
    return None


def _in_metres(crs: str) -> bool:
    from rasterio.crs import CRS

    found = CRS.from_user_input(crs)
    return bool(found.is_projected and abs(found.linear_units_factor[1] - 1.0) < 1e-9)


def _overlap(radar: Path, heightmap: Path, crs: str) -> Bounds | None:
    from floodmark.radar.netcdf import find_files, read_headers
    from floodmark.terrain.heightmap import common_crs
    from floodmark.terrain.tiles import find_tiles

    tiles = find_tiles(heightmap)
    ground = None
    if tiles:
        known = common_crs(tiles)
        ground = _joined([_moved(known, tile.bounds, crs) for tile in tiles])
    headers = read_headers(find_files(radar))
    sky = _joined([_moved(header.grid.crs, header.grid.bounds, crs) for header in headers]) if headers else None
    if ground is None or sky is None:
        return ground or sky
    west, south = max(ground[0], sky[0]), max(ground[1], sky[1])
    east, north = min(ground[2], sky[2]), min(ground[3], sky[3])
    if west >= east or south >= north:
        raise UserError(
            f"heightmap {_round(ground)} and radar {_round(sky)} do not overlap in {crs}: "
            "check their CRS, and grid.crs in params.yaml"
        )
    return west, south, east, north


def _known(crs: str) -> str:
    from rasterio.errors import CRSError

    from floodmark.radar.crs import canonical_crs

    try:
        return canonical_crs(crs)
    except CRSError as error:
        raise UserError(f"grid.crs = {crs!r} is no CRS that PROJ knows: {error}") from error


def _moved(source: str, bounds: Bounds, target: str) -> Bounds:
    """Bounds in another CRS; untouched where the CRS is the same, for a warp would cost the last digits."""
    from rasterio.warp import transform_bounds

    wanted = _known(target)
    if source == wanted:
        return bounds
    west, south, east, north = transform_bounds(source, wanted, *bounds, densify_pts=21)
    return west, south, east, north


def _joined(bounds: list[Bounds]) -> Bounds:
    west, south, east, north = zip(*bounds, strict=True)
    return min(west), min(south), max(east), max(north)


def _round(bounds: Bounds) -> tuple[int, ...]:
    return tuple(round(value) for value in bounds)
