from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from floodmark.water.losses import FloodLoss, decode_depth, encode_depth

LOSS = FloodLoss((0.1, 0.3), wet_weight=3.0, overlap_share=0.5, depth_weight=0.1)


def output(logit, depth):
    """Logits of both wet depths, and a depth map."""
    shape = (2, 1, 8, 8)
    return torch.cat([torch.full(shape, float(logit)), torch.full(shape, float(logit)), torch.full(shape, depth)], 1)


@pytest.mark.parametrize("deep", [0.0, 5.0])
@pytest.mark.parametrize("logit", [-60.0, 0.0, 60.0])
def test_gradients_are_finite_on_wholly_dry_and_wholly_wet_batches(deep, logit):
    maps = output(logit, 1.0).requires_grad_()
    value = LOSS(maps, torch.full((2, 8, 8), deep))
    value.backward()
    assert torch.isfinite(value)
    assert torch.isfinite(maps.grad).all()


def one_cell_wet():
    depth = torch.zeros(2, 8, 8)
    depth[0, 3, 4] = 1.0
    return depth


def test_a_perfect_prediction_costs_nothing():
    depth = one_cell_wet()
    logit = torch.where(depth > 0, 50.0, -50.0)
    maps = torch.stack([logit, logit, encode_depth(depth)], 1)
    assert LOSS(maps, depth).item() == pytest.approx(0.0, abs=1e-6)


def test_a_dry_world_costs_more_than_finding_the_wet_cell_with_false_alarms():
    depth = one_cell_wet()
    found = torch.full((2, 8, 8), -6.0)
    found[0, 3, 4:7] = 6.0
    dry = torch.full((2, 8, 8), -6.0)
    costs = [LOSS(torch.stack([logit, logit, encode_depth(depth)], 1), depth).item() for logit in (found, dry)]
    assert costs[0] < costs[1]


def test_dry_cells_have_no_say_on_depth():
    depth = one_cell_wet()
    maps = output(0.0, 1.0).requires_grad_()
    LOSS(maps, depth).backward()
    felt = maps.grad[:, 2] != 0
    assert felt.sum() == 1
    assert felt[0, 3, 4]


@given(st.floats(0, 50))
def test_depth_comes_back_from_its_scale(depth):
    value = torch.tensor(depth, dtype=torch.float64)
    assert decode_depth(encode_depth(value)).item() == pytest.approx(depth, rel=1e-9, abs=1e-12)
    assert decode_depth(torch.tensor(-3.0)).item() == 0
