"""All water is accounted for, in both precisions, whatever it does; what rounding takes is carried along."""

from __future__ import annotations

import numpy as np
import pytest

from floodmark.hydraulics.edges import CLOSED, Edge
from tests.hydraulics.basins import PRECISIONS, downhill, leak, none, pool, rain, rough

TOLERANCE = {"float32": 1e-6, "float64": 1e-12}
HOUR = 3600


def walls_and_rain(precision):
    water = pool(rough(0, relief=8.0, holes=0.1), precision=precision)
    water.advance(rain(water, 40), 2 * HOUR)
    water.advance(none(water), 2 * HOUR)
    return water


def standing_water_and_drizzle(precision):
    water = pool(np.full((24, 31), 250.0), depth=np.full((24, 31), 2.0), precision=precision)
    water.advance(rain(water, 0.5), 6 * HOUR)
    return water


def a_tide_over_two_edges(precision):
    water = pool(rough(1, relief=1.0), precision=precision, edges=(Edge(level=300.0), CLOSED, CLOSED, Edge(level=300)))
    for minute in range(240):
        level = 300 + 2 * np.sin(2 * np.pi * minute / 240)
        water.set_edges((Edge(level=level), CLOSED, CLOSED, Edge(level=level)))
        water.advance(none(water), 60)
    return water


def free_outflow(precision):
    depth = np.full((24, 31), 1.0)
    water = pool(rough(2), edges=downhill(0.01), depth=depth, precision=precision)
    water.advance(rain(water, 20), 4 * HOUR)
    return water


def thirsty_ground(precision):
    water = pool(
        rough(3), edges=downhill(0.01), precision=precision, conductivity=5 / 3.6e6, wetting=0.05
    )  # fmt: skip
    water.advance(rain(water, 40), HOUR)
    water.advance(none(water), 3 * HOUR)
    return water


def a_point_inflow(precision):
    water = pool(rough(4, relief=1.0), precision=precision, edges=(CLOSED, Edge(slope=0.01), CLOSED, CLOSED))
    fall = none(water)
    fall[12, 3] = 20 / 50**2
    water.advance(fall, 2 * HOUR)
    return water


def patchwork_of_roughness(precision):
    manning_n = np.random.default_rng(5).uniform(0.02, 0.2, (24, 31))
    water = pool(rough(5), manning_n=manning_n, edges=downhill(0.02), precision=precision)
    water.advance(rain(water, 60), 2 * HOUR)
    return water


CASES = [
    walls_and_rain, standing_water_and_drizzle, a_tide_over_two_edges, free_outflow, thirsty_ground, a_point_inflow,
    patchwork_of_roughness,
]  # fmt: skip


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_residual_is_rounding(case, precision):
    water = case(precision)
    assert water.steps > 100
    assert np.isfinite(water.depth).all()
    assert water.depth.min() >= 0
    # Nor does a cell owe water that it gave and did not have, but for rounding.
    assert (water._state.depth + water._state.carry).min() > -1e-10
    assert leak(water) < TOLERANCE[precision]


def test_each_case_moves_the_water_that_it_is_named_for():
    assert free_outflow("float32").edges_m3[0].min() > 0
    assert thirsty_ground("float32").soil_m3 > 0
    out, into = a_tide_over_two_edges("float32").edges_m3
    assert (out[[0, 3]] > 0).all()
    assert (into[[0, 3]] > 0).all()
    assert not out[[1, 2]].any()
    assert not into[[1, 2]].any()


@pytest.mark.parametrize("carried", [True, False])
def test_without_what_rounding_takes_a_drizzle_on_deep_water_is_lost(carried):
    """The control of the test above: the same single steps, with and without the carry."""
    water = pool(np.full((9, 9), 250.0), depth=np.full((9, 9), 2.0))
    drizzle = rain(water, 0.05)
    for _ in range(2000):
        water.advance(drizzle, 7.0)
        if not carried:
            water._state.carry[:] = 0
    assert water.steps == 2000
    if carried:
        assert leak(water) < 1e-8
        assert water.depth[4, 4] == pytest.approx(2 + 0.05e-3 * 14000 / 3600, abs=3e-7)
    else:
        assert leak(water) > 5e-5
        assert water.depth[4, 4] == 2
