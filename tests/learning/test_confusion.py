import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.learning.confusion import classification_scores, confusion_matrix, contingency_scores

labels = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=60)


@given(labels)
def test_matrix_counts_every_pair_once(pairs):
    truth, predicted = np.array(pairs).T
    matrix = confusion_matrix(truth, predicted, 3)
    for row in range(3):
        for column in range(3):
            assert matrix[row, column] == pairs.count((row, column))


@given(labels, st.integers(0, 60))
def test_matrices_of_parts_add_up(pairs, cut):
    truth, predicted = np.array(pairs).T
    parts = [confusion_matrix(truth[part], predicted[part], 3) for part in (slice(None, cut), slice(cut, None))]
    assert (sum(parts) == confusion_matrix(truth, predicted, 3)).all()


def test_scores_of_a_worked_example():
    scores = classification_scores(np.array([[30, 10], [5, 5]]))
    assert scores["accuracy"] == pytest.approx(0.7)
    assert scores["balanced_accuracy"] == pytest.approx((0.75 + 0.5) / 2)
    assert scores["macro_f1"] == pytest.approx((60 / 75 + 10 / 25) / 2)


def test_a_class_never_predicted_scores_nothing_but_counts():
    scores = classification_scores(np.array([[9, 0], [1, 0]]))
    assert scores["balanced_accuracy"] == pytest.approx(0.5)
    assert scores["macro_f1"] == pytest.approx(18 / 19 / 2)


def test_no_samples_have_no_score():
    assert all(math.isnan(value) for value in classification_scores(np.zeros((2, 2), int)).values())


def test_contingency_table_of_a_worked_example():
    scores = contingency_scores(hits=6, false_alarms=2, misses=4)
    assert scores["critical_success_index"] == pytest.approx(0.5)
    assert scores["probability_of_detection"] == pytest.approx(0.6)
    assert scores["false_alarm_ratio"] == pytest.approx(0.25)
    assert scores["frequency_bias"] == pytest.approx(0.8)


def test_nothing_wet_has_no_contingency_scores():
    assert all(math.isnan(value) for value in contingency_scores(0, 0, 0).values())
