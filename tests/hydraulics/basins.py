"""Ground, rain and edges that the tests of the simulator share."""

from __future__ import annotations

import numpy as np

from floodmark.hydraulics.edges import CLOSED, Edge
from floodmark.hydraulics.water import Physics, Water

PRECISIONS = ("float32", "float64")


def rough(seed, shape=(24, 31), relief=5.0, holes=0.0, datum=300.0):
    """Ground high above the sea on which each cell stands by itself, m; a share of `holes` has no elevation."""
    rng = np.random.default_rng(seed)
    elevation = rng.normal(0, relief, shape) + datum
    elevation[rng.random(shape) < holes] = np.nan
    return elevation


def channel(profile, rows=3):
    """A bed that falls eastwards along `profile`, m, between a northern and a southern wall."""
    return np.pad(np.repeat(np.asarray(profile)[None], rows, axis=0), ((1, 1), (0, 0)), constant_values=np.nan)


def pool(elevation, *, manning_n=0.05, dx=50.0, edges=(CLOSED,) * 4, depth=None, peaks=False, **physics):
    physics = Physics(**physics)
    return Water(elevation, dx, manning_n=manning_n, edges=edges, physics=physics, depth=depth, peaks=peaks)


def downhill(slope):
    """All four edges, down a slope."""
    return (Edge(slope=slope),) * 4


def rain(water, mm_per_hour):
    return np.full(water.depth.shape, mm_per_hour / 3.6e6)


def none(water):
    return np.zeros(water.depth.shape)


def filled(elevation, level):
    """Depths of a lake, m."""
    return np.maximum(level - np.nan_to_num(elevation, nan=1e6), 0)


def leak(water):
    """Water that the arithmetic lost or made, relative to all that there ever was."""
    return abs(water.residual_m3()) / water.handled_m3()


def root_mean_square(errors):
    return float(np.sqrt(np.mean(np.square(errors))))
