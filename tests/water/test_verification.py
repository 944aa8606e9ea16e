from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import f1_score, jaccard_score, matthews_corrcoef, precision_score, recall_score

from floodmark.learning.confusion import dichotomous_scores
from floodmark.water import verification as verify

maps = hnp.arrays(bool, 60)
blocks = hnp.arrays(np.int32, 60, elements=st.integers(0, 4))


def brute(wet, predicted):
    pairs = list(zip(wet.tolist(), predicted.tolist(), strict=True))
    return [pairs.count(case) for case in ((True, True), (False, True), (True, False), (False, False))]


@given(maps, maps, st.integers(0, 60))
def test_tables_of_shards_add_up_to_the_whole(wet, predicted, cut):
    whole = verify.contingency(wet, predicted)
    assert whole.tolist() == brute(wet, predicted)
    parts = verify.contingency(wet[:cut], predicted[:cut]) + verify.contingency(wet[cut:], predicted[cut:])
    assert (parts == whole).all()


@given(maps, maps, blocks)
def test_tables_of_groups_are_those_of_their_cells(wet, predicted, block):
    tables = verify.contingency_by_group(4 * block.astype(np.int64) + 2 * wet, predicted, 5)
    assert (tables.sum(0) == verify.contingency(wet, predicted)).all()
    for number in range(5):
        assert tables[number].tolist() == brute(wet[block == number], predicted[block == number])


@given(maps, hnp.arrays(np.float32, 60, elements=st.floats(0, 1, width=32)))
def test_tables_by_threshold_equal_deciding_one_at_a_time(wet, score):
    thresholds = np.array([0.0, 0.1, 0.25, 0.5, 0.9, 1.0], np.float32)
    tables = verify.contingency_by_threshold(wet, score, thresholds)
    for table, threshold in zip(tables, thresholds, strict=True):
        assert table.tolist() == brute(wet, score >= threshold)[:3]


def test_the_index_is_that_of_the_whole_not_the_mean_of_maps():
    tables = np.array([[9, 1, 0], [0, 0, 10]])
    assert verify.critical_success_index(tables).tolist() == [0.9, 0.0]
    assert verify.critical_success_index(tables.sum(0)) == pytest.approx(9 / 20)
    assert np.isnan(verify.critical_success_index(np.zeros(3, int)))
    assert verify.critical_success_index(np.array([9, 1, 0, 1000])) == 0.9


def test_the_best_threshold_wins_and_nothing_wet_scores_nothing():
    tables = np.array([[5, 5, 0], [4, 1, 1], [1, 0, 4]])
    assert verify.best_threshold(tables, np.array([0.2, 0.5, 0.8])) == (0.5, pytest.approx(4 / 6))
    assert verify.best_threshold(np.zeros((3, 3), int), np.array([0.2, 0.5, 0.8])) == (0.2, 0.0)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_scores_are_those_of_scikit_learn(share):
    rng = np.random.default_rng(round(10 * share))
    wet = rng.uniform(size=200) < share
    predicted = wet ^ (rng.uniform(size=200) < 0.2)
    scores = dichotomous_scores(verify.contingency(wet, predicted))
    assert scores["critical_success_index"] == pytest.approx(jaccard_score(wet, predicted))
    assert scores["probability_of_detection"] == pytest.approx(recall_score(wet, predicted))
    assert scores["false_alarm_ratio"] == pytest.approx(1 - precision_score(wet, predicted))
    assert scores["f1"] == pytest.approx(f1_score(wet, predicted))
    assert scores["matthews_correlation"] == pytest.approx(matthews_corrcoef(wet, predicted), abs=1e-12)
    assert scores["frequency_bias"] == pytest.approx(predicted.sum() / wet.sum())


def test_scores_of_nothing_are_no_numbers():
    scores = dichotomous_scores(np.array([[0, 0, 0, 9], [3, 1, 1, 5]]))
    for name in set(scores) - {"matthews_correlation"}:
        assert np.isnan(scores[name][0])
        assert np.isfinite(scores[name][1])
    assert scores["matthews_correlation"].tolist() == pytest.approx([0, (3 * 5 - 1) / 24])
