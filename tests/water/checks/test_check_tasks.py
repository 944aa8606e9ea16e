from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.ndimage import binary_dilation, binary_erosion

from floodmark.settings.base import read_params, read_section
from floodmark.settings.make_windows import MakeWindows
from floodmark.water.checks.channels import channel_names
from floodmark.water.checks.digits import Sizes, read_digits
from floodmark.water.checks.learn import Batches, Pace, moved
from floodmark.water.checks.outlines import outlines
from floodmark.water.checks.tasks import ACCURACY, CONSTANT, COPY, INDEX, R2, RANDOM, TASKS, make_task, random_ground
from floodmark.water.layout import GROUPS
from floodmark.water.losses import encode_depth
from tests.water.checks.defects import CHANNELS, WET_DEPTHS

SETS = read_digits(None, Sizes(100, 20, 60))


def task_of(name, channels=CHANNELS):
    return make_task(name, channels, WET_DEPTHS, SETS.training, seed=7)


def images_and_labels():
    return torch.from_numpy(SETS.test.images_NHW), torch.from_numpy(SETS.test.labels_N)


def perfect(task):
    depths = task.depths(*images_and_labels())
    logits = [torch.where(depths >= limit, 30.0, -30.0) for limit in WET_DEPTHS]
    return torch.stack([*logits, encode_depth(depths)], 1)


def value(counts, name):
    return counts[name][:, 0].sum() / counts[name][:, 1].sum()


@pytest.mark.parametrize("name", TASKS)
def test_a_perfect_drawing_has_every_score_at_one(name):
    task = task_of(name)
    counts = task.counts(perfect(task), SETS.test, SETS.training)
    assert next(iter(counts)) == task.headline
    assert value(counts, task.headline) == pytest.approx(1, abs=1e-6)
    # A copy has no depth where the ground is drier than the first wet depth.
    assert value(counts, R2) == pytest.approx(1, abs=0.04 if name == COPY else 1e-6)


@pytest.mark.parametrize("name", [CONSTANT, RANDOM])
def test_the_mean_target_explains_nothing(name):
    task = task_of(name)
    share = (SETS.training.labels_N >= 5).mean()
    wet = task.shown(task.targets_2HW)
    chance = torch.logit((1 - share) * wet[0] + share * wet[1], eps=1e-12).float()
    counts = task.counts(chance.expand(60, 3, -1, -1), SETS.test, SETS.training)
    assert value(counts, R2) == pytest.approx(0, abs=1e-5)


def test_a_map_as_near_to_both_targets_is_no_answer():
    counts = task_of(CONSTANT).counts(torch.zeros(60, 3, 28, 28), SETS.test, SETS.training)
    assert value(counts, ACCURACY) == 0


def test_always_the_same_map_is_right_as_often_as_the_baseline():
    task = task_of(RANDOM)
    for side in (0, 1):
        maps = torch.where(task.targets_2HW[side] >= WET_DEPTHS[0], 9.0, -9.0).expand(60, 3, -1, -1)
        share = value(task.counts(maps, SETS.test, SETS.training), ACCURACY)
        assert share == pytest.approx((SETS.test.labels_N >= 5).mean() if side else (SETS.test.labels_N < 5).mean())
    common = int((SETS.training.labels_N >= 5).mean() >= 0.5)
    right = ((SETS.test.labels_N >= 5) == common).mean()
    assert task.baselines(SETS.test, SETS.training)[ACCURACY] == pytest.approx(right)


def test_the_mean_digit_is_what_copying_is_measured_against():
    task = task_of(COPY)
    mean = torch.from_numpy(SETS.training.images_NHW.mean(0)) * task.deepest
    logit = torch.where(mean >= WET_DEPTHS[0], 9.0, -9.0)
    maps = torch.stack([logit, logit, encode_depth(mean)]).expand(60, -1, -1, -1)
    found = value(task.counts(maps, SETS.test, SETS.training), INDEX)
    assert found == pytest.approx(task.baselines(SETS.test, SETS.training)[INDEX])


