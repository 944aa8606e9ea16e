"""Steady flow down a plane has Manning's normal depth, (n q / sqrt(S))^0.6, and his velocity."""

from __future__ import annotations

import numpy as np
import pytest

from floodmark.hydraulics.edges import CLOSED, Edge
from tests.hydraulics.basins import PRECISIONS, channel, leak, none, pool

CELLS = 60

FLOWS = {
    "a river": (0.001, 0.03, 0.5, 20.0),
    "a hillside": (0.005, 0.05, 0.05, 20.0),
    "a steep wood": (0.02, 0.1, 0.02, 10.0),
    "a canal": (0.0002, 0.02, 1.0, 50.0),
}
"""Slope, Manning's n, s m-1/3, unit discharge, m2 s-1, and cell size, m."""


def settled(slope, n, q, dx, precision, southwards=False):
    """Water fed into the highest cells of a plane, which leaves down the same slope; and its normal depth, m."""
    bed = channel(100 - slope * dx * np.arange(CELLS))
    edges = (CLOSED, Edge(slope=slope), CLOSED, CLOSED)
    if southwards:
        bed, edges = np.ascontiguousarray(bed.T), (CLOSED, CLOSED, CLOSED, Edge(slope=slope))
    water = pool(bed, dx=dx, manning_n=n, edges=edges, precision=precision)
    fall = none(water)
    (fall if not southwards else fall.T)[:, 0] = q / dx
    normal = (n * q / np.sqrt(slope)) ** 0.6
    water.advance(fall, 8 * CELLS * dx / (q / normal))
    return water, normal


@pytest.mark.parametrize("southwards", [False, True], ids=["eastwards", "southwards"])
@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize(("slope", "n", "q", "dx"), FLOWS.values(), ids=FLOWS)
def test_the_depth_is_mannings(slope, n, q, dx, precision, southwards):
    water, normal = settled(slope, n, q, dx, precision, southwards)
    depth, speed = (values.T if southwards else values for values in (water.depth, water.speed()))
    # All but the cells that are fed, through whose western faces nothing flows.
    np.testing.assert_allclose(depth[1:-1, 1:], normal, rtol=1e-5)
    np.testing.assert_allclose(speed[1:-1, 1:], q / normal, rtol=1e-5)
    assert leak(water) < {"float32": 1e-6, "float64": 1e-12}[precision]
