import math

import numpy as np

from floodmark.learning.intervals import bootstrap_interval


def mean(sums):
    return sums[..., 0] / sums[..., 1]


def units(values):
    return np.stack([values, np.ones(len(values))], 1).astype(float)


def test_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(200):
        low, high = bootstrap_interval(units(rng.normal(3, 1, 60)), mean, rng, 300)
        covered += low <= 3 <= high
    assert 0.88 <= covered / 200 <= 0.99


def test_width_is_that_of_the_normal_approximation():
    rng = np.random.default_rng(1)
    values = rng.normal(0, 2, 400)
    low, high = bootstrap_interval(units(values), mean, rng, 4000)
    expected = 2 * 1.96 * values.std() / 20
    assert abs((high - low) / expected - 1) < 0.1


def test_equal_units_leave_no_doubt():
    assert bootstrap_interval(units(np.full(9, 4.0)), mean, np.random.default_rng(0)) == (4.0, 4.0)


def test_one_seed_gives_one_interval():
    values = units(np.arange(20))
    first, second = (bootstrap_interval(values, mean, np.random.default_rng(5)) for _ in range(2))
    assert first == second


def test_no_units_have_no_interval():
    assert all(math.isnan(bound) for bound in bootstrap_interval(np.zeros((0, 2)), mean, np.random.default_rng(0)))


def test_resamples_without_a_value_are_left_out():
    values = np.array([[1.0, 1.0], [0.0, 0.0]])
    assert bootstrap_interval(values, mean, np.random.default_rng(0)) == (1.0, 1.0)
