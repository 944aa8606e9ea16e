"""stages/run starts the code beside the params, refuses any other, and passes status and signals on."""

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from floodmark.starting import _torchrun

ROOT = Path.cwd()

STAGE = """
import os, signal, sys, time
import floodmark.marker
from pathlib import Path
Path("seen.txt").write_text(f"{floodmark.marker.VALUE} {os.environ['PYTHONHASHSEED']} {sys.argv[1:]}")
if "sleep" in sys.argv:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    class Deaf:
        def __del__(self):
            print("ready", flush=True)
            time.sleep(5)
    try:
        if "deaf" in sys.argv:
            Deaf()
        else:
            print("ready", flush=True)
        time.sleep(60)
    finally:
        Path("cleaned.txt").write_text("")
sys.exit(int(os.environ.get("STATUS", "0")))
"""


@pytest.fixture
def project(tmp_path):
    """A folder with the package, the launcher and one stage; MLflow is left out."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "stages").mkdir()
    shutil.copy(ROOT / "stages/run", tmp_path / "stages/run")
    (tmp_path / "stages/probe.py").write_text(STAGE)
    (tmp_path / "src/floodmark/marker.py").write_text("VALUE = 'beside'\n")
    shutil.copy(ROOT / "params.yaml", tmp_path)
    return tmp_path


def launch(project, *arguments, **environment):
    base = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "DVC_ROOT")}
    base |= {"MLFLOW_TRACKING_URI": "none", "FLOODMARK_PYTHON": str(ROOT / ".venv/bin/python"), **environment}
    return subprocess.run(
        ["stages/run", *arguments], cwd=project, capture_output=True, text=True, check=False, env=base
    )


def test_it_runs_the_code_beside_the_params_even_with_another_on_the_path(project, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    shutil.copytree(project / "src", other / "src")
    (other / "src/floodmark/marker.py").write_text("VALUE = 'elsewhere'\n")
    result = launch(project, "geo", "stages/probe.py", "lstm", PYTHONPATH=str(other / "src"))
    assert result.returncode == 0, result.stderr
    assert (project / "seen.txt").read_text() == "beside 0 ['lstm']"
    timing = json.loads((project / "timings/probe@lstm.json").read_text())
    assert timing["seconds"] > 0


def test_a_stage_is_told_where_its_throughput_goes_and_what_an_earlier_run_left_is_gone(project):
    (project / "stages/probe.py").write_text(
        "import os\nfrom pathlib import Path\npath = Path(os.environ['FLOODMARK_THROUGHPUT'])\n"
        "assert not path.exists()\npath.write_text('{}')\n"
    )
    (project / "timings").mkdir()
    told = project / "timings/probe@lstm.training.json"
    told.write_text("old")
    assert launch(project, "cuda", "stages/probe.py", "lstm").returncode == 0
    assert told.read_text() == "{}"


def test_it_refuses_where_floodmark_comes_from_elsewhere(project, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    shutil.move(project / "src", elsewhere / "src")
    (project / "src").mkdir()
    (elsewhere / "sitecustomize.py").write_text("")
    # An installed copy is found when none lies beside the params.
    site = f"import sys; sys.path.append({str(elsewhere / 'src')!r})"
    (elsewhere / "usercustomize.py").write_text(site)
    wrapper = elsewhere / "python"
    wrapper.write_text(f'#!/bin/sh\nPYTHONPATH="$PYTHONPATH:{elsewhere / "src"}" exec {ROOT}/.venv/bin/python "$@"\n')
    wrapper.chmod(0o755)
    result = launch(project, "geo", "stages/probe.py", FLOODMARK_PYTHON=str(wrapper))
    assert result.returncode == 2
    assert "floodmark comes from" in result.stderr
    assert not (project / "seen.txt").exists()


def test_it_keeps_the_exit_status(project):
    assert launch(project, "geo", "stages/probe.py", STATUS="7").returncode == 7
    assert not (project / "timings").exists()


def test_a_wrong_param_of_any_section_stops_the_first_stage(project):
    path = project / "params.yaml"
    path.write_text(path.read_text().replace("candidate_threshold: 0.75", "candidate_threshold: 1.5"))
    result = launch(project, "geo", "stages/probe.py")
    assert result.returncode == 2
    assert "augment.candidate_threshold = 1.5" in result.stderr
    assert "less than 1" in result.stderr
    assert not (project / "seen.txt").exists()


def test_asking_for_help_records_nothing(project):
    assert launch(project, "geo", "stages/probe.py", "--help").returncode == 0
    assert not (project / "timings").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["moon", "stages/probe.py"], "unknown image 'moon'"),
        (["geo", "stages/none.py"], "does not exist"),
        (["geo"], "usage"),
    ],
)
def test_a_wrong_call_is_explained(project, arguments, says):
    result = launch(project, *arguments)
    assert result.returncode == 2
    assert says in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("launch_by", "says"),
    [("moon", "FLOODMARK_LAUNCH=moon: must be one of local, slurm"), ("slurm", "squeue is not to be found")],
)
def test_it_says_what_keeps_a_stage_from_being_launched_elsewhere(project, tmp_path_factory, launch_by, says):
    (project / "dvc.yaml").write_text("stages:\n  probe:\n    cmd: stages/run geo stages/probe.py\n")
    programs = tmp_path_factory.mktemp("programs")  # without those of SLURM, which may be installed here
    (programs / "sh").symlink_to("/bin/sh")
    result = launch(project, "geo", "stages/probe.py", FLOODMARK_LAUNCH=launch_by, PATH=str(programs))
    assert result.returncode == 2, result.stderr
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_the_projects_own_interpreter_goes_before_one_that_lies_in_a_sandbox(project, tmp_path_factory):
    own, planted = tmp_path_factory.mktemp("own") / ".venv", project / ".venv"
    for folder, status in ((own, 5), (planted, 6)):
        (folder / "bin").mkdir(parents=True)
        (folder / "bin/python").write_text(f"#!/bin/sh\nexit {status}\n")
        (folder / "bin/python").chmod(0o755)
    assert launch(project, "geo", "stages/probe.py", DVC_ROOT=str(own.parent), FLOODMARK_PYTHON="").returncode == 5
    assert launch(project, "geo", "stages/probe.py", FLOODMARK_PYTHON="").returncode == 6


@pytest.mark.parametrize(("threads", "each"), [("8", "2"), ("3", "1"), ("1", "1"), ("", "4")])
def test_processes_share_the_threads_of_their_stage(monkeypatch, threads, each):
    monkeypatch.setattr(os, "sched_getaffinity", lambda number: set(range(16)), raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", threads)
    assert "--nproc-per-node=4" in _torchrun(4)
    assert os.environ["OMP_NUM_THREADS"] == each
    assert _torchrun(1) == []


@pytest.mark.parametrize(
    ("number", "way"),
    [
        (signal.SIGINT, "sleep"),
        (signal.SIGHUP, "sleep"),
        # The exception that the first signal raises is lost: the stage must be asked once more.
        pytest.param(signal.SIGTERM, "deaf", marks=pytest.mark.slow),
    ],
)
def test_a_signal_reaches_the_stage(project, number, way):
    environment = {**os.environ, "MLFLOW_TRACKING_URI": "none", "FLOODMARK_PYTHON": str(ROOT / ".venv/bin/python")}
    process = subprocess.Popen(
        ["stages/run", "geo", "stages/probe.py", "sleep", way], cwd=project, env=environment, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(number)
    assert process.wait(20) != 0
    deadline = time.monotonic() + 5
    while not (project / "cleaned.txt").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (project / "cleaned.txt").exists()
