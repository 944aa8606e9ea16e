"""Fan-out as far as it is told without a cluster: `tests/fan_out` starts one."""

import math
import time
from dataclasses import replace
from pathlib import Path

import pytest

from floodmark.errors import UserError
from floodmark.learning import cluster
from floodmark.learning.cluster import abroad, fan_out, scheduler
from floodmark.learning.likeness import VARIABLE, Likeness, own_likeness


@pytest.mark.parametrize("address", [None, ""])
def test_without_an_address_the_work_stays_here_and_waits_to_be_asked_for(monkeypatch, address):
    monkeypatch.delenv(VARIABLE, raising=False)
    if address is not None:
        monkeypatch.setenv(VARIABLE, address)
    begun = []
    results = fan_out(lambda job: begun.append(job) or job * job, [3, 1, 2], "squaring")
    assert next(results) == 9
    assert begun == [3]
    assert list(results) == [1, 4]


@pytest.mark.parametrize("address", ["node1:8786", "tcp://node1", "http://node1:8786", "tcp://a b:1", "tcp://:x"])
def test_what_is_no_address_is_refused(monkeypatch, address):
    monkeypatch.setenv(VARIABLE, address)
    with pytest.raises(UserError, match=f"{VARIABLE}=.*: must be an address such as tcp://node1:8786"):
        scheduler()


def test_a_scheduler_that_is_not_there_is_told_within_seconds(monkeypatch):
    monkeypatch.setattr(cluster, "ANSWER", 1.0)
    monkeypatch.setenv(VARIABLE, "tcp://127.0.0.1:9")
    started = time.monotonic()
    with pytest.raises(
        UserError, match=r"SCHEDULER=tcp://127\.0\.0\.1:9: no Dask scheduler answers.*start one with `bin"
    ):
        list(fan_out(math.sqrt, [4.0], "roots"))
    assert time.monotonic() - started < 20


def test_no_job_asks_for_no_scheduler(monkeypatch):
    monkeypatch.setenv(VARIABLE, "tcp://127.0.0.1:9")
    assert list(fan_out(math.sqrt, [], "roots")) == []


def test_paths_are_told_to_workers_from_the_root(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert abroad(Path("data")) == Path("data")
    monkeypatch.setenv(VARIABLE, "tcp://127.0.0.1:9")
    assert abroad(Path("data")) == Path.cwd() / "data"


@pytest.fixture
def likeness(tmp_path):
    (tmp_path / "token").write_text("word")
    return Likeness(own_likeness(), tmp_path / "token", "word")


def test_a_process_is_like_itself(likeness):
    assert likeness.problem() is None
    likeness.require()


@pytest.mark.parametrize("name", [name for name, _ in own_likeness()])
def test_other_code_and_other_versions_are_told(likeness, name):
    parts = tuple((one, "0.0" if one == name else value) for one, value in likeness.parts)
    problem = replace(likeness, parts=parts).problem()
    assert problem.startswith(f"has another {name}: ")
    assert problem.endswith("with this project's bin/cluster-python, and anew after every change of its code")


@pytest.mark.parametrize("change", [{"token": Path("nowhere/token")}, {"word": "another"}])
def test_a_file_system_of_its_own_is_told(likeness, change):
    assert "must lie on a file system that all share, at one path" in replace(likeness, **change).problem()


def test_workers_have_the_environment_of_stages():
    def exported(path):
        return [line for line in Path(path).read_text().splitlines() if line.startswith("export MATPLOTLIBRC")]

    assert len(exported("bin/cluster-python")) == 1
    assert exported("bin/cluster-python") == exported("stages/run")
