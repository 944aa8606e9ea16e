"""One simulation without the pipeline: a heightmap and rain in, depths and a ledger out."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.hydraulics.alone.rain import RadarRain, SteadyRain
from floodmark.hydraulics.alone.restart import fingerprint, load_state, save_state
from floodmark.hydraulics.clock import Clock
from floodmark.hydraulics.forcing import Forcing
from floodmark.hydraulics.record import Record
from floodmark.hydraulics.site import make_site
from floodmark.progress import track
from floodmark.radar.crs import canonical_crs
from floodmark.terrain.heightmap import common_crs, read_heightmap
from floodmark.terrain.tiles import find_tiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from floodmark.hydraulics.forcing import Rain
    from floodmark.hydraulics.ledger import Balance
    from floodmark.settings.make_water import MakeWater
    from floodmark.terrain.tiles import Tile

LOWEST, HIGHEST = -500.0, 9000.0
"""Plausible elevations, m."""

LEAST = 3
"""Rows and columns of a grid."""


@dataclass(frozen=True)
class Task:
    """What to simulate.

    Attributes:
        heightmap: A raster, or a folder of tiles.
        rain: A NetCDF file, a folder of them, or a steady rate in mm h-1.
        duration: How long a steady rain falls, minutes; None with files.
        cell_size: Of the simulation, m; None: the heightmap's own.
        crs: To simulate in, None: the heightmap's own.
        extras: Folder that may hold manning_n.tif, initial_depth.tif and inflows.csv.
        resume: A state to go on from.
        until: Minutes after which to stop, None: at the end.
        save: Where to write the state at the end.
    """

    heightmap: Path
    rain: str
    duration: float | None
    cell_size: float | None
    crs: str | None
    extras: Path
    resume: Path | None
    until: int | None
    save: Path | None


def simulate_alone(task: Task, output: Path, settings: MakeWater) -> Balance:
    """Simulate, and write depths, peaks and ledger to `output`, whole or not at all.

    Raises:
        UserError: naming the file or option that is wrong, and what to do.
    """
    elevation, grid = read_ground(task.heightmap, task.cell_size, task.crs)
    rain = _rain(task, grid)
    site = make_site(elevation, grid, task.extras, settings)
    water, forcing = site.water(), Forcing(rain, site, settings.losses)
    belongs = fingerprint(site, settings.losses, rain)
    if task.resume is not None:
        load_state(task.resume, water, forcing, belongs)
    clock = Clock(rain.step, rain.frames, settings.snapshot_interval * 60, settings.recession * 60)
    spans = [span for span in clock.spans(round(water.seconds)) if task.until is None or span.end <= task.until * 60]
    if not spans:
        raise UserError(f"nothing is left to simulate between {water.seconds / 60:g} and {_end(task, clock)} minutes")
    partial = output.with_name(f".partial-{os.getpid()}-{output.name}")
    try:
        about = {
            "event": output.stem,
            "origin": "simulate",
            "rain": task.rain if task.duration else Path(task.rain).name,
        }
        record = Record(partial, site, rain.start, about, settings)
        for span in track(spans, "simulating"):
            water.advance(forcing.fall(span), span.end - span.start)
            if span.kept or span is spans[-1]:
                record.keep(span.end, water)
        balance = record.close(water, forcing, output.stem, "simulate", rain.missing_share)
        if task.save is not None:
            save_state(task.save, water, forcing, belongs)
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
    return balance


def read_ground(heightmap: Path, cell_size: float | None, crs: str | None) -> tuple[NDArray[np.float32], Grid]:
    """Elevations, m, on the heightmap's own grid, or on one of other cells or another CRS over the same ground.

    Raises:
        UserError: if it cannot be read, is not projected in metres, or is smaller than three cells.
    """
    tiles = find_tiles(heightmap)
    if not tiles:
        raise UserError(f"{heightmap}: no heightmap: give a GeoTIFF, an ESRI ASCII grid, a zip, or a folder of them")
    grid = _grid(tiles, heightmap, cell_size, crs)
    if min(grid.shape) < LEAST:
        raise UserError(
            f"{heightmap}: {grid.height} by {grid.width} cells of {grid.cell_size:g} m are too few: at least "
            f"{LEAST} by {LEAST}; --cell-size makes them smaller"
        )
    elevation = read_heightmap(tiles, grid, LOWEST, HIGHEST)
    if not np.isfinite(elevation).any():
        raise UserError(f"{heightmap}: says nothing anywhere: check its nodata value")
    return elevation, grid


def _grid(tiles: list[Tile], heightmap: Path, cell_size: float | None, crs: str | None) -> Grid:
    """The tiles' own lattice where nothing else is asked for, else whole cells inside their bounds."""
    from rasterio.crs import CRS
    from rasterio.errors import CRSError
    from rasterio.warp import transform_bounds

    own = common_crs(tiles)
    try:
        wanted = own if crs is None else canonical_crs(crs)
    except CRSError as error:
        raise UserError(f"--crs {crs}: is no CRS that PROJ knows ({error})") from error
    found = CRS.from_user_input(wanted)
    if not found.is_projected or not math.isclose(found.linear_units_factor[1], 1.0):
        raise UserError(
            f"{heightmap}: {wanted[:60]} is not projected in metres: say one that is with --crs, such as EPSG:32616, "
            "and a --cell-size"
        )
    bounds = np.array([tile.bounds for tile in tiles])
    west, south, east, north = (float(value) for value in (*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0)))
    if wanted != own:
        if cell_size is None:
            raise UserError(f"--crs {crs}: needs a --cell-size in metres, for the heightmap is in {own[:60]}")
        return Grid.covering(wanted, transform_bounds(own, wanted, west, south, east, north), cell_size)
    size = tiles[0].transform.a if cell_size is None else cell_size
    return Grid(own, west, north, size, round((north - south) / size), round((east - west) / size))


def _rain(task: Task, grid: Grid) -> Rain:
    try:
        rate = float(task.rain)
    except ValueError:
        if task.duration is not None:
            raise UserError(f"--duration belongs to a steady --rain in mm h-1, not to {task.rain}") from None
        if not Path(task.rain).exists():
            raise UserError(
                f"--rain {task.rain}: is neither a file or folder that exists nor a number of mm h-1"
            ) from None
        return RadarRain(Path(task.rain), grid)
    if task.duration is None:
        raise UserError(f"--rain {task.rain} is a steady rate: say for how many minutes with --duration")
    if not (0 <= rate <= 1000 and math.isfinite(rate)):
        raise UserError(f"--rain {task.rain}: must be 0 to 1000 mm h-1")
    return SteadyRain(rate, task.duration, grid)


def _end(task: Task, clock: Clock) -> float:
    return clock.end / 60 if task.until is None else task.until
