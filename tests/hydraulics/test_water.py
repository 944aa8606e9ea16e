"""The simulator against what water must do, whatever the terrain."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.hydraulics.water import Water


def rough(seed, shape=(24, 31), relief=5.0):
    return np.random.default_rng(seed).normal(0, relief, shape) + 300


def pool(elevation, *, edge_slope=0.0, manning_n=0.05, dx=50.0, **options):
    return Water(elevation, dx, manning_n=manning_n, edge_slope=edge_slope, **options)


def rain(water, mm_per_hour):
    return np.full(water.depth.shape, mm_per_hour / 3.6e6, np.float32)


def fill(water, level, elevation):
    water.depth[:] = np.maximum(level - np.nan_to_num(elevation, nan=1e6), 0)


def test_a_lake_at_rest_stays_at_rest_over_rough_ground_and_around_islands():
    elevation = rough(0)
    water = pool(elevation)
    fill(water, 303.0, elevation)
    before = water.depth.copy()
    assert (before == 0).any()
    assert (before > 5).any()
    water.advance(rain(water, 0), 3600)
    assert water.steps > 100
    np.testing.assert_allclose(water.depth, before, atol=2e-4)


@pytest.mark.parametrize("manning_n", [0.01, 0.05])
def test_an_upset_lake_comes_to_a_level_surface(manning_n):
    row = np.linspace(-1, 1, 30) ** 2
    elevation = 10 * (row[:, None] + row[None, :])
    water = pool(elevation, manning_n=manning_n)
    water.depth[5:12, 8:20] = 6
    volume = water.stored_m3
    water.advance(rain(water, 0), 40000)
    surface = (elevation + water.depth)[water.depth > 0.3]
    assert surface.max() - surface.min() < 0.01
    assert water.stored_m3 == pytest.approx(volume, rel=1e-5)


def test_rain_on_a_flat_closed_box_stands_equally_deep():
    water = pool(np.full((12, 17), 250.0))
    water.advance(rain(water, 36), 3600)
    np.testing.assert_allclose(water.depth, 0.036, rtol=1e-5)


@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.02]), st.floats(1, 200), st.floats(0.01, 0.2))
@settings(max_examples=25, deadline=None)
def test_the_ledger_closes_and_no_depth_is_negative(seed, edge_slope, rate, manning_n):
    elevation = rough(seed, relief=8.0)
    elevation[np.random.default_rng(seed).random(elevation.shape) < 0.05] = np.nan
    water = pool(elevation, edge_slope=edge_slope, manning_n=manning_n)
    fall = rain(water, rate) * np.random.default_rng(seed).random(elevation.shape).astype(np.float32)
    for share in (1, 0.3, 0):
        water.advance(fall * np.float32(share), 900)
        assert np.isfinite(water.depth).all()
        assert water.depth.min() >= 0
        residual = water.rain_m3 - water.outflow_m3 - water.stored_m3
        assert abs(residual) < 1e-5 * water.rain_m3
    assert (water.outflow_m3 > 0) == (edge_slope > 0)
    assert water.deepest == water.depth.max()


@pytest.mark.parametrize("edge_slope", [0.0, 0.02])
def test_turned_or_mirrored_terrain_gives_turned_or_mirrored_water(edge_slope):
    elevation = rough(4, shape=(20, 20))
    turns = [lambda a, k=k, m=m: np.rot90(a.T if m else a, k) for k in range(4) for m in (False, True)]
    fall = np.random.default_rng(1).random((20, 20)).astype(np.float32) * np.float32(1e-5)
    results = []
    for turn in turns:
        water = pool(np.ascontiguousarray(turn(elevation)), edge_slope=edge_slope)
        water.advance(np.ascontiguousarray(turn(fall)), 3600)
        results.append(water.depth)
    for turn, depth in zip(turns[1:], results[1:], strict=True):
        np.testing.assert_allclose(depth, turn(results[0]), atol=2e-5)


def test_steady_flow_down_a_slope_has_mannings_depth():
    slope, n, dx, mm_per_hour = 0.005, 0.05, 50.0, 60.0
    elevation = np.repeat((100 - slope * dx * np.arange(60))[None, :], 5, axis=0)
    elevation = np.pad(elevation, ((1, 1), (0, 0)), constant_values=np.nan)
    water = pool(elevation, edge_slope=slope, manning_n=n, dx=dx)
    water.advance(rain(water, mm_per_hour), 6 * 3600)
    q = mm_per_hour / 3.6e6 * dx * (np.arange(60) + 1)
    normal = (n * q / np.sqrt(slope)) ** 0.6
    depth = water.depth[1:-1, :60]
    # What leaves a cell crosses its face at the depth of the face's higher bed, which is the cell's own.
    np.testing.assert_allclose(depth[:, 10:], np.broadcast_to(normal[10:], (5, 50)), rtol=0.03)
    inflow = mm_per_hour / 3.6e6 * dx * dx * 300
    before = water.outflow_m3
    water.advance(rain(water, mm_per_hour), 600)
    assert (water.outflow_m3 - before) / 600 == pytest.approx(inflow, rel=1e-3)


@pytest.mark.parametrize("longest_step", [5.0, 60.0])
def test_thin_sheets_on_steep_ground_do_not_swing_from_step_to_step(longest_step):
    slope = 0.1
    elevation = np.repeat((100 - slope * 50 * np.arange(40))[None, :], 5, axis=0)
    elevation[[0, -1]] = np.nan
    water = pool(elevation, edge_slope=slope, manning_n=0.1, longest_step=longest_step)
    water.advance(rain(water, 30), 2 * 3600)
    q = 30 / 3.6e6 * 50 * (np.arange(40) + 1)
    np.testing.assert_allclose(water.depth[2, 5:], (0.1 * q[5:] / np.sqrt(slope)) ** 0.6, rtol=0.06)


def test_rougher_ground_holds_water_back():
    elevation = np.repeat((100 - 0.5 * np.arange(40))[None, :], 5, axis=0)
    outflows = []
    for manning_n in (0.02, 0.05, 0.15):
        water = pool(elevation, edge_slope=0.01, manning_n=manning_n)
        water.advance(rain(water, 50), 1800)
        outflows.append(water.outflow_m3)
    assert outflows[0] > outflows[1] > outflows[2] > 0


def test_dry_ground_stays_dry_and_water_does_not_climb():
    water = pool(rough(2), edge_slope=0.01)
    water.advance(rain(water, 0), 3600)
    assert not water.depth.any()
    elevation = np.repeat(np.where(np.arange(40) < 20, 0.0, 10.0)[None, :], 9, axis=0)
    water = pool(elevation)
    water.depth[:, :20] = 3
    water.advance(rain(water, 0), 3600)
    assert not water.depth[:, 20:].any()


def test_ground_without_elevation_is_a_wall():
    elevation = np.full((15, 21), 100.0)
    elevation[:, 10] = np.nan
    elevation[:, 11:] = 20.0
    water = pool(elevation)
    fall = rain(water, 100)
    fall[:, 10:] = 0
    fall[4, 10] = 1.0
    water.advance(fall, 3600)
    assert not water.depth[:, 10:].any()
    np.testing.assert_allclose(water.depth[:, :10], 0.1, rtol=1e-5)


def test_no_flow_is_faster_than_the_froude_limit_allows():
    elevation = np.repeat((100 - 5.0 * np.arange(40))[None, :], 5, axis=0)
    water = pool(elevation, edge_slope=0.1, manning_n=0.001, froude=0.5)
    water.advance(rain(water, 100), 3600)
    depth = np.maximum(water.depth[:, :-1], water.depth[:, 1:])
    wet = depth > 1e-4
    discharge = np.abs(water._qx[:, 1:-1])
    assert (discharge[wet] <= 0.5 * depth[wet] * np.sqrt(9.81 * depth[wet]) * 1.05).all()


@given(st.lists(st.floats(0.5, 700), min_size=1, max_size=6))
@settings(max_examples=20, deadline=None)
def test_marks_of_the_clock_are_met_exactly(durations):
    water = pool(rough(7))
    for duration in durations:
        water.advance(rain(water, 20), duration)
    expected = sum(durations) * 20 / 3.6e6 * water.depth.size * 2500
    assert water.stored_m3 == pytest.approx(expected, rel=1e-5)


def test_shorter_steps_change_little():
    row = np.linspace(-1, 1, 30) ** 2
    elevation = 8 * (row[:, None] + 0.5 * row[None, :])
    depths = []
    for courant in (0.7, 0.1):
        water = pool(elevation, courant=courant)
        water.advance(rain(water, 40), 5400)
        depths.append(water.depth)
    assert np.abs(depths[0] - depths[1]).max() < 0.02
    assert depths[0].max() > 0.3


def test_a_grid_too_small_is_refused():
    with pytest.raises(ValueError, match="3 by 3"):
        pool(np.zeros((2, 9)))
