from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from floodmark.water import draws
from floodmark.water.verification import critical_success_index


def index(sums):
    return {"csi": critical_success_index(sums)}


def over_storms(tables, seed=0, resamples=300):
    """The score of tables of shape (storms, k)."""
    drawn = draws.over_storms(len(tables), np.random.default_rng(seed), resamples)
    return draws.estimates(np.asarray(tables)[:, None], index, drawn)["csi"]


def over_both(tables, seed=0, resamples=400):
    drawn = draws.over_storms_and_blocks(*tables.shape[:2], np.random.default_rng(seed), resamples)
    return draws.estimates(tables, index, drawn)["csi"]


def test_equal_storms_leave_no_doubt_and_unequal_ones_some():
    same = over_storms(np.tile([6, 2, 2], (20, 1)))
    assert (same.low, same.value, same.high) == (0.6, 0.6, 0.6)
    mixed = over_storms(np.stack([[hits, 10 - hits, 0] for hits in range(1, 11)]))
    assert mixed.low < mixed.value < mixed.high
    assert mixed.value == pytest.approx(0.55)
    assert 0.2 < mixed.high - mixed.low < 0.5


@given(hnp.arrays(np.int64, (6, 3), elements=st.integers(1, 50)))
@settings(max_examples=25)
def test_a_model_differs_from_itself_by_nothing(tables):
    rng = np.random.default_rng(1)
    for shaped, drawn in (
        (tables[:, None], draws.over_storms(6, rng, 100)),
        (tables.reshape(3, 2, 3), draws.over_storms_and_blocks(3, 2, rng, 100)),
    ):
        assert draws.difference(shaped, shaped, index, drawn)["csi"] == (0, 0, 0)


def test_paired_differences_are_surer_than_scores():
    good = np.stack([[hits, 20 - hits, 0] for hits in range(3, 20)])[:, None]
    drawn = draws.over_storms(len(good), np.random.default_rng(2), 400)
    difference = draws.difference(good, good + np.array([-2, 2, 0]), index, drawn)["csi"]
    alone = draws.estimates(good, index, drawn)["csi"]
    assert difference.low > 0
    assert difference.high - difference.low < (alone.high - alone.low) / 5


def test_few_blocks_make_an_interval_wide():
    tables = np.zeros((12, 4, 3), int)
    tables[:] = np.array([[9, 1, 0], [5, 5, 0], [7, 3, 0], [2, 8, 0]])
    two_way, one_way = over_both(tables), over_storms(tables.sum(1))
    assert two_way.value == one_way.value
    assert one_way.low == one_way.high
    assert two_way.high - two_way.low > 0.15


def test_sums_are_those_of_drawing_storms_and_blocks_one_by_one():
    rng = np.random.default_rng(4)
    tables = rng.integers(0, 9, (5, 4, 3))
    drawn = draws.over_storms_and_blocks(5, 4, rng, 6)
    for sample, sums in enumerate(drawn.sums(tables)):
        storms = np.repeat(np.arange(5), drawn.by_storm[sample].astype(int))
        blocks = np.repeat(np.arange(4), drawn.by_block[sample].astype(int))
        np.testing.assert_array_equal(sums, sum(tables[storm, block] for storm in storms for block in blocks))


def test_one_storm_or_block_cannot_tell_of_others():
    table = np.array([[6, 2, 2]])
    for score in (
        over_storms(table),
        over_both(table[None]),
        over_both(np.tile(table, (1, 4, 1))),
        over_both(np.tile(table, (4, 1))[:, None]),
    ):
        assert score.value == 0.6
        assert np.isnan([score.low, score.high]).all()


def test_no_storms_have_no_score():
    assert np.isnan(over_both(np.zeros((0, 3, 3), int))).all()
