from __future__ import annotations

import numpy as np
import pytest

from floodmark.water.checks.digits import Sizes, read_digits
from floodmark.water.checks.recognition import Recogniser, information, normal_images
from floodmark.water.checks.scores import Score, ratio, score

SETS = read_digits(None, Sizes(400, 20, 200))


def units(chances):
    """As the recogniser gives them, by the definition."""
    entropies = [-sum(p * np.log(p) for p in row if p > 0) for row in chances]
    return np.column_stack([entropies, chances, np.ones(len(chances))])


def test_information_by_hand():
    sure, unsure = np.eye(10), np.full((10, 10), 0.1)
    assert information(units(sure).sum(0)) == pytest.approx(np.log(10))
    assert information(units(unsure).sum(0)) == pytest.approx(0, abs=1e-12)
    assert information(units(np.repeat(sure[:1], 10, 0)).sum(0)) == pytest.approx(0, abs=1e-12)
    two = np.array([[0.9, 0.1, *[0] * 8], [0.1, 0.9, *[0] * 8]])
    assert information(units(two).sum(0)) == pytest.approx(np.log(2) + 0.9 * np.log(0.9) + 0.1 * np.log(0.1))


def test_real_digits_tell_more_than_normal_images_and_those_more_than_noise():
    recogniser = Recogniser(SETS.training, seed=1)
    rng = np.random.default_rng(2)
    noise = np.stack([rng.permutation(column) for column in SETS.test.images_NHW.reshape(200, -1).T], axis=1)
    found = [
        float(information(recogniser.information_units(images).sum(0)))
        for images in (
            SETS.test.images_NHW,
            normal_images(SETS.training, 200, seed=1),
            noise.reshape(200, 28, 28),
            np.repeat(SETS.training.images_NHW.mean(0)[None], 200, 0),
        )
    ]
    assert found[0] > 1.5 * found[1]
    assert found[1] > 3 * found[2]
    assert found[3] == pytest.approx(0, abs=1e-9)


def test_normal_images_have_the_mean_and_the_covariance_before_they_are_clipped():
    images = normal_images(SETS.training, 4000, seed=4)
    centre = np.abs(SETS.training.images_NHW.mean(0) - 0.5) < 0.15
    assert images.mean(0)[centre] == pytest.approx(SETS.training.images_NHW.mean(0)[centre], abs=0.05)
    assert 0 <= images.min() < images.max() <= 1


@pytest.mark.parametrize(
    ("value", "low", "passed"), [(0.9, 0.85, True), (0.79, 0.78, False), (0.9, 0.49, False), (float("nan"), 0.9, False)]
)
def test_a_mark_must_be_reached_and_the_baseline_lie_below_the_interval(value, low, passed):
    assert Score("m", "t", "s", value, low, 1.0, baseline=0.5, pass_mark=0.8).passed == passed


def test_a_score_holds_its_interval():
    rng = np.random.default_rng(3)
    right = rng.random(400) < 0.8
    found = score(("m", "t", "accuracy"), np.column_stack([right, np.ones(400)]), {"accuracy": 0.7}, 0.5, rng, 1000)
    assert found.value == pytest.approx(right.mean())
    # The normal interval of a share.
    half = 1.96 * np.sqrt(right.mean() * (1 - right.mean()) / 400)
    assert (found.low, found.high) == pytest.approx((right.mean() - half, right.mean() + half), abs=0.01)
    assert found.row()["passed"] == "yes"
    assert ratio(np.array([[1.0, 4.0]])) == [0.25]
