"""Water knows no north: turned and mirrored ground gives turned and mirrored water, to rounding."""

from __future__ import annotations

import numpy as np
import pytest

from floodmark.hydraulics.edges import CLOSED, Edge
from tests.hydraulics.basins import leak, pool, rough

TOLERANCE = {"float32": 1e-6, "float64": 1e-12}
"""m, of a depth of up to 2 m. Where products and sums are fused alike along rows and columns, nothing differs."""

SHAPE = (20, 27)

EDGES = (Edge(slope=0.02), Edge(level=300.5), CLOSED, Edge(slope=0.005))
"""Of each kind, west, east, north and south."""

TURNS = [(quarters, mirrored) for quarters in range(4) for mirrored in (False, True)]


def turned(values, quarters, mirrored):
    return np.ascontiguousarray(np.rot90(values.T if mirrored else values, quarters))


def turned_edges(edges, quarters, mirrored):
    """Where each edge comes to lie, seen from a compass rose that is turned."""
    rose = turned(np.array([[-1, 2, -1], [0, -1, 1], [-1, 3, -1]]), quarters, mirrored)
    return tuple(edges[side] for side in (rose[1, 0], rose[1, 2], rose[0, 1], rose[2, 1]))


def flooded(turn, precision, **physics):
    elevation, rng = rough(4, SHAPE, relief=1.0, holes=0.05), np.random.default_rng(1)
    manning_n, fall, depth = (rng.random(SHAPE) * scale for scale in (0.1, 2e-5, 0.5))
    water = pool(
        turned(elevation, *turn), manning_n=turned(manning_n + 0.02, *turn), edges=turned_edges(EDGES, *turn),
        depth=turned(depth, *turn), peaks=True, precision=precision, conductivity=2e-6, wetting=0.02, **physics,
    )  # fmt: skip
    water.advance(turned(fall, *turn), 3600)
    return water


def check_turns(precision, **physics):
    first = flooded(TURNS[0], precision, **physics)
    out, into = first.edges_m3
    assert (out > 0).tolist() == [True, True, False, True]
    assert (into > 0).tolist() == [False, True, False, False]
    assert first.soil_m3 > 0
    assert leak(first) < {"float32": 1e-6, "float64": 1e-12}[precision]
    tolerance = TOLERANCE[precision]
    for turn in TURNS[1:]:
        water = flooded(turn, precision, **physics)
        np.testing.assert_allclose(water.depth, turned(first.depth, *turn), rtol=0, atol=tolerance)
        np.testing.assert_allclose(water.peak[0], turned(first.peak[0], *turn), rtol=0, atol=tolerance)
        rows = turned_edges(tuple(first.edges_m3.T), *turn)
        np.testing.assert_allclose(water.edges_m3.T, rows, rtol=10 * tolerance)
        assert water.soil_m3 == pytest.approx(first.soil_m3, rel=tolerance)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_turned_ground_gives_turned_water(precision):
    check_turns(precision)
