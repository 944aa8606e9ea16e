"""MacDonald's long channels with and without rain: a bed made so that the surface of a steady flow over it is known.

MacDonald et al. (1997), J. Hydraul. Eng. 123; with rain, Delestre et al. (2013), International Journal for Numerical
Methods in Fluids 72. The Froude number changes along the channel, so their surface needs the convective acceleration.
Without it the surface is that of the local inertial equations, which where nothing changes in time are
d(z + h)/dx = -n^2 q^2 / h^(10/3).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from floodmark.hydraulics.edges import CLOSED, Edge
from tests.hydraulics.basins import channel, leak, none, pool, root_mean_square

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "hydraulics" / "analytic"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the analytic channels are not beside the repository")

MANNING_N, DX = 0.033, 5.0

CHANNELS = pytest.mark.parametrize(
    ("name", "inflow", "rain"), [("mcdo_norain", 2.0, 0.0), ("mcdo_rain", 1.0, 0.001)], ids=["dry", "in rain"]
)
"""Inflow in m2 s-1, rain in m s-1."""

PRECISION = pytest.mark.parametrize("precision", ["float32", "float64"])


def analytic(name):
    """Places, m, bed, m, and level, m."""
    x, bed, level = np.loadtxt(DATA / f"{name}.csv", delimiter=",", skiprows=1).T
    assert np.allclose(np.diff(x), DX)
    return x, bed, level


def settled(bed, level, inflow, rain, **physics):
    """Depths of the steady flow that meets the last level."""
    edges = (CLOSED, Edge(level=float(level[-1])), CLOSED, CLOSED)
    water = pool(channel(bed, rows=1), dx=DX, manning_n=MANNING_N, edges=edges, longest_step=2.0, **physics)
    fall = none(water) + rain
    fall[:, 0] += inflow / DX
    water.advance(fall, 3600)
    before = water.depth[1].copy()
    water.advance(fall, 900)
    np.testing.assert_allclose(water.depth[1], before, atol=2e-4)
    assert leak(water) < {"float32": 1e-6, "float64": 1e-12}[physics["precision"]]
    return water.depth[1]


def inertial(x, bed, depth, inflow, rain, parts=50):
    """Depths without convection, m, from the last one upwards by Runge and Kutta's method of fourth order."""
    slope = CubicSpline(x, bed).derivative()

    def rise(at, h):
        return -slope(at) - MANNING_N**2 * (inflow + rain * at) ** 2 / h ** (10 / 3)

    depths, h, step = [depth], depth, -DX / parts
    for at in x[:0:-1]:
        for part in range(parts):
            here = at + part * step
            one = rise(here, h)
            two = rise(here + step / 2, h + step / 2 * one)
            three = rise(here + step / 2, h + step / 2 * two)
            h += step / 6 * (one + 2 * two + 2 * three + rise(here + step, h + step * three))
        depths.append(h)
    return np.array(depths[::-1])


def away_from_the_ends(x):
    return (x > x[0] + 100) & (x < x[-1] - 100)


@CHANNELS
@PRECISION
def test_with_convection_the_level_is_macdonalds(name, inflow, rain, precision):
    x, bed, level = analytic(name)
    depth = settled(bed, level, inflow, rain, advection=True, precision=precision)
    assert root_mean_square((bed + depth - level)[away_from_the_ends(x)]) < 0.005


@CHANNELS
@PRECISION
def test_without_it_the_level_is_that_of_the_local_inertial_equations(name, inflow, rain, precision):
    x, bed, level = analytic(name)
    middle = away_from_the_ends(x)
    expected = inertial(x, bed, level[-1] - bed[-1], inflow, rain)
    depth = settled(bed, level, inflow, rain, precision=precision)
    np.testing.assert_allclose(depth[middle], expected[middle], rtol=0, atol=0.003)
    # Which is not MacDonald's: the equations differ, and no scheme for them would come nearer.
    assert root_mean_square((bed + expected - level)[middle]) > 0.02
    assert root_mean_square((bed + depth - level)[middle]) < 0.045
