"""The convective acceleration: what holds without it holds with it, and what it is for."""

from __future__ import annotations

import numpy as np
import pytest

from floodmark.hydraulics.edges import CLOSED, Edge
from tests.hydraulics.basins import channel, downhill, filled, leak, none, pool, rain, rough
from tests.hydraulics.test_symmetry import check_turns

HOUR = 3600


@pytest.mark.slow
def test_a_lake_stays_at_rest():
    elevation = rough(0, holes=0.05)
    before = filled(elevation, 303.3)
    water = pool(elevation, depth=before, precision="float64", advection=True)
    water.advance(none(water), HOUR)
    np.testing.assert_allclose(water.depth, before, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 1e-6), ("float64", 1e-12)])
def test_the_residual_is_rounding(precision, tolerance):
    depth = np.full((24, 31), 1.0)
    water = pool(rough(2, holes=0.05), edges=downhill(0.01), depth=depth, precision=precision, advection=True)
    water.advance(rain(water, 20), 2 * HOUR)
    assert (water._state.depth + water._state.carry).min() > -1e-9
    assert leak(water) < tolerance


def test_turned_ground_gives_turned_water():
    check_turns("float64", advection=True)


def test_uniform_flow_keeps_mannings_depth():
    slope, n, q, dx = 0.001, 0.03, 0.5, 20.0
    bed = channel(100 - slope * dx * np.arange(60))
    water = pool(
        bed, dx=dx, manning_n=n, edges=(CLOSED, Edge(slope=slope), CLOSED, CLOSED), precision="float64", advection=True
    )  # fmt: skip
    fall = none(water)
    fall[:, 0] = q / dx
    water.advance(fall, 3 * HOUR)
    np.testing.assert_allclose(water.depth[1:-1, 15:-15], (n * q / np.sqrt(slope)) ** 0.6, rtol=1e-4)


def test_the_surface_dips_over_a_bump_as_bernoulli_says():
    """Over a bump in a deep stream the head h + z + v^2 / 2g is kept with the convective term, and without it h + z."""
    dx, q = 10.0, 2.0
    bed = 0.4 * np.exp(-((((np.arange(150) + 0.5) * dx - 750) / 120) ** 2))
    crooked = {}
    for advection in (True, False):
        water = pool(
            channel(bed), dx=dx, manning_n=0.01, edges=(CLOSED, Edge(level=2.0), CLOSED, CLOSED),
            depth=np.nan_to_num(channel(2 - bed)), precision="float64", advection=advection,
        )  # fmt: skip
        fall = none(water)
        fall[:, 0] = q / dx
        water.advance(fall, 8 * HOUR)
        surface = bed + water.depth[2]
        head = surface + (q / water.depth[2]) ** 2 / 19.62
        # Above the top against the mean of before and behind, which friction sets apart.
        crooked[advection] = [float(line[75] - (line[60] + line[90]) / 2) for line in (surface, head)]
    assert crooked[True][0] < -0.02
    assert abs(crooked[True][1]) < 0.001
    assert abs(crooked[False][0]) < 0.001
    assert crooked[False][1] > 0.01
