"""The demonstration's ground and storms, and larger and longer ones made of them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from emulator_event import EventRain, Place
from simulator_size import mirrored

from floodmark.grid import Grid
from floodmark.hydraulics.site import Site, make_site
from floodmark.radar.sequence import SequenceReader
from floodmark.settings.base import read_params, read_section
from floodmark.settings.make_water import MakeWater
from floodmark.terrain.raster import read_raster

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

TERRAIN, STORMS, WINDOWS = Path("outputs/terrain/terrain.tif"), Path("outputs/storms"), Path("outputs/windows")
CHOSEN = ("frontal-0006.nc", "convective-0003.nc")
"""A long storm and a violent one."""


def demonstration() -> tuple[Place, list[EventRain]]:
    """The demonstration's ground, and two of its storms."""
    absent = [str(path) for path in (TERRAIN, WINDOWS / "statistics.json") if not path.exists()]
    paths = [STORMS / name for name in CHOSEN if (STORMS / name).exists()]
    if absent or not paths:
        click.echo(f"no {', '.join(absent) or STORMS}: make data && .venv/bin/dvc repro make_windows")
        sys.exit(1)
    values = read_section(read_params(Path("params.yaml")), "make_water", MakeWater, "params.yaml")
    elevation, grid = read_raster(TERRAIN)
    statistics = json.loads((WINDOWS / "statistics.json").read_text(encoding="utf-8"))
    place = Place(make_site(elevation, grid, Path("data/water"), values), values.losses, statistics)
    return place, [rain_of(path) for path in paths]


def rain_of(path: Path) -> EventRain:
    """A storm, missing rain as none."""
    reader = SequenceReader(path)
    rates = np.stack([np.nan_to_num(reader.frame(at), nan=0.0) for at in range(len(reader.times))])
    step = int((reader.times[1] - reader.times[0]) / np.timedelta64(1, "s"))
    return EventRain(rates, reader.grid, step)


def lasting(rains: Sequence[EventRain], hours: float) -> EventRain:
    """Rain of some hours: storms one after the other."""
    frames = round(hours * 3600 / rains[0].step)
    joined = np.concatenate([rain.rates for rain in rains])
    return EventRain(np.resize(joined, (frames, *joined.shape[1:])), rains[0].grid, rains[0].step)


def sized(place: Place, rain: EventRain, side: int) -> tuple[Place, EventRain]:
    """The ground and the storm mirrored until a square of `side` cells is covered, or the middle of both."""
    site, nested = place.site, place.shape[0] // rain.grid.height
    elevation, depth = (resized(values, side) for values in (site.elevation, site.depth))
    grid = Grid(site.grid.crs, site.grid.west, site.grid.north, site.grid.cell_size, side, side)
    rates = np.stack([resized(frame, side // nested) for frame in rain.rates])
    other = Site(elevation, grid, site.manning_n, site.edges, site.physics, depth, [])
    return Place(other, place.losses, place.statistics), EventRain(rates, grid.coarser(nested), rain.step)


def resized(values: NDArray[Any], side: int) -> NDArray[Any]:
    """A square of a raster and its mirror images, or of its middle where it is larger."""
    top, left = (max((length - side) // 2, 0) for length in values.shape)
    return mirrored(values[top:, left:], side, side)
