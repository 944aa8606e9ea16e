"""The drainage network against brute force, and against what any network must satisfy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.terrain.routing import Drainage, drainage


def ground(seed, shape, holes=0.1, whole=True):
    random = np.random.default_rng(seed)
    elevation = random.integers(0, 12, shape) if whole else random.normal(0, 5, shape)
    elevation = elevation.astype(np.float32)
    elevation[random.random(shape) < holes] = np.nan
    return elevation


def neighbours(cell, shape):
    i, j = cell
    for y in range(max(i - 1, 0), min(i + 2, shape[0])):
        for x in range(max(j - 1, 0), min(j + 2, shape[1])):
            if (y, x) != (i, j):
                yield y, x


def brute_fill(elevation):
    """The lowest level at which each cell can spill to an edge, by relaxing until nothing changes."""
    level = np.full(elevation.shape, np.inf)
    rim = np.zeros(elevation.shape, bool)
    rim[[0, -1], :] = rim[:, [0, -1]] = True
    level[rim] = elevation[rim]
    changed = True
    while changed:
        changed = False
        for cell in np.argwhere(np.isfinite(elevation)):
            here = tuple(cell)
            around = [level[n] for n in neighbours(here, elevation.shape) if np.isfinite(elevation[n])]
            best = max(elevation[here], min(around, default=np.inf))
            if best < level[here]:
                level[here], changed = best, True
    return level


@given(st.integers(0, 10_000), st.integers(2, 9), st.integers(2, 9), st.booleans())
@settings(max_examples=60)
def test_depressions_are_filled_to_where_they_spill(seed, rows, columns, whole):
    elevation = ground(seed, (rows, columns), whole=whole)
    expected = brute_fill(elevation)
    filled = drainage(elevation).filled
    np.testing.assert_array_equal(np.isnan(filled), np.isnan(elevation))
    reached = np.isfinite(expected) & np.isfinite(elevation)
    np.testing.assert_array_equal(filled[reached], expected[reached].astype(np.float32))


@given(st.integers(0, 10_000), st.integers(2, 12), st.integers(2, 12), st.booleans())
@settings(max_examples=60)
def test_every_cell_reaches_an_outlet_without_climbing(seed, rows, columns, whole):
    elevation = ground(seed, (rows, columns), whole=whole)
    network = drainage(elevation)
    filled, receiver = network.filled.ravel(), network.receiver.ravel()
    cells = np.flatnonzero(np.isfinite(elevation.ravel()))
    assert (receiver[np.isnan(elevation.ravel())] == -1).all()
    assert sorted(network.order) == list(cells)
    place = {cell: at for at, cell in enumerate(network.order)}
    for cell in cells:
        below = receiver[cell]
        assert filled[below] <= filled[cell]
        assert below == cell or place[below] > place[cell]
        assert below == cell or (below // columns, below % columns) in set(
            neighbours((cell // columns, cell % columns), (rows, columns))
        )
        if below == cell and 0 < cell // columns < rows - 1 and 0 < cell % columns < columns - 1:
            assert elevation.ravel()[cell] == filled[cell]


@given(st.integers(0, 10_000), st.integers(2, 12), st.integers(2, 12))
@settings(max_examples=60)
def test_routed_rain_is_the_sum_of_all_that_drains_through(seed, rows, columns):
    elevation = ground(seed, (rows, columns))
    network = drainage(elevation)
    rain = np.random.default_rng(seed).random((rows, columns)).astype(np.float32)
    receiver = network.receiver.ravel()
    expected = np.zeros(rows * columns)
    area = np.zeros(rows * columns)
    for cell in np.flatnonzero(receiver >= 0):
        here = cell
        while True:
            expected[here] += rain.ravel()[cell]
            area[here] += 1
            if receiver[here] == here:
                break
            here = receiver[here]
    known = receiver >= 0
    routed = network.route(rain).ravel()
    np.testing.assert_allclose(routed[known], expected[known], rtol=1e-5)
    assert np.isnan(routed[~known]).all()
    np.testing.assert_array_equal(network.area.ravel(), area)
    outlets = np.flatnonzero(receiver == np.arange(len(receiver)))
    assert routed[outlets].sum() == pytest.approx(rain.ravel()[known].sum(), rel=1e-5)


def test_water_takes_the_steepest_way_and_diagonals_are_longer():
    elevation = np.array([[9, 9, 9, 9], [9, 5, 4.2, 9], [9, 3.9, 9, 9], [9, 9, 3.85, 9]], np.float32)
    receiver = drainage(elevation).receiver
    assert receiver[1, 1] == 2 * 4 + 1
    assert receiver[1, 2] == 2 * 4 + 1
    assert receiver[2, 1] == 3 * 4 + 2


def test_a_valley_gathers_its_slopes():
    elevation = (np.abs(np.arange(7) - 3)[None, :] * 10 + np.arange(20, 0, -1)[:, None]).astype(np.float32)
    network = drainage(elevation)
    assert network.area[-1, 3] == network.area.max() > 70
    rain = np.zeros((20, 7), np.float32)
    rain[5, 1] = 2
    assert network.route(rain)[-1, 3] == 2
    assert network.route(rain)[4].sum() == 0


def test_missing_rain_counts_as_none_and_wrong_shapes_are_refused():
    network = drainage(np.arange(12, dtype=np.float32).reshape(3, 4))
    rain = np.ones((3, 4), np.float32)
    rain[1, 1] = np.nan
    known = network.receiver.ravel() == np.arange(12)
    assert network.route(rain).ravel()[known].sum() == 11
    with pytest.raises(ValueError, match="shape"):
        network.route(rain.T)


def test_a_saved_network_comes_back(tmp_path):
    network = drainage(ground(3, (9, 8)))
    network.save(tmp_path / "drainage")
    loaded = Drainage.load(tmp_path / "drainage")
    for name in ("filled", "receiver", "order", "area"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(network, name))
    network.save(tmp_path / "again")
    for path in (tmp_path / "drainage").iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()