def test_the_index_is_the_intersection_over_the_union():
    task, rng = task_of(COPY), np.random.default_rng(1)
    maps = torch.from_numpy(rng.standard_normal((60, 3, 28, 28))).float()
    drawn, true = maps[:, 0].numpy() >= 0, SETS.test.images_NHW * task.deepest >= WET_DEPTHS[0]
    brute = np.logical_and(drawn, true).sum() / np.logical_or(drawn, true).sum()
    assert value(task.counts(maps, SETS.test, SETS.training), INDEX) == pytest.approx(brute)


def test_random_targets_are_half_wet_and_unlike():
    landscape, shares = random_ground(11)
    assert landscape.mean() == pytest.approx(0, abs=1e-6)
    assert landscape.std() == pytest.approx(1, abs=1e-5)
    assert (shares >= 0.5).mean((1, 2)) == pytest.approx(0.5)
    assert abs(np.corrcoef(shares.reshape(2, -1))[0, 1]) < 0.5
    assert not np.array_equal(shares, random_ground(12)[1])
    wet = task_of(RANDOM).shown(task_of(RANDOM).targets_2HW)
    assert wet.mean((1, 2)).tolist() == pytest.approx([0.5, 0.5])


def test_the_digit_is_the_rain_where_a_map_is_chosen_and_the_ground_where_it_is_copied():
    images, _ = images_and_labels()
    chosen, copied = (task_of(name).inputs(images) for name in (CONSTANT, COPY))
    place = {name: index for index, name in enumerate(CHANNELS)}
    normal = (images - SETS.training.images_NHW.mean()) / SETS.training.images_NHW.std()
    for rain in ("rain_0", "rain_1"):
        torch.testing.assert_close(chosen[:, place[rain]], normal, rtol=1e-4, atol=1e-5)
        assert copied[:, place[rain]].abs().max() == 0
    torch.testing.assert_close(copied[:, place["elevation"]], normal, rtol=1e-4, atol=1e-5)
    assert len(chosen[:, place["elevation"]].unique(dim=0)) == 1
    for still in ("rain_missing", "simulated_depth"):
        assert chosen[:, place[still]].abs().max() == copied[:, place[still]].abs().max() == 0


def test_a_network_without_ground_copies_the_rain():
    images, _ = images_and_labels()
    assert task_of(COPY, ["rain_0", "rain_missing"]).inputs(images)[:, 0].std() == pytest.approx(1, abs=0.1)


def test_channels_are_those_of_the_windows():
    windows = read_section(read_params(Path("params.yaml")), "make_windows", MakeWindows, "params.yaml")
    names = channel_names(GROUPS, windows)
    assert names[0] == "elevation"
    assert names[-2:] == ["simulated_depth", "permanent_water"]
    assert sum(name.startswith("rain_") for name in names) == len(windows.pattern) + 1
    assert len(set(names)) == len(names)
    assert channel_names(["rain", "heightmap"], windows) == ["elevation", *(n for n in names if n.startswith("rain_"))]


def test_moved_images_are_rolled_with_zeros():
    images = torch.rand(5, 28, 28)
    moves = np.array([[0, 0], [2, -1], [-2, 2], [1, 0], [0, -2]])
    found = moved(images, moves)
    for image, (down, right), result in zip(images.numpy(), moves, found.numpy(), strict=True):
        wide = np.zeros((32, 32), np.float32)
        wide[2 + down : 30 + down, 2 + right : 30 + right] = image
        assert np.array_equal(result, wide[2:30, 2:30])


def test_an_epoch_meets_every_digit_once_and_the_next_in_another_order():
    batches = Batches(SETS.training, Pace(1, 20, 0.1, 0, 0), seed=3)
    first, again, second = (list(batches(epoch)) for epoch in (1, 1, 2))
    assert sorted(torch.cat([labels for _, labels in first]).tolist()) == sorted(SETS.training.labels_N.tolist())
    assert all(torch.equal(a[0], b[0]) for a, b in zip(first, again, strict=True))
    assert not all(torch.equal(a[0], b[0]) for a, b in zip(first, second, strict=True))


def test_an_outline_is_the_morphological_gradient():
    images = SETS.test.images_NHW
    square = np.ones((3, 3), bool)
    for image, line in zip(images, outlines(torch.from_numpy(images)).numpy(), strict=True):
        ink = image >= 0.5
        assert np.array_equal(line > 0, binary_dilation(ink, square) & ~binary_erosion(ink, square))
