"""Where a stage computes: what the machine has, unless a person says otherwise in words that are checked."""

from __future__ import annotations

import pytest
import torch

from floodmark.errors import UserError
from floodmark.learning import device
from floodmark.learning.device import _say_once, pick_device
from floodmark.learning.gpu_files import present


def gpus(monkeypatch, count, capability=(9, 0), built=("sm_80", "sm_90")):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda number: "Tesla V100")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda number: capability)
    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: list(built))


@pytest.mark.parametrize(
    ("wanted", "count", "expected"),
    [
        (None, 0, "cpu"),
        (None, 1, "cuda"),
        ("", 0, "cpu"),
        ("cpu", 2, "cpu"),
        ("cuda", 1, "cuda"),
        ("cuda:1", 2, "cuda:1"),
    ],
)
def test_the_variable_overrules_the_machine(monkeypatch, wanted, count, expected):
    gpus(monkeypatch, count)
    monkeypatch.delenv("FLOODMARK_DEVICE", raising=False)
    if wanted is not None:
        monkeypatch.setenv("FLOODMARK_DEVICE", wanted)
    assert pick_device() == torch.device(expected)


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


def test_a_gpu_that_torch_has_no_code_for_gives_way_to_the_cpu_and_that_is_said_once(monkeypatch, capsys):
    gpus(monkeypatch, 1, capability=(7, 0))
    monkeypatch.delenv("FLOODMARK_DEVICE", raising=False)
    _say_once.cache_clear()
    assert [pick_device().type for _ in range(3)] == ["cpu"] * 3
    (line,) = capsys.readouterr().err.splitlines()
    assert "Tesla V100 has compute capability 7.0, and this torch was built for sm_80, sm_90 only" in line
    assert "computing on the CPU" in line
    assert "docs/how-to/choose-torch.md" in line


@pytest.mark.parametrize(
    ("files", "visible", "told"),
    [
        (("nvidia0", "nvidiactl"), None, 1),
        (("nvidia0",), "", 0),
        (("nvidia0",), "-1", 0),
        (("nvidiactl", "null"), None, 0),
    ],
)
def test_gpus_that_torch_cannot_use_at_all_are_told_once(monkeypatch, capsys, tmp_path, files, visible, told):
    gpus(monkeypatch, 0)
    for name in files:
        (tmp_path / name).touch()
    for name, value in (("FLOODMARK_DEVICE", None), ("CUDA_VISIBLE_DEVICES", visible)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    monkeypatch.setattr(device, "present", lambda caller: present(caller, tmp_path))
    _say_once.cache_clear()
    assert [pick_device().type for _ in range(2)] == ["cpu"] * 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == told
    assert all("can use none of the GPUs that are here (0): computing on the CPU" in line for line in lines)


@pytest.mark.parametrize("wanted", ["cuda", "cuda:1"])
def test_who_asks_for_it_by_name_is_refused_with_the_reason(monkeypatch, wanted):
    gpus(monkeypatch, 2, capability=(7, 0))
    monkeypatch.setenv("FLOODMARK_DEVICE", wanted)
    with pytest.raises(UserError, match=rf"FLOODMARK_DEVICE={wanted}: .*capability 7\.0.*sm_80, sm_90.*choose cpu"):
        pick_device()
