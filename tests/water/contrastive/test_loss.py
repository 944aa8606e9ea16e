from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from floodmark.water.contrastive.loss import contrastive_loss, gathered, inverse_temperature
from tests.water.contrastive import gather_worker


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


def test_one_process_gathers_nothing():
    rows = torch.ones(2, 3)
    assert gathered(rows) is rows


@pytest.mark.slow
def test_two_processes_agree_with_one_of_the_doubled_batch(tmp_path):
    """Loss and gradients, those of both ranks averaged as torch's data parallel training does."""
    environment = {**os.environ, "GLOO_SOCKET_IFNAME": "lo", "PYTHONPATH": f"src{os.pathsep}."}
    command = [sys.executable, gather_worker.__file__]
    crew = [
        subprocess.Popen([*command, str(rank), str(tmp_path / "store"), str(tmp_path / "out")], env=environment)
        for rank in (0, 1)
    ]
    try:
        assert [process.wait(timeout=120) for process in crew] == [0, 0]
    finally:
        for process in crew:
            process.kill()
    found, alone = load_file(tmp_path / "out"), gather_worker.step(*gather_worker.towers(), *gather_worker.batch())
    assert set(found) == set(alone)
    for name, value in alone.items():
        torch.testing.assert_close(found[name], value, atol=1e-5, rtol=1e-5)
    assert Path(tmp_path / "out").stat().st_size > 0
