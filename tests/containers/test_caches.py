"""Stages in a container under each kind of link of DVC's cache, and in an experiment's sandbox: a local run's bytes."""

import json
import os
import shutil

import pytest

from tests.containers.conftest import CONFIGURATION
from tests.pipeline.projects import call, commit, copy_project, make_project

pytestmark = [pytest.mark.slow, pytest.mark.container]

PODMAN = {**CONFIGURATION, "FLOODMARK_ENGINE": "podman", "MLFLOW_TRACKING_URI": "none", "OMP_NUM_THREADS": "1"}
LOCAL = {"FLOODMARK_ENGINE": "local", "MLFLOW_TRACKING_URI": "none", "OMP_NUM_THREADS": "1"}
GEO = ("ingest_radar", "anonymise")
LINKS = ("symlink", "hardlink", "reflink", "copy")


@pytest.fixture(scope="module")
def local(disk, records):
    """A tiny project in which the stages ran without a container, committed."""
    folder = disk / "a project"
    folder.mkdir()
    make_project(folder)
    shutil.copytree(records("geo"), folder / ".floodmark/images")
    call(folder, "dvc", "repro", *GEO, **LOCAL)
    commit(folder, "run without a container")
    return folder


@pytest.mark.parametrize("link", LINKS)
def test_the_same_bytes_under_every_kind_of_link(local, disk, link):
    folder = copy_project(local, disk / f"linked by {link}")
    call(folder, "dvc", "config", "cache.type", link)
    call(folder, "dvc", "config", "cache.dir", str(disk / f"cache of {link}"))
    shutil.copytree(folder / ".dvc/cache", disk / f"cache of {link}")
    shutil.rmtree(folder / "data")
    shutil.rmtree(folder / "outputs")
    expected = (folder / "dvc.lock").read_bytes()
    call(folder, "dvc", "checkout", "data.dvc")
    photo = next(path for path in (folder / "data/media").iterdir() if path.name != ".keep")
    assert photo.is_symlink() == (link == "symlink")
    assert (photo.stat().st_nlink > 1) == (link == "hardlink")
    call(folder, "dvc", "repro", "--force", *GEO, **PODMAN)
    assert (folder / "dvc.lock").read_bytes() == expected
    assert {json.loads((folder / f"timings/{name}.json").read_text())["engine"] for name in GEO} == {"podman"}
    owners = {path.lstat().st_uid for path in (folder / "outputs").rglob("*")}
    assert owners == {os.getuid()}
    # What DVC linked anew it can also take away again.
    call(folder, "dvc", "repro", "--force", "--single-item", "ingest_radar", **PODMAN)
    assert (folder / "dvc.lock").read_bytes() == expected


def test_an_experiment_in_a_sandbox_runs_its_own_params_in_the_container(local, disk):
    """With links, which lead from the sandbox into the project's cache."""
    folder = copy_project(local, disk / "experiment")
    call(folder, "dvc", "config", "cache.type", "symlink")
    call(folder, "dvc", "checkout", "--relink", "data.dvc", *GEO)
    commit(folder, "links")
    wanted = ("--temp", "--name", "half-hour", "-S", "ingest_radar.max_gap=30", *GEO)
    call(folder, "dvc", "exp", "run", *wanted, **PODMAN)
    other = copy_project(local, disk / "the same without a container")
    call(other, "dvc", "exp", "run", *wanted, **LOCAL)
    locks = [recorded(each, "half-hour") for each in (folder, other)]
    assert "max_gap: 30" in locks[0]
    assert locks[0] == locks[1]


def recorded(folder, experiment):
    """The lock file of an experiment."""
    refs = call(folder, "git", "for-each-ref", "--format=%(refname)", "refs/exps").stdout.split()
    (ref,) = (ref for ref in refs if ref.endswith(f"/{experiment}"))
    return call(folder, "git", "show", f"{ref}:dvc.lock").stdout
