"""Where rasters lie, and what happens when they meet."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.errors import UserError
from floodmark.grid import Grid, resample

GRID = Grid("EPSG:27700", 400000.0, 308000.0, 1000.0, 6, 8)


@given(
    st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(1, 1e5), st.floats(1, 1e5), st.sampled_from([1, 50, 90, 1000])
)
def test_a_covering_grid_is_the_largest_of_whole_cells_inside(west, south, width, height, size):
    bounds = (west, south, west + width, south + height)
    slack = 2e-6 * size
    try:
        grid = Grid.covering("EPSG:27700", bounds, size)
    except UserError:
        # Between two neighbouring multiples no whole cell fits, at most almost two.
        assert width < 2 * size or height < 2 * size
        return
    left, bottom, right, top = grid.bounds
    assert left >= west - slack
    assert bottom >= south - slack
    assert right <= bounds[2] + slack
    assert top <= bounds[3] + slack
    assert left - west < size + slack
    assert bounds[2] - right < size + slack
    assert bottom - south < size + slack
    assert bounds[3] - top < size + slack
    for edge in (left, top):
        assert abs(edge / size - round(edge / size)) < 1e-6


def test_bounds_on_whole_cells_lose_none_to_rounding():
    assert Grid.covering("EPSG:27700", GRID.bounds, 1000.0) == GRID
    west, south, east, north = GRID.bounds
    assert Grid.covering("EPSG:27700", (west + 1e-5, south + 1e-5, east - 1e-5, north - 1e-5), 1000.0) == GRID


def test_centres_give_the_grid_back_and_row_0_is_north():
    assert Grid.from_centres(GRID.crs, GRID.x, GRID.y, "test") == GRID
    assert GRID.y[0] == 307500
    assert GRID.x[0] == 400500
    assert (GRID.transform.c, GRID.transform.f) == (400000, 308000)
    assert (GRID.transform.a, GRID.transform.e) == (1000, -1000)


@pytest.mark.parametrize(
    ("x", "y"),
    [([0, 1, 2], [0, 1]), ([0, -1], [1, 0]), ([0, 1, 3], [1, 0]), ([0, 1], [4, 2]), ([0], [1, 0])],
)
def test_centres_that_are_no_north_up_square_grid_are_refused(x, y):
    with pytest.raises(UserError, match="strange file"):
        Grid.from_centres("EPSG:27700", np.array(x, float), np.array(y, float), "strange file")


def test_a_coarser_grid_covers_the_same_ground():
    coarse = GRID.coarser(2)
    assert (coarse.bounds, coarse.shape, coarse.cell_size) == (GRID.bounds, (3, 4), 2000)
    with pytest.raises(ValueError, match="multiple"):
        GRID.coarser(4)


def test_different_grids_are_refused_in_words():
    GRID.require_same(GRID, "rain")
    with pytest.raises(UserError, match="rain: grids differ"):
        GRID.require_same(GRID.coarser(2), "rain")


def test_averaging_onto_nested_cells_is_the_mean_of_what_is_known():
    values = np.random.default_rng(0).random((2, 6, 8)).astype(np.float32)
    values[0, 0, 0] = np.nan
    values[1, :2, :2] = np.nan
    found = resample(values, GRID, GRID.coarser(2), "average")
    expected = values.reshape(2, 3, 2, 4, 2)
    np.testing.assert_allclose(found[0], np.nanmean(expected[0], axis=(1, 3)), rtol=1e-5)
    whole = expected[1].mean(axis=(1, 3))
    assert np.isnan(whole[0, 0])
    np.testing.assert_allclose(found[1], whole, rtol=1e-5)


def test_nearest_keeps_values_and_beyond_the_source_nothing_is_known():
    values = np.arange(48, dtype=np.float32).reshape(6, 8)
    moved = Grid(GRID.crs, 398000.0, 310000.0, 1000.0, 5, 5)
    found = resample(values, GRID, moved, "nearest")
    np.testing.assert_array_equal(found[2:, 2:], values[:3, :3])
    assert np.isnan(found[:2]).all()
    assert np.isnan(found[:, :2]).all()


def test_bilinear_follows_a_plane():
    plane = (GRID.x[None, :] * 0.001 + GRID.y[:, None] * 0.002).astype(np.float32)
    inner = Grid(GRID.crs, 402000.0, 306000.0, 250.0, 8, 12)
    expected = inner.x[None, :] * 0.001 + inner.y[:, None] * 0.002
    np.testing.assert_allclose(resample(plane, GRID, inner, "bilinear"), expected, rtol=1e-6)


def test_a_cell_known_by_less_than_half_is_missing():
    values = np.ones((6, 8), np.float32)
    values[:2, :2] = [[np.nan, np.nan], [np.nan, 4]]
    values[2:4, :2] = [[np.nan, np.nan], [2, 4]]
    found = resample(values, GRID, GRID.coarser(2), "average")
    assert np.isnan(found[0, 0])
    assert found[1, 0] == 3
    assert np.isnan(found).sum() == 1
