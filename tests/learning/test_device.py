"""Where a stage computes: what the machine has, unless a person says otherwise in words that are checked."""

from __future__ import annotations

import pytest
import torch

from floodmark.errors import UserError
from floodmark.learning.device import pick_device


def gpus(monkeypatch, count):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)


@pytest.mark.parametrize(
    ("wanted", "count", "device"),
    [
        (None, 0, "cpu"),
        (None, 1, "cuda"),
        ("", 0, "cpu"),
        ("cpu", 2, "cpu"),
        ("cuda", 1, "cuda"),
        ("cuda:1", 2, "cuda:1"),
    ],
)
def test_the_variable_overrules_the_machine(monkeypatch, wanted, count, device):
    gpus(monkeypatch, count)
    monkeypatch.delenv("FLOODMARK_DEVICE", raising=False)
    if wanted is not None:
        monkeypatch.setenv("FLOODMARK_DEVICE", wanted)
    assert pick_device() == torch.device(device)


@pytest.mark.parametrize("wanted", ["gpu", "CPU", "cuda:", "cuda:-1", "cuda:x", "mps", "meta", "cpu:0"])
def test_a_device_that_is_none_is_refused_by_variable_and_value(monkeypatch, wanted):
    monkeypatch.setenv("FLOODMARK_DEVICE", wanted)
    with pytest.raises(UserError, match=f"FLOODMARK_DEVICE={wanted}: must be cpu, cuda or cuda:N"):
        pick_device()


@pytest.mark.parametrize(("wanted", "count"), [("cuda", 0), ("cuda:0", 0), ("cuda:2", 2)])
def test_a_gpu_that_is_not_there_is_refused(monkeypatch, wanted, count):
    gpus(monkeypatch, count)
    monkeypatch.setenv("FLOODMARK_DEVICE", wanted)
    with pytest.raises(UserError, match=f"FLOODMARK_DEVICE={wanted}: torch can use {count} GPUs here"):
        pick_device()
