"""GPU, memory, cores and disk: the verdicts, and the probes that run here."""

import json
import os
import tempfile
from pathlib import Path

import pytest

from floodmark.doctor import gpu as module
from floodmark.doctor.disk import NEED, disk, space
from floodmark.doctor.gpu import Driver, ask_driver, gpu, judge
from floodmark.doctor.machine import cores, limits, machine, memory

CPU = {"torch": "2.13.0+cpu", "cuda": None, "hip": None, "available": False, "built": [], "gpus": [], "said": []}
CUDA = {**CPU, "torch": "2.13.0", "cuda": "13.0", "built": ["sm_80", "sm_90"]}
H100 = {"name": "H100", "capability": [9, 0]}
V100 = {"name": "V100", "capability": [7, 0]}


@pytest.mark.parametrize(
    ("driver", "facts", "visible", "states", "said"),
    [
        (Driver(False), CPU, None, ["ok"], "none; torch 2.13.0+cpu computes on the CPU"),
        (Driver(False), CUDA, None, ["ok"], "none; torch 2.13.0"),
        (Driver(True, ["H100, 580.1"]), CPU, None, ["warning"], "is a CPU build and leaves it idle"),
        (Driver(True, ["H100, 580.1"]), CUDA, "", ["ok"], "CUDA_VISIBLE_DEVICES= hides H100"),
        (Driver(True, ["H100, 470.1"]), {**CUDA, "said": ["the driver is too old"]}, None, ["problem"], "too old"),
        (Driver(True, complaint="couldn't communicate"), CUDA, None, ["problem"], "couldn't communicate"),
        (Driver(False), {**CUDA, "said": ["CUDA unknown error"]}, None, ["problem"], "none listed, but torch 2.13.0"),
        (Driver(True, ["H100, 580.1"]), {**CUDA, "gpus": [H100]}, None, ["ok"], "compute capability 9.0"),
        (Driver(True, ["a", "b"]), {**CUDA, "gpus": [H100, V100]}, None, ["ok", "warning"], "7.0, and this torch was"),
    ],
)
def test_driver_and_torch_are_held_against_each_other(driver, facts, visible, states, said):
    found = judge(driver, facts, visible)
    assert [item.state for item in found] == states
    assert said in found[-1].found
    assert found[-1].state == "ok" or "CPU" in found[-1].step or "choose-torch.md" in found[-1].step


def program(folder, name, text):
    """Put a program where nothing real can be: there is no GPU to ask."""
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def test_nvidia_smi_is_asked_and_may_fail_or_hang(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    program(tmp_path, "nvidia-smi", "echo 'NVIDIA H100, 580.65'; echo 'NVIDIA H100, 580.65'")
    assert ask_driver() == Driver(True, ["NVIDIA H100, 580.65"] * 2)
    program(tmp_path, "nvidia-smi", "echo 'Failed to initialize NVML: version mismatch'; exit 18")
    assert ask_driver() == Driver(True, complaint="Failed to initialize NVML: version mismatch")
    real = module.ask
    monkeypatch.setattr(module, "ask", lambda *command: real(*command, seconds=0.3))
    program(tmp_path, "nvidia-smi", "sleep 60 & wait")
    assert ask_driver() == Driver(True, complaint="no answer within 0.3 s")


def test_a_torch_that_cannot_be_imported_is_a_problem(project, tmp_path, monkeypatch):
    (tmp_path / "torch.py").write_text("raise ImportError('libcudart.so.13: cannot open shared object file')\n")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:src")
    (found,) = gpu(project)
    assert (found.state, "libcudart.so.13" in found.found) == ("problem", True)


@pytest.mark.parametrize(
    ("total", "limit", "state"), [(16, None, "ok"), (16, 3.0, "warning"), (16, 2.0, "problem"), (2, 8e9, "problem")]
)
def test_memory_is_that_of_the_narrowest_limit(total, limit, state):
    assert memory(total, limit).state == state


@pytest.mark.parametrize(
    ("allowed", "share", "threads", "state"),
    [(2, None, "", "ok"), (1, None, "", "warning"), (64, 2.5, "", "warning"), (64, 2.5, "2", "ok"), (2, 8.0, "", "ok")],
)
def test_cores_that_a_cgroup_does_not_grant_are_told(monkeypatch, allowed, share, threads, state):
    monkeypatch.setenv("OMP_NUM_THREADS", threads)
    found = cores(allowed, share)
    assert found.state == state
    assert share != 2.5 or threads or "OMP_NUM_THREADS=2" in found.step


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_limits_of_both_versions_of_cgroups_and_of_all_above(tmp_path):
    write(tmp_path / "none", "0::/\n")
    assert limits(tmp_path / "none", tmp_path / "empty") == (None, None)
    assert limits(tmp_path / "absent", tmp_path / "empty") == (None, None)

    write(tmp_path / "two", "0::/job/step\n")
    write(tmp_path / "v2/job/memory.max", f"{3 * 2**30}\n")
    write(tmp_path / "v2/job/step/memory.max", "max\n")
    write(tmp_path / "v2/job/step/cpu.max", "150000 100000\n")
    assert limits(tmp_path / "two", tmp_path / "v2") == (3.0, 1.5)

    write(tmp_path / "one", "4:memory:/a\n1:cpu,cpuacct:/a\n0::/\n")
    write(tmp_path / "v1/memory/a/memory.limit_in_bytes", f"{2**30}\n")
    write(tmp_path / "v1/cpu/a/cpu.cfs_quota_us", "-1\n")
    write(tmp_path / "v1/cpu/a/cpu.cfs_period_us", "100000\n")
    assert limits(tmp_path / "one", tmp_path / "v1") == (1.0, None)
    write(tmp_path / "v1/cpu/a/cpu.cfs_quota_us", "50000\n")
    assert limits(tmp_path / "one", tmp_path / "v1") == (1.0, 0.5)


def test_this_machine_has_memory_and_cores():
    assert [item.name for item in machine(Path.cwd())] == ["memory", "cores"]


@pytest.mark.parametrize(("free", "state"), [(50, "ok"), (9.9, "warning"), (2.4, "problem")])
def test_space_is_held_against_what_is_to_be_written(free, state):
    found = space(list(NEED), free, sum(NEED.values()))
    assert found.state == state
    assert f"{free:.1f} GiB free" in found.found


def test_places_of_one_file_system_are_one_line(project, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(project))
    (found,) = disk(project)
    assert found.found.startswith("workspace, cache, temporary files: ")
    if os.path.isdir("/dev/shm") and os.stat("/dev/shm").st_dev != project.stat().st_dev:
        monkeypatch.setattr(tempfile, "tempdir", "/dev/shm")
        assert [item.found.partition(":")[0] for item in disk(project)] == ["workspace, cache", "temporary files"]


def test_facts_of_torch_can_be_told_as_json():
    from floodmark.doctor.torch_probe import facts

    assert set(json.loads(json.dumps(facts()))) == {*CPU, "device", "refused"}
