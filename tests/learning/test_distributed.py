"""Two processes that torchrun starts train as one does on the same batches, and only the first one leaves anything."""

import csv
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import psutil
import pytest
import torch
from safetensors.torch import load_file

from floodmark.overlay import lay
from tests.learning import together
from tests.learning.together import ROOT, TRAININGS

pytestmark = pytest.mark.slow

PROCESSES = 2
WITHIN = 1e-5
TORCHRUN = ("torch.distributed.run", "--standalone", "--local-addr", "localhost", "--nproc-per-node", str(PROCESSES))


def environment(folder):
    """The caller's, without what would tie a process to another project, and with a place for temporary files."""
    (folder / "temporary").mkdir(exist_ok=True)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DVC_")}
    path = f"{ROOT / 'src'}{os.pathsep}{ROOT}"
    return {**kept, "OMP_NUM_THREADS": "1", "PYTHONPATH": path, "PYTHONSAFEPATH": "1", "TMPDIR": f"{folder}/temporary"}


def command(*arguments, processes=PROCESSES):
    return [sys.executable, *(["-m", *TORCHRUN] if processes > 1 else []), *map(str, arguments)]


def run(folder, *arguments, processes=PROCESSES, status=0):
    """What a program says, in processes of torchrun's or in one."""
    found = subprocess.run(
        command(*arguments, processes=processes), cwd=folder, env=environment(folder), capture_output=True, text=True
    )
    assert (found.returncode != 0) == (status != 0), found.stderr[-6000:]
    return found.stderr


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return together.prepare(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="module")
def trained(study, tmp_path_factory):
    """By the number of processes, the folder with everything that they trained, and what they said."""
    found = {}
    for processes in (1, PROCESSES):
        folder = tmp_path_factory.mktemp(f"processes{processes}")
        found[processes] = folder, run(folder, together.__file__, study, "trained", processes=processes)
    return found


def test_steps_are_those_of_the_whole_batch(trained):
    """Loss, gradients averaged over the ranks, running statistics, and where chance stands afterwards."""
    one, two = (load_file(trained[processes][0] / "trained/steps/steps.safetensors") for processes in (1, PROCESSES))
    assert set(one) == set(two)
    assert len(one) > 100
    for name, value in one.items():
        if name != "rows 1: layers.1.num_batches_tracked":  # which one process leaves out, and nothing reads
            torch.testing.assert_close(
                two[name], value, atol=WITHIN, rtol=WITHIN, msg=lambda text, n=name: f"{n}: {text}"
            )


def numbers(folder):
    """Every number of the tables and summaries in a folder, by where it stands."""
    found = {}
    for path in sorted(folder.glob("*.csv")):
        for place, row in enumerate(csv.DictReader(path.open())):
            found |= {(path.name, place, key): text for key, text in row.items()}
    for path in sorted(folder.glob("*.json")):
        flat(found, (path.name,), json.loads(path.read_text()))
    return found


def flat(found, place, value):
    if isinstance(value, (dict, list)):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            flat(found, (*place, key), inner)
    else:
        found[place] = value


def alike(one, other, within):
    try:
        return float(one) == pytest.approx(float(other), rel=0, abs=within, nan_ok=True)
    except (TypeError, ValueError):  # words, or none
        return one == other


@pytest.mark.parametrize("name", TRAININGS)
def test_the_metrics_are_those_of_one_process(trained, name):
    one, two = (numbers(trained[processes][0] / "trained" / name) for processes in (1, PROCESSES))
    assert list(one) == list(two)
    assert any("loss" in place for place in one)
    for place, value in one.items():
        assert alike(two[place], value, WITHIN), place


def test_only_the_first_one_speaks_and_writes(trained):
    (one, said), (two, both) = (trained[processes] for processes in (1, PROCESSES))
    assert files(one) == files(two)
    assert both.count("epoch 1  loss") == said.count("epoch 1  loss") > len(TRAININGS)
    assert list((two / "temporary").glob("floodmark-*")) == []


