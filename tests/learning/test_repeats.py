import math

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from floodmark.learning.repeats import repeated_scores


def drawn(seeds=4, rows=400, right=(0.8, 0.6), seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, rows)
    predicted = {
        f"v{number}": np.where(rng.random((seeds, rows)) < share, truth, 1 - truth)
        for number, share in enumerate(right)
    }
    return truth, predicted, rng.integers(0, rows // 3, rows)


def test_values_are_those_of_the_rows_themselves():
    truth, predicted, units = drawn()
    found = repeated_scores(truth, predicted, units, np.random.default_rng(1), 200)
    for row, name in enumerate(predicted):
        expected = [balanced_accuracy_score(truth, classes) for classes in predicted[name]]
        assert found.values[row] == pytest.approx(expected)
        assert found.mean(name).value == pytest.approx(np.mean(expected))
        assert found.spread(name) == pytest.approx(np.std(expected, ddof=1))
    assert found.difference("v0", "v1").value == pytest.approx(found.mean("v0").value - found.mean("v1").value)


def test_a_real_difference_is_told_from_none():
    truth, predicted, units = drawn(right=(0.8, 0.6, 0.6))
    found = repeated_scores(truth, predicted, units, np.random.default_rng(1), 1000)
    assert found.difference("v0", "v1").low > 0.1
    same = found.difference("v1", "v2")
    assert same.low < 0 < same.high


def test_a_variant_differs_from_itself_by_nothing():
    truth, predicted, units = drawn()
    same = repeated_scores(truth, {"a": predicted["v0"], "b": predicted["v0"]}, units, np.random.default_rng(1), 50)
    assert same.difference("a", "b") == (0, 0, 0)


@pytest.mark.parametrize("right", [0.5, 0.9])
def test_intervals_cover_what_fresh_rows_and_seeds_would_give(right):
    """Each trial draws rows and models anew; 95 % intervals should miss the truth about once in twenty."""
    covered = 0
    for trial in range(100):
        truth, predicted, _ = drawn(seeds=5, rows=300, right=(right,), seed=trial)
        found = repeated_scores(truth, predicted, range(300), np.random.default_rng(trial), 300).mean("v0")
        covered += found.low <= right <= found.high
    # Independent errors of the seeds are counted twice, by rows and by seeds, so that the intervals are cautious.
    assert covered >= 92


def test_rows_of_one_unit_are_drawn_together():
    truth, predicted, _ = drawn(rows=300)
    alone = repeated_scores(truth, predicted, range(300), np.random.default_rng(1), 500).mean("v0")
    copies = {name: np.repeat(classes, 10, axis=1) for name, classes in predicted.items()}
    together = repeated_scores(
        np.repeat(truth, 10), copies, np.repeat(np.arange(300), 10), np.random.default_rng(1), 500
    ).mean("v0")
    assert together == pytest.approx(alone)


def test_one_seed_has_no_spread_and_no_rows_have_no_score():
    truth, predicted, units = drawn(seeds=1)
    found = repeated_scores(truth, predicted, units, np.random.default_rng(1), 50)
    assert math.isnan(found.spread("v0"))
    nothing = {"a": np.zeros((2, 0), np.int64)}
    empty = repeated_scores(np.zeros(0, np.int64), nothing, [], np.random.default_rng(1), 50)
    assert all(math.isnan(value) for value in empty.mean("a"))
