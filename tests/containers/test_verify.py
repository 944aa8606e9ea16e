"""Which image may run: one on record, built from the locked inputs, there, and the same since. Without an engine."""

import json
import shutil
from pathlib import Path

import pytest

from floodmark.containers.build import build, pick_builder
from floodmark.containers.inputs import compute
from floodmark.containers.record import Record, read_record, write_record
from floodmark.containers.verify import file_digest, problem, trusted
from floodmark.errors import UserError


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The inputs of the images, and a SIF file on record; apptainer, which is not to be had here, is not asked."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/apptainer").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "bin/apptainer").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    shutil.copytree("docker", tmp_path / "docker")
    sif = tmp_path / "geo.sif"
    sif.write_bytes(b"an image")
    inputs = compute(tmp_path, "geo")["inputs"]
    write_record(tmp_path, Record("geo", "apptainer", str(sif), file_digest(sif), inputs, "base", ""))
    return tmp_path


def test_an_image_on_record_that_is_the_same_may_run(project):
    record = trusted(project, project, "geo", "apptainer")
    assert record == read_record(project, "geo", "apptainer")
    assert problem(project, "geo", "apptainer") is None


def test_one_that_was_altered_is_gone_or_was_never_built_may_not(project):
    sif = project / "geo.sif"
    sif.write_bytes(b"another image")
    assert "was altered since it was built" in problem(project, "geo", "apptainer")
    sif.unlink()
    assert "is gone from apptainer" in problem(project, "geo", "apptainer")
    assert "no image cuda for apptainer was built here" in problem(project, "cuda", "apptainer")
    assert "floodmark image convert" in problem(project, "cuda", "apptainer")


def test_an_engine_that_is_not_on_the_path_is_named(project, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert "apptainer is not installed here, or not on the path: install it, or load its module" in problem(
        project, "geo", "apptainer"
    )


def test_one_of_other_inputs_may_not(project):
    record = read_record(project, "geo", "apptainer")
    write_record(project, Record(**{**vars(record), "inputs": "0" * 64}))
    assert "was built from other inputs (000000000000)" in problem(project, "geo", "apptainer")


def test_a_record_that_cannot_be_read_counts_as_none(project):
    path = project / ".floodmark/images/geo.apptainer.json"
    for text in ("{", "[]", json.dumps({"image": "geo"})):
        path.write_text(text)
        assert read_record(project, "geo", "apptainer") is None


def test_the_code_whose_locks_count_may_be_an_experiments_own(project, tmp_path_factory):
    sandbox = tmp_path_factory.mktemp("sandbox")
    shutil.copytree(project / "docker", sandbox / "docker")
    assert trusted(project, sandbox, "geo", "apptainer").image == "geo"
    (sandbox / "docker/geo.lock.json").write_text("{}")
    with pytest.raises(UserError, match="make deps"):
        trusted(project, sandbox, "geo", "apptainer")


def test_only_the_place_of_the_base_may_differ(project):
    with pytest.raises(UserError, match=r"BASE=debian:12: the locked base is python:3\.11-slim-bookworm"):
        build(project, "geo", "no-such-engine", base="debian:12")


@pytest.mark.parametrize(("inspect", "run"), [(1, 0), (0, 1)])
def test_a_build_that_leaves_nothing_that_runs_is_no_success(project, inspect, run):
    """An engine that only says how it went; a real one is told by `test_image.py`."""
    told = f"case $1 in image) echo 'no such image' >&2; exit {inspect} ;; run) echo broken >&2; exit {run} ;; esac"
    (project / "bin/podman").write_text(f"#!/bin/sh\n{told}\n")
    (project / "bin/podman").chmod(0o755)
    with pytest.raises(
        UserError, match=r"podman built localhost/floodmark-geo:\w{12}, and cannot run it: (broken|it is)"
    ):
        build(project, "geo", "podman")
    assert read_record(project, "geo", "podman") is None


def test_the_builder_is_the_wanted_one_or_what_is_there(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("FLOODMARK_ENGINE", raising=False)
    with pytest.raises(UserError, match="neither podman nor docker is installed"):
        pick_builder(None)
    for name in ("docker", "podman"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        Path(tmp_path / name).chmod(0o755)
    assert pick_builder(None) == "podman"
    assert pick_builder("docker") == "docker"
    monkeypatch.setenv("FLOODMARK_ENGINE", "docker")
    assert pick_builder(None) == "docker"
    with pytest.raises(UserError, match="--engine apptainer: must be one of podman, docker"):
        pick_builder("apptainer")
