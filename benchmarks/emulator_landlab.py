"""What landlab's `OverlandFlow` would take for an event: its rate on that ground, times the steps it is bound to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import click
import numpy as np
from emulator_event import simulated
from simulator import Landlab, Setting

from floodmark.hydraulics.rows import GRAVITY
from floodmark.hydraulics.runoff import MM_PER_HOUR, runoff_of

if TYPE_CHECKING:
    from emulator_event import EventRain, Place

CELL_STEPS = 1e6
"""That a size is timed on, or two steps if that is more."""
FILM = 1e-5
"""Depth of the water that landlab takes dry ground to have, m."""


def landlab_seconds(place: Place, rain: EventRain, rate: float) -> float:
    """What landlab would take for an event, at a rate in cell-steps a second."""
    return explicit_steps(place, rain) * place.site.elevation.size / rate


def landlab_rate(place: Place, rain: EventRain) -> float | None:
    """Cell-steps a second of landlab from the depths at the end of the rain; None where it is not installed."""
    try:
        import landlab  # noqa: F401
    except ImportError:
        click.echo('landlab is not installed: .venv/bin/pip install -c constraints.txt "landlab>=2.10,<2.11"', err=True)
        return None
    site = place.site
    bed = np.nan_to_num(site.elevation.astype(np.float64), nan=float(np.nanmax(site.elevation)))
    rough = float(np.mean(site.manning_n))
    setting = Setting(
        bed, site.grid.cell_size, rough, site.edges, site.physics, 0.0, np.zeros((0, 0, 0, 0), np.float32)
    )
    peer = Landlab(setting, bed, simulated(place, rain, 1, 1)[0])
    peer.advance(np.zeros(place.shape, np.float32), 1.0)  # which finds its neighbours
    return peer.time(max(round(CELL_STEPS / bed.size), 2))


def explicit_steps(place: Place, rain: EventRain) -> int:
    """Steps that an explicit scheme takes over an event if the deepest water alone bounds them, as landlab's does."""
    water, runoff = place.site.water(), runoff_of(place.losses, rain.grid.shape)
    shares, physics, steps = place.coarse(1).shares(rain.grid), place.site.physics, 0
    for frame in range(rain.frames):
        runs = runoff.of(rain.rate(frame).astype(np.float64) / MM_PER_HOUR, rain.step)
        water.advance((shares @ runs.ravel()).reshape(place.shape), rain.step)
        longest = physics.courant * place.site.grid.cell_size / math.sqrt(GRAVITY * max(water.deepest, FILM))
        steps += math.ceil(rain.step / longest)
    return steps
