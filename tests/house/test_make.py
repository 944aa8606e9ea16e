"""`make` in the project and in a study, whose data is its own: nothing is pulled that is not there."""

import os
import shutil
import subprocess

import pytest


@pytest.fixture
def project(tmp_path):
    """The Makefile with an environment whose programs only note how they were called."""
    shutil.copy("Makefile", tmp_path)
    (tmp_path / ".venv/bin").mkdir(parents=True)
    for name in ("dvc", "python"):
        (tmp_path / ".venv/bin" / name).write_text(f'#!/bin/sh\necho "{name} $*"\n')
        (tmp_path / ".venv/bin" / name).chmod(0o755)
    for name in ("constraints.txt", "constraints-cluster.txt", "constraints-alone.txt"):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (0, 0))
    (tmp_path / ".venv/.installed").touch()
    (tmp_path / "data.dvc").write_text("outs:\n- md5: a.dir\n  path: data\n")
    (tmp_path / "data").mkdir()
    return tmp_path


def make(project, target):
    # Run by `make test` itself, an inner make would take over its flags and name folders.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(["make", target], cwd=project, capture_output=True, text=True, env=environment)


def test_with_the_embedded_dataset_it_is_fetched_before_the_tests(project):
    with (project / "data.dvc").open("a") as file:
        file.write("  remote: embedded\n  push: false\n")
    lines = make(project, "test").stdout.splitlines()
    assert lines[0] == "dvc pull --quiet --remote embedded data.dvc"
    assert lines[1].startswith("python -m pytest")


def test_a_study_is_reproduced_without_a_pull(project):
    result = make(project, "repro")
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[0] == "dvc repro"


@pytest.mark.parametrize("target", ["test", "test-slow", "test-cluster"])
def test_a_study_says_where_the_tests_belong(project, target):
    result = make(project, target)
    assert result.returncode != 0
    assert "in the project that this study was made from" in result.stdout
    assert "pytest" not in result.stdout


def test_a_study_without_its_data_says_how_to_get_it(project):
    (project / "data").rmdir()
    result = make(project, "data")
    assert result.returncode != 0
    assert "dvc checkout" in result.stdout
