"""The simulator against what water must do, whatever the terrain."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.hydraulics.edges import CLOSED, Edge
from tests.hydraulics.basins import channel, downhill, none, pool, rain, rough


@pytest.mark.parametrize("manning_n", [0.01, 0.05])
def test_an_upset_lake_comes_to_a_level_surface(manning_n):
    row = np.linspace(-1, 1, 30) ** 2
    elevation = 10 * (row[:, None] + row[None, :])
    depth = np.zeros(elevation.shape)
    depth[5:12, 8:20] = 6
    water = pool(elevation, manning_n=manning_n, depth=depth)
    volume = water.stored_m3
    water.advance(none(water), 40000)
    surface = (elevation + water.depth)[water.depth > 0.3]
    assert surface.max() - surface.min() < 0.01
    assert water.stored_m3 == pytest.approx(volume, rel=1e-7)


def test_rain_on_a_flat_closed_box_stands_equally_deep():
    water = pool(np.full((12, 17), 250.0))
    water.advance(rain(water, 36), 3600)
    np.testing.assert_allclose(water.depth, 0.036, rtol=1e-6)


@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.02]), st.floats(1, 200), st.floats(0.01, 0.2))
@settings(max_examples=25)
def test_the_ledger_closes_and_no_depth_is_negative(seed, slope, rate, manning_n):
    elevation = rough(seed, relief=8.0, holes=0.05)
    water = pool(elevation, edges=downhill(slope), manning_n=manning_n)
    fall = rain(water, rate) * np.random.default_rng(seed).random(elevation.shape)
    for share in (1, 0.3, 0):
        water.advance(fall * share, 900)
        assert np.isfinite(water.depth).all()
        assert (water._state.depth + water._state.carry).min() > -1e-9
        assert abs(water.residual_m3()) < 1e-6 * water.handled_m3()
    out, into = water.edges_m3
    assert (out.sum() > 0) == (slope > 0)
    assert not into.any()
    assert water.deepest == water.depth.max()


@pytest.mark.parametrize("longest_step", [5.0, 60.0])
def test_thin_sheets_on_steep_ground_do_not_swing_from_step_to_step(longest_step):
    slope = 0.1
    bed = channel(100 - slope * 50 * np.arange(40))
    water = pool(bed, edges=downhill(slope), manning_n=0.1, longest_step=longest_step)
    water.advance(rain(water, 30), 2 * 3600)
    q = 30 / 3.6e6 * 50 * (np.arange(40) + 1)
    np.testing.assert_allclose(water.depth[2, 5:], (0.1 * q[5:] / np.sqrt(slope)) ** 0.6, rtol=0.06)


def test_rain_runs_off_a_slope_at_mannings_depth_and_as_fast_as_it_falls():
    slope, n, dx, mm_per_hour = 0.005, 0.05, 50.0, 60.0
    bed = channel(100 - slope * dx * np.arange(60), rows=5)
    water = pool(bed, edges=(CLOSED, Edge(slope=slope), CLOSED, CLOSED), manning_n=n, dx=dx)
    water.advance(rain(water, mm_per_hour), 6 * 3600)
    q = mm_per_hour / 3.6e6 * dx * (np.arange(60) + 1)
    normal = (n * q / np.sqrt(slope)) ** 0.6
    # What leaves a cell crosses its face at the depth of the face's higher bed, which is the cell's own.
    np.testing.assert_allclose(water.depth[1:-1, 10:], np.broadcast_to(normal[10:], (5, 50)), rtol=0.03)
    before = water.edges_m3[0, 1]
    water.advance(rain(water, mm_per_hour), 600)
    assert (water.edges_m3[0, 1] - before) / 600 == pytest.approx(mm_per_hour / 3.6e6 * dx * dx * 300, rel=1e-4)


def test_rougher_ground_holds_water_back():
    elevation = np.repeat((100 - 0.5 * np.arange(40))[None, :], 5, axis=0)
    outflows = []
    for manning_n in (0.02, 0.05, 0.15):
        water = pool(elevation, edges=downhill(0.01), manning_n=manning_n)
        water.advance(rain(water, 50), 1800)
        outflows.append(water.edges_m3[0].sum())
    assert outflows[0] > outflows[1] > outflows[2] > 0


def test_dry_ground_stays_dry_and_water_does_not_climb():
    water = pool(rough(2), edges=downhill(0.01))
    water.advance(none(water), 3600)
    assert not water.depth.any()
    assert not water.speed().any()
    elevation = np.repeat(np.where(np.arange(40) < 20, 0.0, 10.0)[None, :], 9, axis=0)
    water = pool(elevation, depth=np.where(elevation == 0, 3.0, 0.0))
    water.advance(none(water), 3600)
    assert not water.depth[:, 20:].any()


def test_no_flow_is_faster_than_the_froude_limit_allows():
    elevation = np.repeat((100 - 5.0 * np.arange(40))[None, :], 5, axis=0)
    water = pool(elevation, edges=downhill(0.1), manning_n=0.001, froude=0.5)
    water.advance(rain(water, 100), 3600)
    depth = np.maximum(water.depth[:, :-1], water.depth[:, 1:])
    wet = depth > 1e-4
    discharge = np.abs(water._state.qx[:, 1:40])
    assert wet.any()
    assert (discharge[wet] <= 0.5 * depth[wet] * np.sqrt(9.81 * depth[wet]) * 1.05).all()


@given(st.lists(st.floats(0.5, 700), min_size=1, max_size=6))
@settings(max_examples=20)
def test_marks_of_the_clock_are_met_exactly(durations):
    water = pool(rough(7))
    for duration in durations:
        water.advance(rain(water, 20), duration)
    expected = sum(durations) * 20 / 3.6e6 * water.depth.size * 2500
    assert water.seconds == pytest.approx(sum(durations), rel=1e-12)
    assert water.stored_m3 == pytest.approx(expected, rel=2e-6)


def test_a_grid_too_small_is_refused():
    with pytest.raises(ValueError, match="3 by 3"):
        pool(np.zeros((2, 9)))


@pytest.mark.parametrize("depth", [np.zeros((4, 5)), np.full((5, 5), -0.1)])
def test_initial_depths_of_another_shape_or_below_zero_are_refused(depth):
    with pytest.raises(ValueError, match=r"\(5, 5\) and none negative"):
        pool(np.zeros((5, 5)), depth=depth)


def test_a_manning_raster_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"manning_n has shape \(4, 5\)"):
        pool(np.zeros((5, 5)), manning_n=np.full((4, 5), 0.05))
