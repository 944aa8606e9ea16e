import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from floodmark.sentiment.features import Task
from floodmark.sentiment.linear import STRENGTHS, logistic_regression, validation_scores


def clouds(signal, sizes=(200, 100, 300), share=0.5, seed=0):
    """Rows of two classes that lie `signal` deviations apart in one of ten directions."""
    rng = np.random.default_rng(seed)
    labels = [(rng.random(size) < share).astype(np.int64) for size in sizes]
    rows = [rng.normal(size=(size, 10)) + signal * np.eye(10)[0] * (2 * own[:, None] - 1)
            for size, own in zip(sizes, labels, strict=True)]  # fmt: skip
    return Task(*(part.astype(np.float32) for part in rows), labels[0], labels[1]), labels[2]


def test_a_line_is_found_and_judged_texts_get_their_chances_in_order():
    features, truth = clouds(1.5)
    found = logistic_regression(features)
    assert ((found.probabilities > 0.5) == truth).mean() > 0.9
    turned = logistic_regression(features._replace(judged=features.judged[::-1]))
    np.testing.assert_allclose(turned.probabilities, found.probabilities[::-1], rtol=1e-6)
    assert found.summary["train"] == 200
    assert found.summary["features"] == 10
    assert found.summary["validation"]["tweets"] == 100


def test_sparse_rows_give_what_dense_rows_give():
    features, _ = clouds(0.5)
    sparse = logistic_regression(features.through(csr_matrix))
    np.testing.assert_allclose(sparse.probabilities, logistic_regression(features).probabilities, atol=1e-3)


@pytest.mark.parametrize("signal", [0.0, 0.2, 3.0])
def test_the_penalty_is_the_one_that_validation_prefers(signal):
    features, _ = clouds(signal, share=0.3)
    truth = features.validation_labels
    losses = {}
    for strength in STRENGTHS:
        model = LogisticRegression(C=strength, class_weight="balanced", max_iter=5000)
        model.fit(features.train, features.train_labels)
        own = model.predict_proba(features.validation)[np.arange(len(truth)), truth]
        losses[strength] = np.mean([-np.log(own[truth == label]).mean() for label in (0, 1)])
    found = logistic_regression(features).summary
    assert found["inverse_penalty"] == min(losses, key=losses.get)
    assert found["validation"]["cross_entropy"] == pytest.approx(min(losses.values()), rel=1e-3)
    if signal == 0:
        assert found["inverse_penalty"] == STRENGTHS[0]


def test_the_rarer_class_weighs_as_much_as_the_other():
    features, _ = clouds(0.0, sizes=(1000, 500, 300), share=0.1)
    assert logistic_regression(features).probabilities.mean() == pytest.approx(0.5, abs=0.05)


def test_answers_repeat_to_the_bit_and_may_be_none():
    features, _ = clouds(0.5)
    one, other = (logistic_regression(features) for _ in range(2))
    assert one.probabilities.tobytes() == other.probabilities.tobytes()
    assert one.summary == other.summary
    assert logistic_regression(features._replace(judged=features.judged[:0])).probabilities.shape == (0,)


def test_a_chance_of_one_half_is_positive():
    found = validation_scores(np.array([1, 0, 1]), np.array([0.5, 0.49, 0.2]))
    assert found["tweets"] == 3
    assert found["accuracy"] == pytest.approx(2 / 3)
