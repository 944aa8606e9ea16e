"""Jobs over devices: each is computed once, wherever, and comes back in its place."""

import os

import pytest
import torch

from floodmark.errors import UserError
from floodmark.learning.device import device_like, pick_devices
from floodmark.learning.devices import over_devices

CPU = torch.device("cpu")


def gpus(monkeypatch, count):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr("floodmark.learning.device._without_code", lambda gpu: None)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)


def where(job, *, device):
    return job, str(device), os.getpid()


def refuse(job, *, device):
    raise ValueError(f"no {job} on {device}")


def test_one_device_or_one_job_needs_no_other_process():
    assert over_devices(where, [3, 1], [CPU], "asking") == [(3, "cpu", os.getpid()), (1, "cpu", os.getpid())]
    assert over_devices(where, [3], [CPU, CPU], "asking") == [(3, "cpu", os.getpid())]
    assert over_devices(where, [], [CPU, CPU], "asking") == []


@pytest.mark.slow
def test_each_device_has_a_process_of_its_own():
    # A device that this machine lacks can be named, only not be computed on.
    devices = [torch.device("meta"), CPU]
    found = over_devices(where, list(range(40)), devices, "asking")
    assert [job for job, _, _ in found] == list(range(40))
    processes = {name: {process for _, device, process in found if device == name} for name in ("meta", "cpu")}
    assert all(len(own) <= 1 for own in processes.values())
    assert os.getpid() not in processes["meta"] | processes["cpu"]
    assert sum(map(len, processes.values())) == len({process for _, _, process in found})
    with pytest.raises(ValueError, match=r"no 1 on (meta|cpu)"):
        over_devices(refuse, [1, 1], devices, "refusing")


@pytest.mark.parametrize(
    ("wanted", "count", "devices"),
    [
        (None, 0, ["cpu"]),
        (None, 1, ["cuda:0"]),
        (None, 3, ["cuda:0", "cuda:1", "cuda:2"]),
        ("cuda:1", 3, ["cuda:1"]),
        ("cpu", 3, ["cpu"]),
    ],
)
def test_all_gpus_are_taken_unless_one_is_named(monkeypatch, wanted, count, devices):
    gpus(monkeypatch, count)
    monkeypatch.delenv("FLOODMARK_DEVICE", raising=False)
    if wanted is not None:
        monkeypatch.setenv("FLOODMARK_DEVICE", wanted)
    assert [str(device) for device in pick_devices()] == devices


def test_a_worker_on_another_kind_of_device_is_refused(monkeypatch):
    monkeypatch.setenv("FLOODMARK_DEVICE", "cpu")
    assert device_like("cpu") == CPU
    with pytest.raises(UserError, match=r"computes on cpu and the stage on cuda.*set FLOODMARK_DEVICE=cpu for all"):
        device_like("cuda")
