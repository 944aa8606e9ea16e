"""One tiny project, built and run once for all test processes; tests that change it work on a copy."""

import fcntl
import os
import shutil
import sys

import pytest

from tests.pipeline.projects import call, commit, copy_project, make_project


@pytest.hookimpl(trylast=True)  # After those that are not asked for have gone, or one of them would be the first.
def pytest_collection_modifyitems(items):
    """One file builds the tiny project; the others that need it come last, so that no process waits for it."""
    need = {item.path for item in items if "tiny_project" in item.fixturenames}
    first = min(need, default=None)
    items.sort(key=lambda item: 0 if item.path == first else 2 if item.path in need else 1)


@pytest.fixture(scope="session")
def tiny_project(tmp_path_factory):
    """The finished tiny project; treat it as read-only."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "a tiny project"
    with (shared / "tiny.lock").open("w") as lock:
        # The first test process builds it while the others wait.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "tiny.done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make_project(folder)
            # Mirrored once at its end: a process of MLflow's after each stage would take a third of the time.
            call(folder, "dvc", "repro", OMP_NUM_THREADS="1", MLFLOW_TRACKING_URI="none")
            call(folder, sys.executable, "-m", "floodmark.tracking", "report", PYTHONPATH="src")
            commit(folder, "reproduced")
            (shared / "tiny.done").touch()
    return folder


@pytest.fixture
def project(tiny_project, tmp_path):
    """A copy of the finished tiny project, to be changed."""
    folder = copy_project(tiny_project, tmp_path / "copy")
    yield folder
    shutil.rmtree(folder)
