"""The checks fail what the original failed by."""

from __future__ import annotations

import pytest

from floodmark.learning.threads import one_thread
from floodmark.water.checks.tasks import ACCURACY, CONSTANT, COPY, INDEX, R2, RANDOM
from tests.water.checks.defects import Blind, Frozen, learnt, raw_dice, small_sets, sound


@pytest.fixture(scope="module")
def sets():
    with one_thread():
        yield small_sets()


def test_a_sound_network_learns_to_choose(sets):
    scores, baselines = learnt(sound(), RANDOM, sets)
    assert scores[ACCURACY] > baselines[ACCURACY] + 0.25


def test_the_dice_loss_on_raw_logits_is_broken_by_random_targets(sets):
    scores, baselines = learnt(sound(), RANDOM, sets, raw_dice)
    assert scores[ACCURACY] < baselines[ACCURACY] + 0.1
    assert scores[R2] < 0


def test_a_decoder_that_sees_no_input_draws_one_map(sets):
    scores, baselines = learnt(Blind(), CONSTANT, sets)
    assert scores[ACCURACY] <= baselines[ACCURACY] + 0.03
    scores, baselines = learnt(Blind(), COPY, sets)
    assert scores[INDEX] <= baselines[INDEX] + 0.01
    assert scores[R2] < 0.05


@pytest.mark.slow
def test_blocks_scaled_by_a_frozen_millionth_learn_nothing_that_the_same_blocks_unscaled_do(sets):
    (frozen, baselines), (trained, _) = (learnt(Frozen(gamma), CONSTANT, sets) for gamma in (1e-6, 1.0))
    assert frozen[ACCURACY] < baselines[ACCURACY] + 0.1
    assert trained[ACCURACY] > baselines[ACCURACY] + 0.25
