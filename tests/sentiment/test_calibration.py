import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from floodmark.sentiment.calibration import calibration_scores, calibration_units, reliability

answers = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=1, max_size=50)


@given(answers, st.integers(2, 12))
def test_scores_are_their_definitions(pairs, bins):
    positive, truth = (np.array(values, float) for values in zip(*pairs, strict=True))
    found = calibration_scores(calibration_units(positive, truth.astype(int), bins).sum(0))
    assert found["brier_score"] == pytest.approx(brier_score_loss(truth, positive, pos_label=1), abs=1e-12)
    gaps = 0.0
    for number in range(bins):
        own = [pair for pair in pairs if min(int(pair[0] * bins), bins - 1) == number]
        gaps += abs(sum(probability - said for probability, said in own))
    assert found["expected_calibration_error"] == pytest.approx(gaps / len(pairs), abs=1e-12)


def test_the_table_is_the_curve_of_scikit_learn():
    rng = np.random.default_rng(0)
    positive = rng.random(500) ** 3
    truth = (rng.random(500) < positive).astype(int)
    table = reliability(calibration_units(positive, truth, 10).sum(0))
    share, probability = calibration_curve(truth, positive, n_bins=10)
    filled = table.texts > 0
    assert table.texts.sum() == 500
    assert table.positive_share[filled] == pytest.approx(share)
    assert table.probability[filled] == pytest.approx(probability)


def test_honest_probabilities_are_calibrated_and_overconfident_ones_are_not():
    rng = np.random.default_rng(1)
    honest = rng.random(20_000)
    truth = (rng.random(20_000) < honest).astype(int)
    sure = np.clip((honest - 0.5) * 3 + 0.5, 0, 1)
    errors = [
        float(calibration_scores(calibration_units(values, truth, 10).sum(0))["expected_calibration_error"])
        for values in (honest, sure)
    ]
    # Of 2,000 texts a bin, the share is off by about 0.01.
    assert errors[0] < 0.02
    assert errors[1] > 0.1


def test_the_last_bin_holds_certainty():
    table = reliability(calibration_units(np.array([1.0, 0.0, 0.5]), np.array([1, 0, 1]), 2).sum(0))
    assert table.texts.tolist() == [1, 2]


def test_many_sums_are_scored_at_once_and_none_has_no_score():
    sums = np.zeros((2, 3 * 4 + 1))
    sums[1] = calibration_units(np.array([0.9]), np.array([1]), 4).sum(0)
    found = calibration_scores(sums)
    assert math.isnan(found["brier_score"][0])
    assert math.isnan(found["expected_calibration_error"][0])
    assert found["expected_calibration_error"][1] == pytest.approx(0.1)
    assert found["brier_score"][1] == pytest.approx(0.01)
