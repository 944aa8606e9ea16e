from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss

from floodmark.water import reliability as rel
from floodmark.water.calibration import calibrated_threshold, fit_temperature


def histogram(wet, logit):
    base = rel.BINS * np.asarray(wet, np.int64)
    return rel.histogram_by_group(base, np.asarray(logit, np.float32), 1)[0]


def weather(seed, cells=20_000, temperature=1.0):
    """Log-odds, and cells that are as often wet as their log-odds over a temperature say."""
    rng = np.random.default_rng(seed)
    logit = rng.normal(-2, 3, cells).astype(np.float32)
    return rng.uniform(size=cells) < rel.sigmoid(logit / temperature), logit


def test_every_cell_is_in_the_bin_of_its_log_odds_and_group():
    logit = np.array([-np.inf, -12.1, -12, -0.01, 0, 0.1249, 0.125, 11.99, np.inf], np.float32)
    wet, group = np.array([0, 1, 0, 1, 0, 1, 0, 1, 0], bool), np.array([0, 1, 2] * 3)
    found = rel.histogram_by_group(rel.BINS * (2 * group + wet), logit, 3)
    middle, last = rel.BINS // 2, rel.BINS - 1
    places = [0, 0, 0, middle - 1, middle, middle, middle + 1, last, last]
    expected = np.zeros((3, 2, rel.BINS), int)
    for place in zip(group, wet.astype(int), places, strict=True):
        expected[place] += 1
    np.testing.assert_array_equal(found, expected)


def test_log_odds_and_probabilities_are_inverse():
    logit = np.linspace(-11, 11, 45)
    np.testing.assert_allclose(rel.log_odds(rel.sigmoid(logit)), logit, atol=1e-9)
    assert rel.log_odds(np.array([0.0, 0.5, 1.0])).tolist() == [-np.inf, 0, np.inf]


@pytest.mark.parametrize("seed", [0, 1])
def test_average_precision_is_that_of_scikit_learn(seed):
    """Within a thousandth, which is what bins of an eighth blur."""
    wet, logit = weather(seed)
    assert rel.average_precision(histogram(wet, logit)) == pytest.approx(average_precision_score(wet, logit), abs=1e-3)


def test_cells_of_one_bin_come_in_no_order():
    """The mean over all orders, as scikit-learn scores each, of a crowded bin."""
    rng = np.random.default_rng(8)
    wet, logit = np.arange(3000) % 3 == 0, np.repeat([2.1, 1.1, 0.1], 1000)
    wet[:1000] = np.arange(1000) % 2 == 0
    orders = [average_precision_score(wet, logit + rng.uniform(0, 0.1, 3000)) for _ in range(20)]
    assert rel.average_precision(histogram(wet, logit)) == pytest.approx(np.mean(orders), abs=4 * np.std(orders))


def test_brier_score_is_that_of_scikit_learn():
    wet, logit = weather(2)
    for temperature in (1.0, 2.0):
        found = rel.calibration_scores(histogram(wet, logit), temperature)["brier_score"]
        assert found == pytest.approx(brier_score_loss(wet, rel.sigmoid(logit / temperature)), abs=1e-3)


def test_average_precision_of_known_cases():
    assert rel.average_precision(histogram([0, 0, 1, 1], [-3, -2, 2, 3])) == 1
    assert rel.average_precision(histogram([1, 0, 0, 0], [1, 1, 1, 1])) == 0.25  # One tie: the share of wet cells.
    assert np.isnan(rel.average_precision(histogram([0, 0], [1, 2])))


def test_true_probabilities_are_reliable_and_overconfident_ones_are_not():
    table = rel.reliability(histogram(*weather(3, 200_000)))
    np.testing.assert_allclose(table.probability, table.wet_share, atol=0.02)
    assert table.cells.sum() == 200_000
    scores = [rel.calibration_scores(histogram(*weather(3, 50_000, warm))) for warm in (1.0, 3.0)]
    assert scores[0]["expected_calibration_error"] < 0.01
    assert scores[1]["expected_calibration_error"] > 0.05


def test_reliability_by_hand():
    table = rel.reliability(histogram([1, 0, 1, 0], [0.1, 0.1, 0.1, -11.9]))
    chance = rel.sigmoid(np.array([0.0625, -11.9375]))
    assert table.cells.tolist() == [1, 0, 0, 0, 0, 3, 0, 0, 0, 0]
    assert table.wet_share[[0, 5]].tolist() == [0, pytest.approx(2 / 3)]
    assert table.probability[[5, 0]] == pytest.approx(chance)
    assert np.isnan(table.probability[1])
    error = rel.calibration_scores(histogram([1, 0, 1, 0], [0.1, 0.1, 0.1, -11.9]))["expected_calibration_error"]
    assert error == pytest.approx((3 * abs(chance[0] - 2 / 3) + chance[1]) / 4)


def test_many_histograms_are_scored_as_one_by_one():
    stack = np.stack([histogram(*weather(seed, 500)) for seed in range(3)])
    for name, together in {**rel.calibration_scores(stack), "ap": rel.average_precision(stack)}.items():
        alone = [{**rel.calibration_scores(one), "ap": rel.average_precision(one)}[name] for one in stack]
        np.testing.assert_allclose(together, alone)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, rel.BINS - 1)), min_size=1, max_size=40))
@settings(max_examples=30)
def test_tables_by_threshold_are_those_of_deciding_by_each_edge(cells):
    wet, place = (np.array(column) for column in zip(*cells, strict=True))
    found = rel.tables_by_threshold(histogram(wet, rel.MIDDLES[place]))
    for edge, table in enumerate(found):
        called = place >= edge
        cases = (wet & called, called & ~wet, wet & ~called, ~wet & ~called)
        assert table.tolist() == [case.sum() for case in cases]


@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.7, 4.0])
def test_a_known_temperature_is_found_again(temperature):
    found = fit_temperature(histogram(*weather(5, 100_000, temperature)))
    assert found == pytest.approx(temperature, rel=0.03)


def test_the_temperature_is_the_likeliest():
    counts = histogram(*weather(6, 20_000, 2.5))

    def loss(temperature):
        chance = rel.sigmoid(rel.MIDDLES / temperature)
        return -(counts[rel.WET] * np.log(chance) + counts[rel.DRY] * np.log(1 - chance)).sum()

    best = fit_temperature(counts)
    assert loss(best) < min(loss(best * 0.99), loss(best * 1.01))
    before, after = (rel.calibration_scores(counts, value) for value in (1.0, best))
    assert after["brier_score"] < before["brier_score"]
    assert after["expected_calibration_error"] < before["expected_calibration_error"] / 5


def test_nothing_to_fit_on_leaves_probabilities_as_they_are():
    assert fit_temperature(histogram([0, 0], [-1, 2])) == 1
    assert fit_temperature(histogram([1, 1], [-1, 2])) == 1
    assert fit_temperature(np.zeros((2, rel.BINS), int)) == 1


def test_calibrated_thresholds_decide_as_before():
    logit = np.linspace(-5, 5, 101)
    for temperature in (0.6, 2.0):
        threshold = calibrated_threshold(0.31, temperature)
        np.testing.assert_array_equal(rel.sigmoid(logit / temperature) >= threshold, rel.sigmoid(logit) >= 0.31)
    assert calibrated_threshold(0.5, 3.0) == 0.5
