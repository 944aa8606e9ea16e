"""A lake at rest stays at rest, over rough ground, around islands, and high above the sea."""

from __future__ import annotations

import numpy as np
import pytest

from tests.hydraulics.basins import PRECISIONS, filled, none, pool, rough

HOUR = 3600


@pytest.mark.parametrize("datum", [0.0, 300.0, 4000.1])
@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 1e-5), ("float64", 1e-12)])
def test_no_depth_changes(precision, tolerance, datum):
    elevation = rough(0, holes=0.05, datum=datum)
    before = filled(elevation, datum + 3.3)
    assert (before == 0).any()
    assert (before > 5).any()
    water = pool(elevation, depth=before, precision=precision)
    water.advance(none(water), 4 * HOUR)
    assert water.steps > 1000
    np.testing.assert_allclose(water.depth, before, rtol=0, atol=tolerance)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_where_heights_have_no_rounding_nothing_moves_at_all(precision):
    elevation = np.round(rough(1, holes=0.05) * 1024) / 1024
    before = filled(elevation, 303.0)
    water = pool(elevation, depth=before, precision=precision)
    water.advance(none(water), HOUR)
    np.testing.assert_array_equal(water.depth, before)
    assert not water._state.qx.any()
    assert not water._state.qy.any()


def test_two_lakes_at_two_levels_stay_apart():
    """An island between them is higher than both."""
    elevation = rough(2, relief=1.0)
    elevation[:, 15] = 320.0
    levels = np.where(np.arange(31) < 15, 305.0, 310.0)
    before = np.where(np.arange(31) == 15, 0, levels - elevation)
    water = pool(elevation, depth=before, precision="float64")
    water.advance(none(water), HOUR)
    np.testing.assert_allclose(water.depth, before, rtol=0, atol=1e-12)
