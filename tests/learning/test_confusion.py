import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from floodmark.learning.confusion import (
    class_scores,
    classification_scores,
    confusion_matrix,
    matrix_scores,
)

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


@given(labels)
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")
def test_scores_are_those_of_scikit_learn(pairs):
    truth, predicted = np.array(pairs).T
    found = classification_scores(confusion_matrix(truth, predicted, 3))
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(truth, predicted))
    assert found["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(truth, predicted))
    assert found["macro_f1"] == pytest.approx(metrics.f1_score(truth, predicted, average="macro", zero_division=0))
    assert found["matthews_correlation"] == pytest.approx(metrics.matthews_corrcoef(truth, predicted), abs=1e-12)


@given(labels)
def test_scores_of_classes_are_those_of_scikit_learn(pairs):
    truth, predicted = np.array(pairs).T
    found = class_scores(confusion_matrix(truth, predicted, 3))
    wanted = metrics.precision_recall_fscore_support(truth, predicted, labels=range(3), zero_division=np.nan)
    for name, values in zip(("precision", "recall", "f1"), wanted[:3], strict=True):
        assert found[name] == pytest.approx(values, nan_ok=True)


def test_many_matrices_are_scored_as_each_alone():
    matrices = np.random.default_rng(0).integers(0, 4, (5, 7, 2, 2))
    scores, classes = matrix_scores(matrices), class_scores(matrices)
    for place in np.ndindex(5, 7):
        for name, value in classification_scores(matrices[place]).items():
            assert scores[name][place] == pytest.approx(value, nan_ok=True)
        for name, values in class_scores(matrices[place]).items():
            assert classes[name][place] == pytest.approx(values, nan_ok=True)


def test_a_class_never_predicted_scores_nothing_but_counts():
    scores = classification_scores(np.array([[9, 0], [1, 0]]))
    assert scores["balanced_accuracy"] == pytest.approx(0.5)
    assert scores["macro_f1"] == pytest.approx(18 / 19 / 2)


def test_no_samples_have_no_score():
    assert all(math.isnan(value) for value in classification_scores(np.zeros((2, 2), int)).values())
