import math

import numpy as np
import pytest

from floodmark.learning import resampling
from floodmark.learning.intervals import bootstrap_interval
from floodmark.learning.resampling import percentile_interval, resampled_sums


def ratios(sums):
    return sums[:, 0] / sums[:, 1]


@pytest.fixture
def units():
    rng = np.random.default_rng(3)
    return np.stack([rng.integers(0, 2, 60), np.ones(60)], axis=1)


def test_intervals_are_those_of_one_statistic_at_a_time(units):
    sums = resampled_sums(units, np.random.default_rng(1), 700)
    assert percentile_interval(ratios(sums)) == bootstrap_interval(units, ratios, np.random.default_rng(1), 700)


@pytest.mark.parametrize("block", [1, 7, 10_000])
def test_the_block_changes_nothing(units, monkeypatch, block):
    before = resampled_sums(units, np.random.default_rng(1), 30)
    monkeypatch.setattr(resampling, "BLOCK", block)
    assert (resampled_sums(units, np.random.default_rng(1), 30) == before).all()


def test_every_resample_has_as_many_units(units):
    sums = resampled_sums(units, np.random.default_rng(1), 50)
    assert sums.shape == (50, 2)
    assert (sums[:, 1] == 60).all()
    assert len(np.unique(sums[:, 0])) > 5


def test_nothing_to_resample_has_no_interval():
    sums = resampled_sums(np.zeros((0, 2)), np.random.default_rng(1), 50)
    assert sums.shape == (0, 2)
    assert all(math.isnan(bound) for bound in percentile_interval(sums[:, 0]))


def test_undefined_values_are_left_out():
    values = np.concatenate([np.arange(101.0), [np.nan, np.inf]])
    assert percentile_interval(values) == pytest.approx((2.5, 97.5))
