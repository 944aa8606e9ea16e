"""Killing any stage at a random moment and running again gives the same lock."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress

import psutil
import pytest

from floodmark.dag import read_stages
from tests.pipeline.projects import ROOT, call, environment

ADDRESSES = list(read_stages(ROOT))
"""Each stage is killed once while it runs: 20 trials and more."""


def start(project, address):
    """`dvc repro` of one stage, and the process of the stage itself once it is there."""
    command = [sys.executable, "-m", "dvc", "repro", "--force", "--single-item", address]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    variables = environment(OMP_NUM_THREADS="1", MLFLOW_TRACKING_URI="none")
    dvc = subprocess.Popen(command, cwd=project, env=variables, start_new_session=True, **quiet)
    script = f"stages/{address.split('@')[0]}.py"
    while dvc.poll() is None:
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(dvc.pid).children(recursive=True):
                if script in child.cmdline()[1:2]:
                    return dvc, child
        time.sleep(0.02)
    raise AssertionError(f"{address} ended before it was seen")


def lives(process):
    """Whether a process has not ended; a zombie has, and only waits to be asked for its status."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def kill(project, address, share, number):
    """Kill a run of the stage at this share of its usual life; whether it was alive then."""
    lasts = json.loads((project / f"timings/{address}.json").read_text())["seconds"]
    dvc, stage = start(project, address)
    time.sleep(max(0, stage.create_time() + share * lasts - time.time()))
    if not lives(stage):
        assert dvc.wait(60) == 0
        return False
    os.killpg(dvc.pid, number)
    assert dvc.wait(60) != 0
    stage.wait(60)
    return True


@pytest.mark.slow
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_killed_stage_leaves_nothing_behind(address, project):
    rng = random.Random(address)
    before = (project / "dvc.lock").read_bytes()
    assert len(ADDRESSES) >= 20
    # At any moment of its life, the writing of its outputs near the end included; earlier where it had ended by then.
    share, number = rng.uniform(0, 0.9), rng.choice([signal.SIGKILL, signal.SIGTERM])
    assert any(kill(project, address, share / 2**attempt, number) for attempt in range(4))
    # Forced, for DVC would take the outputs from its run cache, and the stage would not meet what the killed one left.
    call(project, "dvc", "repro", "--force", "--single-item", address, OMP_NUM_THREADS="1", MLFLOW_TRACKING_URI="none")
    call(project, "dvc", "repro", OMP_NUM_THREADS="1", MLFLOW_TRACKING_URI="none")
    assert (project / "dvc.lock").read_bytes() == before
    names = {str(path.relative_to(project)) for path in (project / "outputs").rglob("*") if path.is_file()}
    outs = tuple(out for stage in read_stages(project).values() for out in stage.outs)
    assert [name for name in names if not name.startswith(outs)] == []
    assert list((project / ".floodmark/partial").iterdir()) == []
