"""What lies beyond the edges: nothing, a slope down which water leaves, or water at a level."""

from __future__ import annotations

import numpy as np
import pytest

from floodmark.hydraulics.edges import CLOSED, SIDES, Edge
from tests.hydraulics.basins import leak, none, pool, rough

SIDE = pytest.mark.parametrize("side", range(4), ids=SIDES)


def only(side, edge):
    return tuple(edge if k == side else CLOSED for k in range(4))


@SIDE
def test_a_level_fills_a_dry_basin_and_no_higher(side):
    elevation = 300 + 0.2 * (rough(1, (12, 15), relief=1.0) - 300)
    water = pool(elevation, edges=only(side, Edge(level=301.0)))
    highest = 0.0
    for _ in range(100):
        water.advance(none(water), 600)
        highest = max(highest, float((elevation + water.depth)[water.depth > 0].max()))
    wet = elevation < 300.99
    np.testing.assert_allclose((elevation + water.depth)[wet], 301.0, atol=0.001)
    assert not water.depth[elevation > 301.01].any()
    assert water.edges_m3[1].nonzero()[0].tolist() == [side]
    assert leak(water) < 1e-6
    # The water that rushes in swashes up once, and comes to rest.
    assert highest < 301.2


@SIDE
def test_another_level_moves_the_water_out_again(side):
    water = pool(np.zeros((9, 9)), edges=only(side, Edge(level=1.0)))
    for level in (1.0, 0.4, 0.7):
        water.set_edges(only(side, Edge(level=level)))
        water.advance(none(water), 20000)
        np.testing.assert_allclose(water.depth, level, atol=0.001)
    out, into = water.edges_m3
    assert out.nonzero()[0].tolist() == into.nonzero()[0].tolist() == [side]
    assert into[side] - out[side] == pytest.approx(0.7 * 81 * 2500, rel=0.001)
    # Closed, it stays.
    water.set_edges((CLOSED,) * 4)
    before = water.depth.mean()
    water.advance(none(water), 3600)
    assert water.depth.mean() == pytest.approx(before, rel=1e-6)


@SIDE
def test_a_slope_drains_its_side_alone(side):
    water = pool(np.zeros((9, 9)), edges=only(side, Edge(slope=0.01)), depth=np.full((9, 9), 1.0))
    water.advance(none(water), 7200)
    out, into = water.edges_m3
    assert out.nonzero()[0].tolist() == [side]
    assert not into.any()
    assert out[side] == pytest.approx(water.initial_m3 - water.stored_m3, rel=1e-6)
    rim = (water.depth[:, 0], water.depth[:, -1], water.depth[0], water.depth[-1])
    assert min(range(4), key=lambda k: rim[k].mean()) == side
    assert water.stored_m3 < 0.2 * water.initial_m3


def test_a_slope_lets_out_mannings_discharge():
    """q = sqrt(S) h^(5/3) / n, of a step so short that the depth is what it was."""
    water = pool(np.zeros((9, 9)), manning_n=0.05, edges=only(1, Edge(slope=0.002)), depth=np.full((9, 9), 1.5))
    water.advance(none(water), 0.01)
    q = np.sqrt(0.002) * 1.5 ** (5 / 3) / 0.05
    assert water.edges_m3[0, 1] == pytest.approx(q * 9 * 50 * 0.01, rel=1e-5)


def test_a_slope_lets_nothing_out_faster_than_the_froude_limit():
    water = pool(np.zeros((9, 9)), manning_n=0.01, edges=only(0, Edge(slope=0.5)), depth=np.full((9, 9), 1.0))
    water.advance(none(water), 0.01)
    assert water.edges_m3[0, 0] == pytest.approx(np.sqrt(9.81) * 9 * 50 * 0.01, rel=1e-5)


def test_a_level_below_the_bed_is_a_fall_that_lets_water_out_and_none_in():
    water = pool(np.zeros((9, 9)), edges=only(3, Edge(level=-5.0)), depth=np.full((9, 9), 0.5))
    water.advance(none(water), 20000)
    assert not water.edges_m3[1].any()
    assert water.edges_m3[0, 3] > 0.8 * water.initial_m3
