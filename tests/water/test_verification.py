from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from floodmark.water import verification as verify

maps = hnp.arrays(bool, 60)
blocks = hnp.arrays(np.int32, 60, elements=st.integers(0, 4))


def brute(wet, predicted):
    pairs = list(zip(wet.tolist(), predicted.tolist(), strict=True))
    return [pairs.count((True, True)), pairs.count((False, True)), pairs.count((True, False))]


@given(maps, maps, st.integers(0, 60))
def test_tables_of_shards_add_up_to_the_whole(wet, predicted, cut):
    whole = verify.contingency(wet, predicted)
    assert whole.tolist() == brute(wet, predicted)
    parts = verify.contingency(wet[:cut], predicted[:cut]) + verify.contingency(wet[cut:], predicted[cut:])
    assert (parts == whole).all()


@given(maps, maps, blocks)
def test_tables_of_blocks_are_those_of_their_cells(wet, predicted, block):
    tables = verify.contingency_by_block(wet, predicted, block, 5)
    assert (tables.sum(0) == verify.contingency(wet, predicted)).all()
    for number in range(5):
        assert tables[number].tolist() == brute(wet[block == number], predicted[block == number])


@given(maps, hnp.arrays(np.float32, 60, elements=st.floats(0, 1, width=32)))
def test_tables_by_threshold_equal_deciding_one_at_a_time(wet, score):
    thresholds = np.array([0.0, 0.1, 0.25, 0.5, 0.9, 1.0], np.float32)
    tables = verify.contingency_by_threshold(wet, score, thresholds)
    for table, threshold in zip(tables, thresholds, strict=True):
        assert table.tolist() == brute(wet, score >= threshold)


def test_the_index_is_that_of_the_whole_not_the_mean_of_maps():
    tables = np.array([[9, 1, 0], [0, 0, 10]])
    assert verify.critical_success_index(tables).tolist() == [0.9, 0.0]
    assert verify.critical_success_index(tables.sum(0)) == pytest.approx(9 / 20)
    assert np.isnan(verify.critical_success_index(np.zeros(3, int)))


def test_the_best_threshold_wins_and_nothing_wet_scores_nothing():
    tables = np.array([[5, 5, 0], [4, 1, 1], [1, 0, 4]])
    assert verify.best_threshold(tables, np.array([0.2, 0.5, 0.8])) == (0.5, pytest.approx(4 / 6))
    assert verify.best_threshold(np.zeros((3, 3), int), np.array([0.2, 0.5, 0.8])) == (0.2, 0.0)


def test_equal_storms_leave_no_doubt_and_unequal_ones_some():
    rng = np.random.default_rng(0)
    same = verify.score_over_storms(np.tile([6, 2, 2], (20, 1)), rng, 300)
    assert (same.low, same.value, same.high) == (0.6, 0.6, 0.6)
    mixed = np.stack([[hits, 10 - hits, 0] for hits in range(1, 11)])
    spread = verify.score_over_storms(mixed, rng, 300)
    assert spread.low < spread.value < spread.high
    assert spread.value == pytest.approx(0.55)
    assert 0.2 < spread.high - spread.low < 0.5


@given(hnp.arrays(np.int64, (6, 3), elements=st.integers(1, 50)))
@settings(max_examples=25, deadline=None)
def test_a_model_differs_from_itself_by_nothing(tables):
    rng = np.random.default_rng(1)
    difference = verify.difference_over_storms(tables, tables, rng, 100)
    assert (difference.low, difference.value, difference.high) == (0, 0, 0)
    both = verify.difference_over_storms_and_blocks(*[tables.reshape(3, 2, 3)] * 2, rng, 100)
    assert (both.low, both.value, both.high) == (0, 0, 0)


def test_paired_differences_are_surer_than_scores():
    rng = np.random.default_rng(2)
    good = np.stack([[hits, 20 - hits, 0] for hits in range(3, 20)])
    worse = good + np.array([-2, 2, 0])
    difference = verify.difference_over_storms(good, worse, rng, 400)
    alone = verify.score_over_storms(good, rng, 400)
    assert difference.low > 0
    assert difference.high - difference.low < (alone.high - alone.low) / 5


def test_few_blocks_make_an_interval_wide():
    rng = np.random.default_rng(3)
    tables = np.zeros((12, 4, 3), int)
    tables[:] = np.array([[9, 1, 0], [5, 5, 0], [7, 3, 0], [2, 8, 0]])
    two_way = verify.score_over_storms_and_blocks(tables, rng, 400)
    over_storms = verify.score_over_storms(tables.sum(1), rng, 400)
    assert two_way.value == over_storms.value
    assert over_storms.low == over_storms.high
    assert two_way.high - two_way.low > 0.15


def test_one_storm_cannot_tell_of_others():
    table = np.array([[6, 2, 2]])
    for score in (
        verify.score_over_storms(table, np.random.default_rng(0), 100),
        verify.score_over_storms_and_blocks(table[None], np.random.default_rng(0), 100),
        verify.score_over_storms_and_blocks(np.tile(table, (1, 4, 1)), np.random.default_rng(0), 100),
        verify.score_over_storms_and_blocks(np.tile(table, (4, 1))[:, None], np.random.default_rng(0), 100),
    ):
        assert score.value == 0.6
        assert np.isnan([score.low, score.high]).all()


def test_no_storms_have_no_interval():
    empty = verify.score_over_storms_and_blocks(np.zeros((0, 3, 3), int), np.random.default_rng(0), 100)
    assert np.isnan([empty.value, empty.low, empty.high]).all()
