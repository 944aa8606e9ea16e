"""Python, code, pins and variables."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from floodmark.doctor.code import code
from floodmark.doctor.interpreter import _environment, _version, interpreter
from floodmark.doctor.pins import _base, _sentence, differing, installed, pins, read_pins
from floodmark.doctor.variables import KNOWN, variables
from tests.doctor.conftest import only


@pytest.mark.parametrize(
    ("running", "state"), [("3.11.0", "ok"), ("3.13.9", "ok"), ("3.10.4", "problem"), ("3.14.0", "problem")]
)
def test_python_is_held_against_pyproject(project, running, state):
    assert _version(project, running).state == state


def test_an_environment_that_is_not_the_projects_is_told(project):
    assert only(interpreter(project), "environment").state == "problem"
    (project / ".venv").mkdir()
    found = _environment(project, Path(sys.prefix))
    assert found.state == "warning"
    assert str(project / ".venv/bin/floodmark") in found.step
    (project / ".venv").rmdir()
    (project / ".venv").symlink_to(sys.prefix)
    assert _environment(project, Path(sys.prefix)).state == "ok"


@pytest.mark.parametrize(
    ("chosen", "state"), [(sys.executable, "ok"), ("/none/python", "warning"), ("python3", "warning")]
)
def test_a_chosen_python_that_is_not_there_is_told(project, monkeypatch, chosen, state):
    monkeypatch.setenv("FLOODMARK_PYTHON", chosen)
    assert only(interpreter(project), "FLOODMARK_PYTHON").state == state


def test_code_from_elsewhere_is_a_problem(project):
    (found,) = code(project)
    assert found.state == "problem"
    assert "stages refuse that" in found.found
    assert code(Path.cwd())[0].state == "ok"


def test_an_installed_floodmark_is_told(tmp_path, monkeypatch):
    """As an editable install leaves it: a description of the package on the path."""
    (tmp_path / "floodmark-0.1.0.dist-info").mkdir()
    (tmp_path / "floodmark-0.1.0.dist-info/METADATA").write_text(
        "Metadata-Version: 2.1\nName: floodmark\nVersion: 0.1.0\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    (found,) = code(Path.cwd())
    assert (found.state, "floodmark 0.1.0 is installed" in found.found) == ("warning", True)


def test_pins_that_are_missing_or_differ_are_named_and_counted(project):
    found = pins(project)
    assert [item.state for item in found if item.name == "pins"] == ["ok"], found
    text = (project / "constraints.txt").read_text().replace("click==", "click==0.0.1.dev1\n# was ")
    (project / "constraints.txt").write_text(text + "No_Such.Package==1.0\n")
    missing, other = (item for item in pins(project) if item.name == "pins")
    assert (missing.state, other.state) == ("problem", "warning")
    assert "1 of 242 packages are missing: no-such-package" in missing.found
    assert f"click {installed()['click']} (pinned: 0.0.1.dev1)" in other.found
    assert "make setup" in missing.step


def test_names_and_builds_are_compared_as_pip_does(tmp_path):
    (tmp_path / "c.txt").write_text("# title\nRuamel_YAML==0.19.1  # why\ntorch==2.13.0\nnumpy==2.4\n\n")
    wanted = read_pins(tmp_path / "c.txt")
    assert wanted == {"ruamel-yaml": "0.19.1", "torch": "2.13.0", "numpy": "2.4"}
    assert differing(wanted, {"ruamel-yaml": "0.19.1", "torch": "2.13.0+cpu", "numpy": "2.4.0"}) == []
    assert differing(wanted, {"torch": "2.13.1+cpu"}) == ["torch 2.13.1+cpu (pinned: 2.13.0)"]


def test_only_the_first_of_many_are_named():
    (found,) = _base(dict.fromkeys("abcdefg", "1"), {})
    assert "7 of 7 packages are missing: a, b, c, d and 3 more" in found.found


def test_half_an_extra_is_told():
    wanted = {"a": "1", "b": "2"}
    assert [_sentence(wanted, have)[0].state for have in ({}, {"a": "1", "b": "2"})] == ["ok", "ok"]
    (found,) = _sentence(wanted, {"a": "3"})
    assert found.state == "warning"
    assert "missing: b; another version: a 3 (pinned: 1)" in found.found


def test_a_misspelt_variable_is_told_with_the_nearest(project, monkeypatch):
    monkeypatch.setenv("FLOODMARK_ENGIN", "podman")
    monkeypatch.setenv("FLOODMARK_DEVICE", "cpu")
    found = variables(project)
    assert "FLOODMARK_DEVICE=cpu" in only(found, "variables").found
    wrong = only(found, "FLOODMARK_ENGIN")
    assert wrong.state == "warning"
    assert "was FLOODMARK_ENGINE meant?" in wrong.step
    assert all(name in wrong.found for name in KNOWN)


@pytest.mark.parametrize(
    ("name", "value"),
    [("FLOODMARK_PROCESSES", "lots"), ("FLOODMARK_GPUS", "all"), ("FLOODMARK_SCHEDULER", "nowhere")],
)
def test_a_value_that_a_stage_would_refuse_is_told_in_its_words(project, monkeypatch, name, value):
    assert [item.state for item in variables(project)] == ["ok"]
    monkeypatch.setenv(name, value)
    wrong = only(variables(project), name)
    assert wrong.state == "problem"
    assert wrong.found.startswith(f"{name}={value}: must be")


def test_every_variable_that_the_code_reads_is_known_and_explained():
    places = [path for folder in ("src", "stages", "bin", "slurm", "docker") for path in Path(folder).rglob("*")]
    said = {
        name
        for path in places
        if path.is_file() and "doctor" not in path.parts and "__pycache__" not in path.parts
        for name in re.findall(r"\bFLOODMARK_[A-Z]+(?:_[A-Z]+)*\b", path.read_text(encoding="utf-8", errors="ignore"))
    }
    assert said <= set(KNOWN), "add what is new to KNOWN and to docs/how-to/doctor.md"
    guide = Path("docs/how-to/doctor.md").read_text(encoding="utf-8")
    assert [name for name in KNOWN if f"`{name}`" not in guide] == []


def test_without_an_environment_the_command_says_how_to_make_one(project, tmp_path):
    """As on a fresh clone, whose python3 has no package at all."""
    for name in ("bin/floodmark", "src/floodmark/cli.py"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(name, project / name)
    (tmp_path / "python3").write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    (tmp_path / "python3").chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    command = [project / "bin/floodmark", "doctor"]
    result = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (
        2,
        f"floodmark: {project} has no environment: run `make setup` there\n",
    )
