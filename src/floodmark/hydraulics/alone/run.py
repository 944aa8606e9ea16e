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
from floodmark.hydraulics.alone.defaults import PIPELINE_ONLY, VERSION
from floodmark.hydraulics.alone.rain import HIGHEST as HIGHEST_RATE
from floodmark.hydraulics.alone.rain import RadarRain, SteadyRain
from floodmark.hydraulics.alone.restart import fingerprint, load_state, save_state
from floodmark.hydraulics.clock import Clock
from floodmark.hydraulics.files import INFLOWS
from floodmark.hydraulics.forcing import Forcing
from floodmark.hydraulics.record import Record
from floodmark.hydraulics.site import make_site
from floodmark.progress import say, track
from floodmark.radar.crs import canonical_crs
from floodmark.terrain.heightmap import common_crs, read_heightmap
from floodmark.terrain.tiles import find_tiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from floodmark.hydraulics.forcing import Rain
    from floodmark.hydraulics.ledger import Balance
    from floodmark.hydraulics.site import Site
    from floodmark.settings.make_water import MakeWater
    from floodmark.terrain.tiles import Tile

LOWEST, HIGHEST = -500.0, 9000.0
"""Plausible elevations, m."""

LEAST = 3
"""Rows and columns of a grid."""

BYTES_A_CELL = 150
"""What a simulation takes at its peak, reading and writing included."""


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
        begin: First time of rain from files, or when a steady rain begins; None: the first there is.
        end: Last time of rain from files, None: the last there is.
        until: Minutes after which to stop, None: at the end.
        save: Where to write the state at the end.
    """

    heightmap: Path
    rain: str
    duration: float | None
    cell_size: float | None
    crs: str | None
    extras: Path
    begin: np.datetime64 | None
    end: np.datetime64 | None
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
    _say_inflows(site, task, rain.start, clock)
    if task.until is not None and task.until * 60 > clock.end:
        raise UserError(f"--until {task.until}: the rain and its recession end after {clock.end / 60:g} minutes")
    spans = list(clock.spans(round(water.seconds), None if task.until is None else task.until * 60))
    if not spans:
        raise UserError(f"nothing is left to simulate after the {water.seconds / 60:g} minutes of {task.resume}")
    say(f"{grid.height} by {grid.width} cells of {grid.cell_size:g} m in {grid.crs[:40]}, {clock.end / 60:g} minutes")
    partial = output.with_name(f".partial-{os.getpid()}-{output.name}")
    try:
        record = Record(partial, site, rain.start, _about(task, output, settings), settings)
        for span in track(spans, "simulating"):
            water.advance(forcing.fall(span), span.end - span.start)
            if span.kept:
                record.keep(span.end, water)
        balance = record.close(water, forcing, output.stem, "simulate", rain.missing_share, ground=True)
        if task.save is not None:
            save_state(task.save, water, forcing, belongs)
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
    if rain.missing_share > 0:
        say(f"{rain.missing_share:.0%} of the rain was missing and counted as none")
    return balance


def _about(task: Task, output: Path, settings: MakeWater) -> dict[str, str]:
    """What the file says of how it was made; no path that names a person's folders."""
    steady = task.duration is not None
    return {
        "event": output.stem,
        "origin": "simulate",
        "source": f"floodmark {VERSION} simulate",
        "heightmap": task.heightmap.name,
        "rain": f"{task.rain} mm h-1 for {task.duration:g} minutes" if steady else Path(task.rain).name,
        "resumed_from": task.resume.name if task.resume else "",
        "settings": settings.model_dump_json(exclude=PIPELINE_ONLY),
    }


def _say_inflows(site: Site, task: Task, start: np.datetime64, clock: Clock) -> None:
    """Refuse hydrographs that have nothing to do with the simulated time, and say which it leaves out in part."""
    begin = float(start.astype("datetime64[s]").astype(np.int64))
    end = begin + clock.end
    period = f"the simulated {start} to {start + np.timedelta64(clock.end, 's')}"
    for inflow in site.inflows:
        first, last = float(inflow.seconds[0]), float(inflow.seconds[-1])
        if last <= begin or first >= end:
            raise UserError(
                f"{task.extras / INFLOWS}: {inflow.name} lies outside {period}: mend its times; --from says when a "
                "steady rain begins"
            )
        if first < begin or last > end:
            say(f"{inflow.name}: only its part within {period} flows in")


def read_ground(heightmap: Path, cell_size: float | None, crs: str | None) -> tuple[NDArray[np.float32], Grid]:
    """Elevations, m, on the heightmap's own grid, or on one of other cells or another CRS over the same ground.

    Raises:
        UserError: if it cannot be read, is not projected in metres, or is smaller than three cells.
    """
    tiles = find_tiles(heightmap)
    if not tiles:
        raise UserError(
            f"{heightmap}: no heightmap: give a .tif, an ESRI ASCII grid (.asc), a .zip of either, or a folder of them"
        )
    grid = _grid(tiles, heightmap, cell_size, crs)
    if min(grid.shape) < LEAST:
        raise UserError(
            f"{heightmap}: {grid.height} by {grid.width} cells of {grid.cell_size:g} m are too few: at least "
            f"{LEAST} by {LEAST}; --cell-size makes them smaller"
        )
    _require_memory(grid)
    elevation = read_heightmap(tiles, grid, LOWEST, HIGHEST)
    if not np.isfinite(elevation).any():
        raise UserError(f"{heightmap}: says nothing anywhere: check its nodata value")
    return elevation, grid


def _require_memory(grid: Grid) -> None:
    """Refuse more cells than fit, before anything is read."""
    import psutil

    needed, free = grid.height * grid.width * BYTES_A_CELL, psutil.virtual_memory().available
    if needed > free:
        raise UserError(
            f"{grid.height} by {grid.width} cells of {grid.cell_size:g} m need some {needed / 1e9:.1f} GB, and "
            f"{free / 1e9:.1f} GB are free: choose a larger --cell-size"
        )


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
        which = f"{heightmap}: its CRS" if crs is None else "--crs"
        raise UserError(
            f"{which} {wanted[:60]} is not projected in metres: choose one that is with --crs and --cell-size"
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
        if not Path(task.rain).exists():
            raise UserError(
                f"--rain {task.rain}: is neither a file or folder that exists nor a number of mm h-1"
            ) from None
        if task.duration is not None:
            raise UserError(f"--duration belongs to a steady --rain in mm h-1, not to {task.rain}") from None
        return RadarRain(Path(task.rain), grid, task.begin, task.end)
    if task.duration is None:
        raise UserError(f"--rain {task.rain} is a steady rate: say for how many minutes with --duration")
    if not (0 <= rate <= HIGHEST_RATE and math.isfinite(rate)):
        raise UserError(f"--rain {task.rain}: must be 0 to {HIGHEST_RATE:g} mm h-1")
    if task.end is not None:
        raise UserError("--to cuts rain from files; a steady --rain ends after its --duration")
    if round(task.duration * 60) < 1:
        raise UserError(f"--duration {task.duration:g}: must be a second or more")
    return SteadyRain(rate, task.duration, grid, task.begin)
