"""The ground beyond an edge is as rough as the face before it, whichever way the grid is turned."""

from __future__ import annotations

import numpy as np

from floodmark.hydraulics.edges import CLOSED, Edge
from floodmark.hydraulics.water import Physics, Water


def flooded(elevation, manning_n, side):
    edges = [CLOSED] * 4
    edges[side] = Edge(level=302.0)
    water = Water(elevation, 50.0, manning_n=manning_n, edges=tuple(edges), physics=Physics(precision="float64"))
    water.advance(np.zeros(elevation.shape), 1800)
    assert water.edges_m3[1, side] > 0
    return water.depth


def test_water_comes_in_alike_over_every_edge_of_unevenly_rough_ground():
    rng = np.random.default_rng(1)
    elevation, manning_n = rng.normal(0, 1, (20, 20)) + 300, rng.uniform(0.02, 0.2, (20, 20))
    west = flooded(elevation, manning_n, 0)
    np.testing.assert_allclose(flooded(elevation.T, manning_n.T, 2).T, west, atol=1e-12)
    np.testing.assert_allclose(flooded(elevation[:, ::-1], manning_n[:, ::-1], 1)[:, ::-1], west, atol=1e-12)
    np.testing.assert_allclose(flooded(elevation.T[::-1], manning_n.T[::-1], 3)[::-1].T, west, atol=1e-12)