def test_two_machines_are_as_one(trained, study, tmp_path):
    """Two launchers that find one another by an address and a port, as on two machines that share a disk."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    meeting = ("--nnodes", "2", "--nproc-per-node", "1", "--rdzv-backend", "c10d", "--rdzv-endpoint", address)
    program = (
        sys.executable,
        "-m",
        "torch.distributed.run",
        *meeting,
        together.__file__,
        str(study),
        "trained",
        "lstm",
    )
    launchers = [subprocess.Popen(program, cwd=tmp_path, env=environment(tmp_path)) for _ in range(2)]
    try:
        assert [launcher.wait(180) for launcher in launchers] == [0, 0]
    finally:
        for launcher in launchers:
            launcher.terminate()
    one, two = numbers(trained[1][0] / "trained/lstm"), numbers(tmp_path / "trained/lstm")
    assert all(alike(two[place], value, WITHIN) for place, value in one.items())


@pytest.fixture
def project(study, tmp_path):
    """What the stages `train_text` and `train_water` find where `dvc repro` runs them, of the study."""
    for name in ("docker", "src", "stages"):
        (tmp_path / name).symlink_to(ROOT / name)
    for name in ("dvc.yaml", "params.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "data/vectors").mkdir(parents=True)
    (tmp_path / "outputs/water/contrastive").mkdir(parents=True)
    (tmp_path / "outputs/windows").symlink_to(study / "windows")
    (tmp_path / "outputs/tweets").symlink_to(study / "texts/tweets")
    sizes = {
        "train_text": {"lstm": together.LSTM},
        "train_water": {
            "steps_per_epoch": 8, "batch_size": 8, "patience": 6, "validation_frames": 2, "threshold_frames": 2,
            "unet": {"inputs": ["terrain", "rain"], "widths": [8, 16], "epochs": 6, "nowcast_epochs": 1},
        },
    }  # fmt: skip
    lay(tmp_path / "params.yaml", [sizes], "the test")
    return tmp_path


def test_a_stage_under_torchrun_gives_the_metrics_of_the_stage_alone(project):
    folder = project / "outputs/sentiment/text/lstm"
    alone = run(project, "stages/train_text.py", "lstm", processes=1)
    one = numbers(folder)
    shutil.rmtree(folder)
    said = run(project, "stages/train_text.py", "lstm")
    two = numbers(folder)
    assert list(one) == list(two)
    assert all(alike(one[place], two[place], WITHIN) for place in one)
    assert said.count("train_text: done") == alone.count("train_text: done") == 1
    assert files(folder) == {"model.safetensors", "history.csv", "train.json"}


def killed(project, number, *stage):
    """Start a stage, end one of its ranks after the first whole epoch, and say how torchrun ended."""
    with subprocess.Popen(
        command(*stage), cwd=project, env=environment(project), stderr=subprocess.PIPE, text=True
    ) as process:
        deadline = time.monotonic() + 120
        while not list(project.glob(".dvc/tmp/floodmark/*/*/emulate/last.safetensors")):
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        ranks = [
            child for child in psutil.Process(process.pid).children() if child.environ().get("RANK") == str(number)
        ]
        ranks[0].send_signal(signal.SIGKILL)
        said = process.communicate(timeout=120)[1]
    return process.returncode, said


@pytest.mark.parametrize(("number", "processes"), [(0, 1), (1, PROCESSES)])
def test_a_killed_rank_ends_all_leaves_nothing_and_is_resumed(project, number, processes):
    """By as many processes to the same bytes, and by one to the same metrics."""
    stage, folder = ("stages/train_water.py", "unet"), project / "outputs/water/models/unet"
    run(project, *stage)
    whole, scores = {name: (folder / name).read_bytes() for name in files(folder)}, numbers(folder)
    shutil.rmtree(folder)
    status, said = killed(project, number, *stage)
    assert status != 0, said
    assert not folder.exists()
    if number:  # the first one's unfinished outputs stay out of sight where nothing lets it remove them
        assert list((project / ".floodmark/partial").iterdir()) == []
    assert "going on after epoch" in run(project, *stage, processes=processes)
    again = {name: (folder / name).read_bytes() for name in files(folder)}
    assert again == whole if processes == PROCESSES else list(again) == list(whole)
    assert all(alike(value, scores[place], WITHIN) for place, value in numbers(folder).items())
    assert list((project / ".floodmark/partial").iterdir()) == []
    assert not list(project.glob(".dvc/tmp/floodmark/*/*/"))


def test_a_mistake_is_told_once_and_ends_all(project):
    said = run(project, "stages/train_text.py", "gru", status=1)
    assert said.count("dvc.yaml has no stage train_text@gru") == 1
    assert not (project / "outputs/sentiment").exists() or files(project / "outputs/sentiment") == set()
    assert list((project / "temporary").glob("floodmark-*")) == []
