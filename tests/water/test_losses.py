from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from floodmark.water.losses import (
    KINDS,
    CrossEntropyDice,
    FloodLoss,
    Focal,
    LogDepth,
    Tversky,
    decode_depth,
    encode_depth,
    make_loss,
)
from tests.water.study import train_settings

DEPTHS = (0.1, 0.3)
LOSS = FloodLoss(DEPTHS, wet_weight=3.0, overlap_share=0.5, depth_weight=0.1)
LOSSES = {
    "soft_index": LOSS,
    "cross_entropy_dice": CrossEntropyDice(DEPTHS, wet_weight=3.0, dice_share=0.5, depth_weight=0.1),
    "focal": Focal(DEPTHS, focus=2.0, wet_share=0.75, depth_weight=0.1),
    "tversky": Tversky(DEPTHS, false_alarm_weight=0.3, miss_weight=0.7, depth_weight=0.1),
    "log_depth": LogDepth(DEPTHS, wet_weight=5.0, entropy_weight=0.5, depth_weight=1.0),
}
every = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)


def output(logit, depth):
    """Logits of both wet depths, and a depth map."""
    shape = (2, 1, 8, 8)
    return torch.cat([torch.full(shape, float(logit)), torch.full(shape, float(logit)), torch.full(shape, depth)], 1)


def one_cell_wet():
    depth = torch.zeros(2, 8, 8)
    depth[0, 3, 4] = 1.0
    return depth


def random_case(seed=0):
    torch.manual_seed(seed)
    return torch.randn(2, 3, 8, 8), torch.relu(torch.randn(2, 8, 8) - 0.5), torch.rand(2, 8, 8) < 0.7


def test_every_name_is_tested_and_made_of_the_params():
    settings = train_settings().losses
    assert set(KINDS) == set(LOSSES) == set(type(settings).model_fields)
    for name, loss in LOSSES.items():
        made = make_loss(name, DEPTHS, settings)
        assert type(made) is type(loss)
        assert made.wet_depths == DEPTHS
        assert made.outputs == 3
    assert make_loss("soft_index", DEPTHS, settings).overlap_share == settings.soft_index.overlap_share


@every
@pytest.mark.parametrize("deep", [0.0, 5.0])
@pytest.mark.parametrize("logit", [-200.0, -60.0, 0.0, 60.0, 200.0])
def test_gradients_are_finite_on_wholly_dry_and_wholly_wet_batches(loss, logit, deep):
    maps = output(logit, 1.0).requires_grad_()
    value = loss(maps, torch.full((2, 8, 8), deep))
    value.backward()
    assert torch.isfinite(value)
    assert torch.isfinite(maps.grad).all()


@every
@pytest.mark.parametrize("depth", [one_cell_wet(), torch.zeros(2, 8, 8), torch.full((2, 8, 8), 2.0)])
def test_a_perfect_prediction_costs_nothing(loss, depth):
    logit = torch.where(depth > 0, 50.0, -50.0)
    maps = torch.stack([logit, logit, encode_depth(depth)], 1)
    assert loss(maps, depth).item() == pytest.approx(0.0, abs=1e-6)


@every
def test_only_known_cells_count(loss):
    """As if the known cells were the whole batch; what is not known may be anything, even not a number."""
    maps, depth, known = random_case()
    cells = maps.movedim(1, -1)[known].T[None, :, None]
    alone = loss(cells, depth[known][None, None])
    maps.requires_grad_()
    value = loss(maps, torch.where(known, depth, torch.nan), known)
    value.backward()
    torch.testing.assert_close(value, alone)
    assert not maps.grad.movedim(1, -1)[~known].any()
    assert torch.isfinite(maps.grad).all()
    torch.testing.assert_close(loss(maps, depth, torch.ones_like(known)), loss(maps, depth))


@every
def test_nothing_known_costs_nothing(loss):
    maps, depth, known = random_case()
    maps.requires_grad_()
    value = loss(maps, depth * torch.nan, known & False)
    value.backward()
    assert value.item() == 0
    assert not maps.grad.any()


@every
def test_a_surer_hit_costs_less_and_a_surer_false_alarm_more(loss):
    maps, depth, _ = random_case(3)
    for wet, sign in ((True, -1), (False, 1)):
        batch, row, col = ((depth >= 0.3) == wet).nonzero()[0].tolist()
        costs = []
        for logit in (-4.0, -1.0, 0.0, 2.0, 6.0):
            maps[batch, :2, row, col] = logit
            costs.append(sign * loss(maps, depth).item())
        assert costs == sorted(costs)
        assert costs[0] < costs[-1]


@every
def test_a_worse_depth_costs_more(loss):
    maps, depth, _ = random_case(4)
    wet = depth >= 0.1
    costs = []
    for error in (0.0, 0.5, 2.0):
        maps[:, -1] = torch.where(wet, encode_depth(depth) - error, 0.0)
        costs.append(loss(maps, depth).item())
    assert costs == sorted(costs)
    assert costs[0] < costs[1] < costs[2]


