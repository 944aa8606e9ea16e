"""The report stands whatever a check does, is the same for people and programs, and its status says the worst."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from floodmark.cli import main
from floodmark.doctor import runner
from floodmark.doctor.finding import Check, State, ok, problem, warning
from floodmark.doctor.runner import CHECKS, examine
from floodmark.doctor.show import as_json, show, summary


def raising(root):
    raise KeyError("no such thing")


def hanging(root):
    time.sleep(30)
    return [ok("never", "")]


def test_a_check_that_fails_or_hangs_is_a_line_and_the_others_are_there():
    checks = [
        Check("first", lambda root: [ok("first", "fine")]),
        Check("broken", raising),
        Check("slow", hanging),
        Check("last", lambda root: [warning("last", "a", "b"), ok("more", "c")]),
    ]
    started = time.monotonic()
    found = examine(Path(), checks, longest=0.5)
    assert time.monotonic() - started < 5
    assert [item.name for item in found] == ["first", "broken", "slow", "last", "more"]
    assert [item.state for item in found] == ["ok", "problem", "problem", "warning", "ok"]
    assert found[1].found == "the check itself failed: KeyError: 'no such thing'"
    assert found[2].found == "no answer within 0.5 s"
    assert all(item.step for item in found if item.state is not State.OK)


def test_a_line_is_one_line_and_holds_no_password():
    found = problem("remote a", "ssh://me:secret@host/x\ncannot", "see ssh://me:secret@host/x")
    assert found.found == "ssh://***@host/x cannot"
    assert "secret" not in found.step


FINDINGS = [ok("a", "fine"), warning("b", "so so", "do this"), problem("c", "bad", "do that")]


def test_without_a_terminal_it_is_plain_lines(capsys):
    show(FINDINGS)
    assert capsys.readouterr().out.splitlines() == [
        "ok       a: fine",
        "warning  b: so so -> do this",
        "problem  c: bad -> do that",
        "1 ok, 1 warning, 1 problem",
    ]


def test_on_a_terminal_states_are_words_in_colour():
    code = (
        "from floodmark.doctor.finding import ok, problem\nfrom floodmark.doctor.show import show\n"
        "show([ok('a', 'fine'), problem('c', 'bad', 'do that')])"
    )
    controller, terminal = os.openpty()
    environment = {**os.environ, "PYTHONPATH": "src", "TERM": "xterm-256color", "COLUMNS": "80"}
    environment.pop("NO_COLOR", None)
    subprocess.run([sys.executable, "-c", code], stdout=terminal, env=environment, check=True)
    os.close(terminal)
    shown = os.read(controller, 65536).decode()
    assert "\x1b[32mok" in shown
    assert re.search(r"\x1b\[1;31mproblem", shown)
    assert "→ do that" in shown


def test_the_json_is_what_the_guide_says():
    told = json.loads(as_json(Path("/p"), FINDINGS))
    assert told == {
        "version": 1,
        "project": "/p",
        "state": "problem",
        "count": {"ok": 1, "warning": 1, "problem": 1},
        "findings": [
            {"name": "a", "state": "ok", "found": "fine", "step": None},
            {"name": "b", "state": "warning", "found": "so so", "step": "do this"},
            {"name": "c", "state": "problem", "found": "bad", "step": "do that"},
        ],
    }
    guide = Path("docs/how-to/doctor.md").read_text(encoding="utf-8")
    example = json.loads(re.search(r"```json\n(.*?)```", guide, re.DOTALL)[1])
    assert set(example) == set(told)
    assert set(example["findings"][0]) == set(told["findings"][0])
    assert json.loads(as_json(Path("/p"), FINDINGS[:1]))["state"] == "ok"


def test_the_summary_counts():
    assert summary([*FINDINGS, FINDINGS[1]]) == "1 ok, 2 warnings, 1 problem"


@pytest.mark.parametrize(("found", "status"), [(FINDINGS[:2], 0), (FINDINGS, 1)])
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_the_status_is_one_where_there_is_a_problem(monkeypatch, found, status, options):
    monkeypatch.setattr(runner, "examine", lambda root: found)
    result = CliRunner().invoke(main, ["doctor", *options])
    assert result.exit_code == status
    assert "so so" in result.output


@pytest.mark.parametrize("options", [["--record"], ["--json", "--clip", "data/clip"]])
def test_options_that_do_not_go_together_are_refused(options):
    assert CliRunner().invoke(main, ["doctor", *options]).exit_code == 2


def test_a_project_that_is_not_set_up_is_told_so_in_time(project):
    """All checks, really, by the command."""
    (project / "constraints.txt").write_text("click==0.1\nnothing-of-the-kind==1.0\n")
    environment = {**os.environ, "PYTHONPATH": str(Path("src").resolve()), "FLOODMARK_ENGIN": "podman"}
    environment["FLOODMARK_DEVICE"] = "gpu"
    started = time.monotonic()
    result = subprocess.run(
        [sys.executable, "-m", "floodmark.cli", "doctor", "--json"],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert time.monotonic() - started < 20  # ten, and as much for a busy machine
    assert result.returncode == 1, result.stderr
    told = json.loads(result.stdout)
    states = {item["name"]: item["state"] for item in told["findings"]}
    assert not [item for item in told["findings"] if "the check itself failed" in item["found"]]
    expected = {"python": "ok", "environment": "problem", "code": "problem", "data": "problem", "key": "problem"}
    expected |= {"FLOODMARK_ENGIN": "warning", "default remote": "ok", "mlflow": "ok", "engine": "ok", "launch": "ok"}
    expected |= {"torch": "warning"} if "torch" in states else {"device": "problem"}  # a busy machine may be too slow
    assert {name: states.get(name) for name in expected} == expected
    pins = [item for item in told["findings"] if item["name"] == "pins"]
    assert [item["state"] for item in pins] == ["problem", "warning"]
    assert {"memory", "cores", "links", "docker", "podman", "apptainer", "slurm"} <= set(states)


def test_each_check_has_a_name_of_its_own():
    assert len({check.name for check in CHECKS}) == len(CHECKS)
