"""Storms, blocks and seeds drawn at once: against drawing them one by one."""

from __future__ import annotations

import numpy as np
import pytest

from floodmark.water.draws import Draws, over_storms, over_storms_and_blocks
from floodmark.water.experiments.repeated import repeated, seed_weights


@pytest.fixture
def tables():
    """Three seeds, four storms, five blocks."""
    return [np.random.default_rng(seed).integers(0, 30, (4, 5, 4)) for seed in range(3)]


def brute(tables, by_storm, by_block, shares):
    """The mean index of one sample, cell count by cell count."""
    total = 0.0
    for table, share in zip(tables, shares, strict=True):
        sums = np.zeros(4)
        for storm, times in enumerate(by_storm):
            for block, often in enumerate(by_block):
                sums += times * often * table[storm, block]
        total += share * sums[0] / sums[:3].sum()
    return total


def test_every_sample_is_what_drawing_one_by_one_gives(tables):
    rng = np.random.default_rng(5)
    draws, weights = over_storms_and_blocks(4, 5, rng, 20), seed_weights(3, 20, rng)
    found = repeated(tables, draws, weights)
    for sample in range(20):
        expected = brute(tables, draws.by_storm[sample], draws.by_block[sample], weights[sample])
        assert found.resampled[sample] == pytest.approx(expected, rel=1e-12)
    assert found.values == pytest.approx([brute([table], np.ones(4), np.ones(5), [1]) for table in tables])


def test_weights_are_those_of_drawing_as_many_seeds_with_replacement():
    weights = seed_weights(4, 3000, np.random.default_rng(0))
    assert weights.sum(1) == pytest.approx(np.ones(3000))
    assert weights.mean(0) == pytest.approx(np.full(4, 0.25), abs=0.02)
    assert (weights.max(1) == 1).mean() == pytest.approx(4 / 4**4, abs=0.01)


def test_a_model_is_not_above_itself_and_the_luck_of_seeds_widens_its_interval(tables):
    rng = np.random.default_rng(1)
    draws, weights = over_storms(4, rng, 400), seed_weights(3, 400, rng)
    lucky = repeated(tables, draws, weights)
    assert tuple(lucky.above(lucky)) == (0, 0, 0)
    far_apart = [tables[0], tables[0] * np.array([9, 1, 1, 1]), tables[0] * np.array([1, 9, 9, 1])]
    wide, narrow = repeated(far_apart, draws, weights).mean, repeated(far_apart, draws).mean
    assert wide.high - wide.low > narrow.high - narrow.low
    assert wide.value == narrow.value


def test_a_seed_that_is_not_drawn_cannot_make_a_mean_unknown(tables):
    dry = np.zeros_like(tables[0])
    draws = Draws(np.ones((2, 4)), None)
    found = repeated([tables[0], dry], draws, np.array([[1.0, 0.0], [0.5, 0.5]]))
    assert np.isfinite(found.resampled[0])
    assert np.isnan(found.resampled[1])


def test_one_seed_has_no_spread_and_one_storm_no_interval(tables):
    found = repeated([tables[0][:1]], over_storms(1, np.random.default_rng(0), 100), np.ones((0, 1)))
    assert np.isnan(found.spread)
    assert np.isnan(found.mean.low)
