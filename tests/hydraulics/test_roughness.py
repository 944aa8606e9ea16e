"""A raster of Manning's n: a constant one is the number, and each patch slows its own water."""

from __future__ import annotations

import numpy as np
import pytest

from floodmark.hydraulics.edges import CLOSED, Edge
from tests.hydraulics.basins import PRECISIONS, channel, none, pool, rain, rough


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_constant_raster_is_the_number_to_the_bit(precision):
    depths = []
    for manning_n in (0.07, np.full((24, 31), 0.07)):
        edges = (Edge(slope=0.01), Edge(level=301.0), CLOSED, Edge(slope=0.01))
        water = pool(rough(1), manning_n=manning_n, edges=edges, precision=precision)
        water.advance(rain(water, 30), 3600)
        depths.append(water.depth)
    np.testing.assert_array_equal(depths[0], depths[1])


def test_each_stretch_of_a_slope_has_the_normal_depth_of_its_own_n():
    slope, q, dx = 0.01, 0.1, 10.0
    n = np.where(np.arange(80) < 40, 0.03, 0.12)
    bed = channel(100 - slope * dx * np.arange(80))
    edges = (CLOSED, Edge(slope=slope), CLOSED, CLOSED)
    water = pool(bed, dx=dx, manning_n=np.repeat(n[None], 5, axis=0), edges=edges, precision="float64")
    fall = none(water)
    fall[:, 0] = q / dx
    water.advance(fall, 4 * 3600)
    normal = (n * q / np.sqrt(slope)) ** 0.6
    np.testing.assert_allclose(water.depth[2, 5:30], normal[5:30], rtol=1e-4)
    np.testing.assert_allclose(water.depth[2, 50:75], normal[50:75], rtol=1e-4)


@pytest.mark.parametrize("southern", [False, True])
def test_the_rough_half_of_a_hillside_holds_more_water(southern):
    bed = np.repeat((100 - 0.5 * np.arange(40))[None], 10, axis=0)
    bed[5] = np.nan
    manning_n = np.where((np.arange(10) > 5) == southern, 0.2, 0.03)[:, None].repeat(40, axis=1)
    water = pool(bed, manning_n=manning_n, edges=(CLOSED, Edge(slope=0.01), CLOSED, CLOSED))
    water.advance(rain(water, 50), 3 * 3600)
    north, south = water.depth[:5].mean(), water.depth[6:].mean()
    assert (south > 2 * north) if southern else (north > 2 * south)
