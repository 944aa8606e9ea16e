"""Cells without elevation hold nothing and let nothing through, whatever their pattern."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from floodmark.hydraulics.edges import Edge
from tests.hydraulics.basins import downhill, none, pool, rain, rough

SHAPE = (9, 11)


@given(st_numpy.arrays(bool, SHAPE), st.integers(0, 1000), st.booleans())
@settings(max_examples=100)
def test_walls_stay_dry_and_nothing_passes_them(walls, seed, level):
    elevation = np.where(walls, np.nan, rough(seed, SHAPE, relief=1.0))
    water = pool(elevation, edges=(Edge(level=301.0),) * 4 if level else downhill(0.01))
    fall = rain(water, 100)
    water.advance(fall, 1800)
    state = water._state
    assert not water.depth[walls].any()
    for faces in (state.qx[:, :11], state.qx[:, 1:12], state.qy[:-1, :11], state.qy[1:, :11]):
        assert not faces[walls].any()
    # What falls on walls is left out, and is not in the ledger either.
    np.testing.assert_allclose(water.fallen_m3, 100 / 3.6e6 * 1800 * 2500 * (~walls).sum(), rtol=1e-6)
    assert abs(water.residual_m3()) <= 1e-6 * water.handled_m3()


def test_ground_without_elevation_is_a_wall_and_what_falls_on_it_is_left_out():
    elevation = np.full((15, 21), 100.0)
    elevation[:, 10] = np.nan
    elevation[:, 11:] = 20.0
    water = pool(elevation)
    fall = rain(water, 100)
    fall[:, 10:] = 0
    fall[4, 10] = 1.0
    water.advance(fall, 3600)
    assert not water.depth[:, 10:].any()
    np.testing.assert_allclose(water.depth[:, :10], 0.1, rtol=1e-6)


def test_infinite_elevation_is_a_wall_too():
    elevation = np.zeros((5, 7))
    elevation[:, 3] = np.inf
    elevation[0, 0] = -np.inf
    water = pool(elevation)
    fall = rain(water, 100)
    fall[:, 3:] = 0
    water.advance(fall, 3600)
    assert not water.depth[:, 3:].any()
    assert water.depth[0, 0] == 0
    np.testing.assert_allclose(water.depth[1:, :3], 0.1, rtol=1e-6)


def test_a_basin_knows_nothing_of_its_neighbour():
    """To the bit, where the longest step limits both; a wall with a gap across a corner is still a wall."""
    elevation = rough(3, (12, 21), relief=1.0)
    elevation[:6, 10], elevation[6:, 11] = np.nan, np.nan
    depths = []
    for beyond in (0.0, 4.0):
        start = np.where(np.arange(21) > 11, beyond, 0.0)[None].repeat(12, axis=0)
        water = pool(elevation, depth=start, longest_step=2.0)
        fall = rain(water, 30)
        fall[:, 11:] = 0
        fall[6:, 10] = 0
        water.advance(fall, 1800)
        depths.append(water.depth)
        assert (water.depth[:, 12:].any()) == (beyond > 0)
    np.testing.assert_array_equal(depths[0][:, :10], depths[1][:, :10])


def test_walls_on_the_rim_let_nothing_over_the_edge():
    elevation = np.zeros((8, 8))
    elevation[[0, -1]], elevation[:, [0, -1]] = np.nan, np.nan
    for edges in (downhill(0.1), (Edge(level=5.0),) * 4):
        water = pool(elevation, edges=edges, depth=np.full((8, 8), 1.0))
        water.advance(none(water), 1800)
        assert not water.edges_m3.any()
        np.testing.assert_array_equal(water.depth[1:-1, 1:-1], 1)
