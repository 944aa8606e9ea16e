"""A tide comes up a plane beach and goes again: no depth below zero, no water lost, the shoreline where it belongs."""

from __future__ import annotations

import numpy as np
import pytest

from floodmark.hydraulics.edges import CLOSED, Edge
from tests.hydraulics.basins import PRECISIONS, leak, none, pool

SLOPE, DX, HOUR = 0.01, 20.0, 3600
HIGH = 2.0
"""Level at high water, m, twelve hours after low water at 0 m, where the beach begins."""


def tide(seconds):
    return HIGH * np.sin(np.pi * min(seconds / (24 * HOUR), 1)) ** 2


def wet_rows(water):
    return int((water.depth[:, 2] > 0.01).sum())


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_beach_fills_and_drains(precision):
    bed = np.repeat(SLOPE * DX * np.arange(20)[:, None], 5, axis=1)
    water = pool(bed, dx=DX, manning_n=0.03, precision=precision)
    for seconds in range(0, 36 * HOUR, 60):
        water.set_edges((CLOSED, CLOSED, Edge(level=float(tide(seconds + 30))), CLOSED))
        water.advance(none(water), 60)
        assert (water._state.depth + water._state.carry).min() > -1e-9
        if seconds + 60 == 12 * HOUR:
            # Level meets bed between the tenth cell and the eleventh.
            assert abs(wet_rows(water) - HIGH / SLOPE / DX) <= 1
            surface = (bed + water.depth)[water.depth > 0.05]
            np.testing.assert_allclose(surface, HIGH, atol=1e-4)
            high = water.stored_m3
    assert leak(water) < {"float32": 1e-6, "float64": 1e-12}[precision]
    np.testing.assert_array_equal(water.depth, water.depth[:, :1].repeat(5, axis=1))
    out, into = water.edges_m3
    assert into[2] > high > 0
    # A film is left, whose flow the friction slows ever more.
    assert water.stored_m3 < 1e-4 * high
    assert water.deepest < 0.001
    assert out[2] == pytest.approx(into[2] - water.stored_m3, rel=1e-6)
