"""Workers that die, workers that are not like the stage, and schedulers that are not there."""

import math
import operator
import os
import shutil
import threading
import time
from functools import partial

import pytest

from floodmark.errors import UserError
from floodmark.learning import cluster as fan
from tests.fan_out.dask import VARIABLE, cluster, kill
from tests.fan_out.test_stages import contents
from tests.hydraulics.test_events import run, write_rain
from tests.hydraulics.test_events import study as ground

pytestmark = pytest.mark.slow
STORMS = 5


def storms(folder):
    ground(folder, [40.0] * 7)
    for number in range(STORMS):
        write_rain(folder / "storms" / f"storm-{number}.nc", [60.0 + number] * 6)


def water(folder):
    """A second of work for each event, or some."""
    return run(folder, initial_water="ponds", longest_step=0.2, recession=20)


@pytest.fixture
def dask(tmp_path_factory, monkeypatch, request):
    with cluster(tmp_path_factory.mktemp("dask"), *[["--nthreads", "1"]] * request.param) as made:
        monkeypatch.setenv(VARIABLE, made.address)
        yield made


@pytest.fixture
def attempts(tmp_path):
    """The folders in which jobs write, as they come and go; begun by calling it."""
    seen, done = set(), threading.Event()

    def watch():
        while not done.wait(0.01):
            seen.update(path.name for path in tmp_path.glob("fanned/abroad-*/*"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield seen
    done.set()
    watcher.join()


@pytest.mark.parametrize("dask", [2], indirect=True)
def test_the_jobs_of_a_killed_worker_are_done_by_the_other(tmp_path, dask, attempts, monkeypatch):
    for name in ("alone", "fanned"):
        storms(tmp_path / name)

    def murder():
        while len(attempts) < 3:
            time.sleep(0.05)
        kill(dask.workers[0])

    murderer = threading.Thread(target=murder)
    murderer.start()
    water(tmp_path / "fanned")
    murderer.join()
    assert dask.workers[0].returncode is not None
    assert len(attempts) > STORMS + 1
    monkeypatch.delenv(VARIABLE)
    water(tmp_path / "alone")
    assert contents(tmp_path / "fanned") == contents(tmp_path / "alone")


@pytest.mark.parametrize("dask", [1], indirect=True)
def test_without_any_worker_left_the_stage_ends_with_nothing_written(tmp_path, dask, attempts, monkeypatch):
    monkeypatch.setattr(fan, "PATIENCE", 3.0)
    storms(tmp_path / "fanned")
    before = contents(tmp_path / "fanned")

    def murder():
        while not attempts:
            time.sleep(0.05)
        kill(dask.workers[0])

    murderer = threading.Thread(target=murder)
    murderer.start()
    with pytest.raises(
        UserError, match=r"no worker is left, and none came within 3 s: start some .*run the stage again"
    ):
        water(tmp_path / "fanned")
    murderer.join()
    assert contents(tmp_path / "fanned") == before


@pytest.mark.parametrize("dask", [0], indirect=True)
def test_a_scheduler_without_workers_is_told_from_none(dask, monkeypatch):
    monkeypatch.setattr(fan, "PATIENCE", 1.0)
    with pytest.raises(UserError, match=r"the scheduler has no worker after 1 s: start some with `bin/cluster-python"):
        list(fan.fan_out(math.sqrt, [4.0], "roots"))


@pytest.fixture
def other(tmp_path):
    """Starts what runs code that differs by a comment."""
    for part in ("src", "bin"):
        shutil.copytree(part, tmp_path / part)
    with (tmp_path / "src/floodmark/hydraulics/kernel.py").open("a") as code:
        code.write("# other\n")
    return tmp_path / "bin/cluster-python"


@pytest.mark.parametrize("dask", [1], indirect=True)
def test_a_worker_with_other_code_is_refused_by_name(dask, other):
    assert list(fan.fan_out(math.sqrt, [4.0], "roots")) == [2.0]
    dask.work("--no-nanny", launcher=other)
    with pytest.raises(UserError, match=r"the Dask worker tcp://\S+ has another code of floodmark: .*anew after every"):
        list(fan.fan_out(math.sqrt, [4.0], "roots"))


@pytest.mark.parametrize("dask", [1], indirect=True)
def test_one_that_comes_later_is_refused_its_first_job(dask, other):
    results = fan.fan_out(time.sleep, [1.0] * 60, "waiting", ahead=60)
    next(results)
    dask.work("--no-nanny", launcher=other)
    with pytest.raises(UserError, match=r"the Dask worker tcp://\S+ has another code of floodmark"):
        list(results)


def test_a_scheduler_with_other_code_is_refused(tmp_path, other, monkeypatch):
    with cluster(tmp_path, [], launcher=other) as made:
        monkeypatch.setenv(VARIABLE, made.address)
        with pytest.raises(UserError, match="the Dask scheduler has another code of floodmark"):
            list(fan.fan_out(math.sqrt, [4.0], "roots"))


@pytest.mark.parametrize("dask", [1], indirect=True)
def test_large_work_is_sent_without_a_warning(dask, recwarn):
    assert list(fan.fan_out(partial(operator.contains, bytes(50_000_000)), [0, 1], "looking")) == [True, False]
    assert [str(one.message) for one in recwarn if "large" in str(one.message)] == []


@pytest.mark.parametrize("dask", [1], indirect=True)
def test_a_job_that_kills_its_workers_is_given_up(dask):
    kill(dask.workers[0])
    dask.work("--nthreads", "1")  # which a nanny starts again
    with pytest.raises(UserError, match=r"4 workers died over the same job, the last at tcp://.*more memory"):
        list(fan.fan_out(os._exit, [1], "dying"))


@pytest.mark.parametrize("dask", [1], indirect=True)
def test_a_scheduler_that_dies_ends_the_stage(dask):
    results = fan.fan_out(time.sleep, [0.1, 60.0], "waiting")
    next(results)
    kill(dask.scheduler)
    started = time.monotonic()
    with pytest.raises(UserError, match="the scheduler went away while it worked for this stage"):
        list(results)
    assert time.monotonic() - started < 20