@every
def test_half_precision_is_reckoned_in_single(loss):
    maps, depth, _ = random_case(5)
    value = loss(maps.bfloat16(), depth)
    assert value.dtype == torch.float32
    torch.testing.assert_close(value, loss(maps.bfloat16().float(), depth))


@pytest.mark.parametrize("loss", [item for name, item in LOSSES.items() if name != "log_depth"])
def test_dry_cells_have_no_say_on_depth(loss):
    depth = one_cell_wet()
    maps = output(0.0, 1.0).requires_grad_()
    loss(maps, depth).backward()
    felt = maps.grad[:, 2] != 0
    assert felt.sum() == 1
    assert felt[0, 3, 4]


@pytest.mark.parametrize("name", ["soft_index", "cross_entropy_dice", "tversky"])
def test_a_dry_world_costs_more_than_finding_the_wet_cell_with_false_alarms(name):
    depth = one_cell_wet()
    found = torch.full((2, 8, 8), -6.0)
    found[0, 3, 4:7] = 6.0
    dry = torch.full((2, 8, 8), -6.0)
    costs = [LOSSES[name](torch.stack([logit, logit, encode_depth(depth)], 1), depth).item() for logit in (found, dry)]
    assert costs[0] < costs[1]


def of_one_level(loss, logits, wet):
    """The loss of a single wet depth, the depth itself being right."""
    depth = torch.tensor(wet, dtype=torch.float32).reshape(1, 1, -1)
    maps = torch.stack([torch.tensor(logits).reshape(1, 1, -1), encode_depth(depth)], 1)
    return loss(maps, depth).item()


LOGITS, WET = [0.0, math.log(3), -math.log(3), 0.0], [1, 1, 0, 0]
"""Chances 1/2, 3/4, 1/4, 1/2."""


def test_cross_entropy_and_dice_as_worked_out_by_hand():
    entropy = (3 * (math.log(2) - math.log(0.75)) - math.log(0.75) + math.log(2)) / 4
    dice = 1 - (2 * 1.25 + 1) / (0.25 + 0.5625 + 0.0625 + 0.25 + 2 + 1)
    loss = CrossEntropyDice((0.1,), wet_weight=3.0, dice_share=0.25, depth_weight=1.0)
    assert of_one_level(loss, LOGITS, WET) == pytest.approx(0.75 * entropy + 0.25 * dice, rel=1e-6)


def test_soft_index_as_worked_out_by_hand():
    entropy = (3 * (math.log(2) - math.log(0.75)) - math.log(0.75) + math.log(2)) / 4
    overlap = 1 - (1.25 + 1) / (2 + 2 - 1.25 + 1)
    loss = FloodLoss((0.1,), wet_weight=3.0, overlap_share=0.25, depth_weight=1.0)
    assert of_one_level(loss, LOGITS, WET) == pytest.approx(0.75 * entropy + 0.25 * overlap, rel=1e-6)


def test_focal_as_worked_out_by_hand():
    wet = 0.25 * math.log(2) - 0.0625 * math.log(0.75)
    expected = (0.75 * wet + 0.25 * wet) / 4
    loss = Focal((0.1,), focus=2.0, wet_share=0.75, depth_weight=1.0)
    assert of_one_level(loss, LOGITS, WET) == pytest.approx(expected, rel=1e-6)


def test_focal_without_focus_is_half_of_plain_cross_entropy():
    maps, depth, _ = random_case(6)
    plain = FloodLoss(DEPTHS, wet_weight=1.0, overlap_share=0.0, depth_weight=0.0)
    focal = Focal(DEPTHS, focus=0.0, wet_share=0.5, depth_weight=0.0)
    torch.testing.assert_close(focal(maps, depth), plain(maps, depth) / 2)


def test_tversky_as_worked_out_by_hand():
    loss = Tversky((0.1,), false_alarm_weight=0.3, miss_weight=0.7, depth_weight=1.0)
    expected = 1 - (1.25 + 1) / (1.25 + 0.3 * 0.75 + 0.7 * 0.75 + 1)
    assert of_one_level(loss, LOGITS, WET) == pytest.approx(expected, rel=1e-6)


def test_log_depth_as_worked_out_by_hand():
    """An error of 0.5 on the depth's scale in each cell, of 2 in the wet one: 0.125 and 1.5 when smooth."""
    depth = torch.tensor([[[1.0, 0.0, 0.05]]])
    maps = torch.stack([torch.zeros(1, 1, 3), encode_depth(depth) + torch.tensor([2.0, 0.5, 0.5])], 1)
    loss = LogDepth((0.1,), wet_weight=4.0, entropy_weight=0.5, depth_weight=2.0)
    entropy = (4 + 1 + 1) * math.log(2) / 3
    expected = 2 * (4 * 1.5 + 2 * 0.125) / 6 + 0.5 * entropy
    assert loss(maps, depth).item() == pytest.approx(expected, rel=1e-6)


@given(st.floats(0, 50))
def test_depth_comes_back_from_its_scale(depth):
    value = torch.tensor(depth, dtype=torch.float64)
    assert decode_depth(encode_depth(value)).item() == pytest.approx(depth, rel=1e-9, abs=1e-12)
    assert decode_depth(torch.tensor(-3.0)).item() == 0
