from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.water.depth_errors import depth_scores, depth_sums_by_group
from floodmark.water.reliability import BINS
from floodmark.water.tallies import CASES, DEPTHS, HISTOGRAM, Ground, Scene, Tally
from floodmark.water.verification import contingency

SHAPE = (6, 8)
PARTS = {CASES: (4,), HISTOGRAM: (2, BINS), DEPTHS: (6,)}


def ground(permanent=None):
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return Ground.of(columns != 3, (columns // 4 + 2 * (rows // 3)).astype(np.int32), permanent)


def scene(seed, where, storm="a", rain=0, rains=2):
    """A map of depths in millimetres, and what is foretold of it: wet, log-odds and depth."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 400, SHAPE) / np.float32(1000)
    told = Scene(where, truth.astype(np.float32), [0.1, 0.3], storm, rain, rains)
    return told, truth, rng.uniform(size=SHAPE) < 0.4, rng.normal(size=SHAPE), rng.uniform(0, 0.5, SHAPE)


def tally_of(scenes, limit=0.1):
    tally = Tally()
    for told, _, wet, logit, depth in scenes:
        told.count(tally, limit, wet)
        told.rank(tally, limit, logit)
        told.measure(tally, limit, depth)
    return tally


def same(first, second):
    return set(first.counts) == set(second.counts) and all(
        np.array_equal(table, second.counts[key]) for key, table in first.counts.items()
    )


maps = st.lists(st.tuples(st.integers(0, 99), st.sampled_from("abc"), st.integers(0, 1)), min_size=1, max_size=6)


@given(maps, st.data())
@settings(max_examples=40)
def test_shards_merge_to_the_same_numbers_in_any_order_and_grouping(seeds, data):
    where = ground()
    scenes = [scene(seed, where, storm, rain) for seed, storm, rain in seeds]
    whole = tally_of(scenes)
    shards = [tally_of([one]) for one in data.draw(st.permutations(scenes))]
    while len(shards) > 1:  # Any two neighbours are merged, in any order.
        place = data.draw(st.integers(0, len(shards) - 2))
        shards[place : place + 2] = [shards[place] + shards[place + 1]]
    assert same(shards[0], whole)
    assert same(Tally() + whole, whole)
    assert same(whole + Tally(), whole)


def test_merging_leaves_the_merged_as_they_were():
    first, second = (tally_of([scene(seed, ground())]) for seed in (1, 2))
    before = {key: table.copy() for key, table in first.counts.items()}
    both = first + second
    both.counts[CASES, "a"][:] = 0
    assert same(first, Tally(before))


def test_tallies_of_other_ground_are_not_merged():
    first, second = tally_of([scene(1, ground())]), tally_of([scene(1, ground(), rains=3)])
    with pytest.raises(ValueError, match="do not add up"):
        first + second


@pytest.mark.parametrize("limit", [0.1, 0.3])
def test_a_map_is_counted_cell_by_cell(limit):
    permanent = np.arange(SHAPE[1])[None, :].repeat(SHAPE[0], 0) == 1
    where = ground(permanent)
    told, truth, wet, logit, depth = scene(7, where, rain=1)
    tally = tally_of([(told, truth, wet, logit, depth)], limit)
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    true = truth.astype(np.float32) >= np.float32(limit)
    for part, shape in PARTS.items():
        table = tally.counts[part, "a"]
        assert table.shape == (2, 4, 2, *shape)
        assert (table[0] == 0).all()
    for block in range(4):
        for kind in range(2):
            cells = (columns // 4 + 2 * (rows // 3) == block) & (columns != 3) & (permanent == bool(kind))
            cases = tally.counts[CASES, "a"][1, block, kind]
            np.testing.assert_array_equal(cases, contingency(true[cells], wet[cells]))
            histogram = tally.counts[HISTOGRAM, "a"][1, block, kind]
            assert histogram.sum(-1).tolist() == [(cells & ~true).sum(), (cells & true).sum()]
            deep = cells & true
            error = np.rint(depth[deep] * 1000) - np.rint(truth[deep] * 1000)
            expected = [deep.sum(), abs(error).sum(), error.sum(), (error**2).sum()]
            np.testing.assert_array_equal(tally.counts[DEPTHS, "a"][1, block, kind, :4], expected)


def test_ground_without_permanent_water_has_one_kind_of_cells():
    assert ground().kinds == ground(np.zeros(SHAPE, bool)).kinds == 1
    assert ground(np.ones(SHAPE, bool)).kinds == 2


def test_stacking_fills_in_storms_that_were_not_seen():
    tally = tally_of([scene(1, ground(), "b")])
    stacked = tally.stack(CASES, ["a", "b"])
    assert stacked.shape == (2, 2, 4, 1, 4)
    assert stacked[0].sum() == 0
    np.testing.assert_array_equal(stacked[1], tally.counts[CASES, "b"])


def test_depth_scores_are_those_of_the_cells():
    rng = np.random.default_rng(0)
    truth, foretold = rng.integers(100, 2000, 500), rng.uniform(0, 2, 500)
    scores = depth_scores(depth_sums_by_group(truth, foretold, np.zeros(500, np.int64), 1)[0])
    true, error = truth / 1000, foretold - truth / 1000
    # Foretold depths are rounded to millimetres.
    assert scores["depth_mean_absolute_error"] == pytest.approx(abs(error).mean(), abs=5e-4)
    assert scores["depth_root_mean_square_error"] == pytest.approx(np.sqrt((error**2).mean()), abs=5e-4)
    assert scores["depth_mean_error"] == pytest.approx(error.mean(), abs=5e-4)
    efficiency = 1 - (error**2).sum() / ((true - true.mean()) ** 2).sum()
    assert scores["nash_sutcliffe_efficiency"] == pytest.approx(efficiency, abs=2e-3)


def test_the_efficiency_of_the_truth_is_one_and_of_its_mean_zero():
    truth = np.array([100, 300, 500, 700])
    for foretold, efficiency in ((truth / 1000, 1), (np.full(4, 0.4), 0), (np.zeros(4), 1 - 84 / 20)):
        sums = depth_sums_by_group(truth, foretold, np.zeros(4, np.int64), 1)[0]
        assert depth_scores(sums)["nash_sutcliffe_efficiency"] == pytest.approx(efficiency)
    alike = depth_sums_by_group(np.full(3, 200), np.full(3, 0.1), np.zeros(3, np.int64), 1)[0]
    assert np.isnan(depth_scores(alike)["nash_sutcliffe_efficiency"])
    assert all(np.isnan(score) for score in depth_scores(np.zeros(6)).values())
