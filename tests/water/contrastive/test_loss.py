from __future__ import annotations

import math

import pytest
import torch

from floodmark.water.contrastive.loss import contrastive_loss, inverse_temperature


def unit(rows, size, seed):
    return torch.nn.functional.normalize(torch.randn(rows, size, generator=torch.Generator().manual_seed(seed)), dim=-1)


@pytest.mark.parametrize("log_scale", [0.0, 2.0, 9.0])
def test_the_loss_is_that_of_a_double_loop(log_scale):
    rain, water = unit(5, 7, 1), unit(5, 7, 2)
    scale = min(math.exp(log_scale), 100.0)
    total = 0.0
    for i in range(5):
        row = [math.exp(scale * float(rain[i] @ water[j])) for j in range(5)]
        column = [math.exp(scale * float(rain[j] @ water[i])) for j in range(5)]
        total -= math.log(row[i] / sum(row)) + math.log(column[i] / sum(column))
    assert float(contrastive_loss(rain, water, torch.tensor(log_scale))) == pytest.approx(total / 10, rel=1e-4)


def test_pairs_that_agree_cost_less_than_pairs_that_are_swapped():
    rain = unit(6, 8, 1)
    scale = torch.tensor(2.0)
    assert contrastive_loss(rain, rain, scale) < contrastive_loss(rain, rain.roll(1, 0), scale) - 1


def test_the_temperature_is_capped_and_begins_at_clips():
    assert float(inverse_temperature(torch.tensor(50.0))) == pytest.approx(100.0)
    assert float(inverse_temperature(torch.tensor(math.log(1 / 0.07)))) == pytest.approx(1 / 0.07)
