"""The mirror into MLflow: from files alone, never twice, and never in the pipeline's way."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from floodmark.dag import StageEntry
from floodmark.mirror import identity, upstream

PIPELINE = """
stages:
  train:
    matrix:
      model: [small]
    cmd: stages/run cuda stages/train.py ${item.model}
    desc: trains
    deps: [data/x.txt]
    params: [train.rate]
    outs: ["outputs/${item.model}"]
    metrics:
      - outputs/train.json: {cache: false}
  report:
    cmd: stages/run geo stages/report.py
    deps: [outputs/train.json]
    params: [train.rate]
    outs: [outputs/index.html]
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "outputs/small").mkdir(parents=True)
    (tmp_path / "dvc.yaml").write_text(PIPELINE)
    (tmp_path / "params.yaml").write_text("train:\n  rate: 0.5\n")
    (tmp_path / "outputs/train.json").write_text('{"score": {"test": 0.75, "none": null}, "text": "a"}')
    (tmp_path / "outputs/small/history.csv").write_text("epoch,loss\n1,0.5\n2,0.25\n")
    (tmp_path / "outputs/small/map.png").write_bytes(b"png")
    (tmp_path / "outputs/index.html").write_text("<html>")
    (tmp_path / "data.dvc").write_text("outs:\n- {md5: abc.dir, path: data}\n")
    # What a rerun leaves behind until DVC writes it anew: the next stage still names the old output.
    (tmp_path / "dvc.lock").write_text(
        "stages:\n  train@small:\n    outs:\n    - {path: outputs/train.json, md5: new}\n"
        "  report:\n    deps:\n    - {path: outputs/train.json, md5: old}\n"
    )
    (tmp_path / ".gitignore").write_text("/mlflow.db*\n/mlartifacts/\n/.dvc/tmp/\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def mirror(project, *addresses, uri=None, **extra):
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW", "DVC"))}
    environment |= {"PYTHONPATH": os.path.abspath("src"), **extra}
    if uri:
        environment["MLFLOW_TRACKING_URI"] = uri
    command = [sys.executable, "-m", "floodmark.tracking", *addresses]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)


def runs(project):
    client, found = every_run(project)
    return client, {run.info.run_name: run for run in found}, len(found)


def every_run(project):
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{project / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("floodmark")
    return client, client.search_runs([experiment.experiment_id], max_results=100)


def test_a_stage_becomes_a_child_with_params_metrics_curves_and_figures(project):
    result = mirror(project, "train@small", DVC_EXP_NAME="brisk-rain")
    assert result.returncode == 0, result.stderr
    client, found, _ = runs(project)
    run = found["train@small"]
    assert run.data.params == {"train.rate": "0.5"}
    assert run.data.metrics["score.test"] == 0.75
    history = client.get_metric_history(run.info.run_id, "curve.loss")
    assert [(item.step, item.value) for item in history] == [(1, 0.5), (2, 0.25)]
    assert [item.path for item in client.list_artifacts(run.info.run_id, "figures")] == ["figures/map.png"]
    assert run.data.tags["dvc.experiment"] == "brisk-rain"
    assert run.data.tags["mlflow.parentRunId"] == found["brisk-rain"].info.run_id
    assert found["brisk-rain"].info.status == "FINISHED"
    assert run.info.status == "FINISHED"


def test_throughput_is_recorded_of_the_stage_that_ran_and_of_no_other(project):
    """That of a stage from the cache may be of another run."""
    (project / "timings").mkdir()
    told = {"samples_per_second": 80.0, "step_seconds": 0.2, "waiting_share": 0.01, "steps": 9}
    for address in ("train@small", "report"):
        (project / f"timings/{address}.training.json").write_text(json.dumps(told))
    assert mirror(project, "report", DVC_EXP_NAME="e").returncode == 0
    _, found, _ = runs(project)
    assert found["report"].data.metrics == {key: told[key] for key in told if key != "steps"}
    assert "waiting_share" not in found["train@small"].data.metrics
    assert mirror(project, "train@small", DVC_EXP_NAME="f").returncode == 0
    latest = [run for run in every_run(project)[1] if run.data.tags["dvc.experiment"] == "f"]
    assert [run.data.metrics.get("samples_per_second") for run in latest if run.info.run_name == "train@small"] == [
        80.0
    ]


def test_what_a_stage_ran_in_is_recorded_of_the_one_that_ran_and_of_no_other(project):
    (project / "timings").mkdir()
    for address in ("train@small", "report"):
        timing = {"engine": "podman", "image_id": "sha256:ab", "seconds": 1.0}
        (project / f"timings/{address}.json").write_text(json.dumps(timing))
    assert mirror(project, "report", DVC_EXP_NAME="e").returncode == 0
    _, found, _ = runs(project)
    tags = found["report"].data.tags
    assert (tags["floodmark.engine"], tags["floodmark.image_id"]) == ("podman", "sha256:ab")
    assert "floodmark.engine" not in found["train@small"].data.tags


def test_data_is_named_by_the_digest_it_has_now(project):
    mirror(project, "report", DVC_EXP_NAME="e")
    _, found, _ = runs(project)
    digests = {item.dataset.name: item.dataset.digest for name in found for item in found[name].inputs.dataset_inputs}
    assert digests == {"data/x.txt": "abc.dir", "outputs/train.json": "new"}


def test_an_untrained_model_is_recorded_without_a_curve(project):
    (project / "outputs/small/history.csv").write_text("epoch,loss\nnan,nan\n")
    assert mirror(project, "report", DVC_EXP_NAME="e").returncode == 0
    assert runs(project)[1]["e"].info.status == "FINISHED"


def test_the_command_says_that_a_server_is_silent_without_a_traceback(project):
    (project / "src").mkdir()
    environment = {
        **os.environ,
        "PYTHONPATH": os.path.abspath("src"),
        "MLFLOW_TRACKING_URI": "postgresql://127.0.0.1:1/x",
    }
    command = [sys.executable, "-m", "floodmark.cli", "mlflow"]
    result = subprocess.run(command, cwd=project / "src", env=environment, capture_output=True, text=True)
    assert result.returncode == 2
    assert "does not answer" in result.stderr
    assert "Traceback" not in result.stderr


APART = """
  apart:
    cmd: stages/run geo stages/apart.py
    deps: [data/y.txt]
    params: [train.rate]
    outs: [outputs/apart]
"""


def test_a_stage_backfills_what_it_depends_on_and_nothing_else(project):
    (project / "dvc.yaml").write_text(PIPELINE + APART)
    (project / "outputs/apart").mkdir()
    assert mirror(project, "train@small", DVC_EXP_NAME="e").returncode == 0
    assert set(runs(project)[1]) == {"e", "train@small"}
    (project / "outputs/train.json").write_text('{"score": 2}')
    assert mirror(project, "report", DVC_EXP_NAME="e").returncode == 0
    _, found, number = runs(project)
    assert set(found) == {"e", "train@small", "report"}
    assert number == 4  # train@small has other outputs, so it is there twice
    assert {run.info.status for run in found.values()} == {"FINISHED"}


def test_the_command_records_every_stage_that_has_its_files(project):
    (project / "dvc.yaml").write_text(PIPELINE + APART)
    (project / "outputs/apart").mkdir()
    (project / "outputs/index.html").unlink()
    (project / "src").mkdir()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW", "DVC"))}
    environment |= {"PYTHONPATH": os.path.abspath("src"), "DVC_EXP_NAME": "e"}
    command = [sys.executable, "-m", "floodmark.cli", "mlflow"]
    result = subprocess.run(command, cwd=project / "src", env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert set(runs(project)[1]) == {"e", "train@small", "apart"}


def test_what_depends_on_what_goes_through_others_and_matches_whole_names():
    def entry(address, deps, outs):
        return StageEntry(address, address, None, deps, outs, (), ())

    listed = [
        entry("first", (), ("outputs/a",)),
        entry("alike", (), ("outputs/ab",)),
        entry("second", ("outputs/a/part.csv",), ("outputs/b/x",)),
        entry("third", ("outputs/b",), ("outputs/c",)),
    ]
    stages = {stage.address: stage for stage in listed}
    assert [stage.address for stage in upstream(stages, ["third"])] == ["third", "second", "first"]


KILLED = """
import os, sys
import mlflow.tracking
calls, at = [], int(sys.argv[1])
def dying(method):
    def call(self, *arguments, **named):
        calls.append(method.__name__)
        if len(calls) > at:
            os._exit(9)
        return method(self, *arguments, **named)
    return call
for name in ("create_run", "log_batch", "log_inputs", "log_artifact", "set_terminated", "set_tag"):
    setattr(mlflow.tracking.MlflowClient, name, dying(getattr(mlflow.tracking.MlflowClient, name)))
from floodmark.tracking import main
sys.exit(main(["train@small"]))
"""


@pytest.mark.parametrize("calls", [3, *(pytest.param(calls, marks=pytest.mark.slow) for calls in (5, 7, 8))])
@pytest.mark.slow
def test_a_mirror_killed_halfway_is_done_again(project, calls):
    # The parent takes the first two calls; the child has create, params, metrics, inputs, figure, end and tag.
    environment = {**os.environ, "PYTHONPATH": os.path.abspath("src"), "DVC_EXP_NAME": "e"}
    environment.pop("MLFLOW_TRACKING_URI", None)
    command = [sys.executable, "-c", KILLED, str(calls)]
    assert subprocess.run(command, cwd=project, env=environment).returncode == 9
    assert mirror(project, "train@small", DVC_EXP_NAME="e").returncode == 0
    client, found, number = runs(project)
    assert number == 3  # the parent, the half and the whole
    assert {run.info.status for run in client.search_runs([found["e"].info.experiment_id])} <= {"FINISHED", "KILLED"}
    complete = client.search_runs([found["e"].info.experiment_id], "tags.`floodmark.outputs` != ''")
    assert [run.info.status for run in complete] == ["FINISHED"]
    assert complete[0].data.metrics["score.test"] == 0.75
    assert client.list_artifacts(complete[0].info.run_id, "figures")
    assert mirror(project, "train@small", DVC_EXP_NAME="e").returncode == 0
    assert runs(project)[2] == 3


def test_more_params_than_one_call_takes_are_all_recorded(project):
    (project / "dvc.yaml").write_text(PIPELINE.replace("[train.rate]", "[train]"))
    many = "".join(f"  key{number}: {number}\n" for number in range(230))
    (project / "params.yaml").write_text("train:\n" + many)
    assert mirror(project, "train@small", DVC_EXP_NAME="e").returncode == 0
    assert len(runs(project)[1]["train@small"].data.params) == 230


def test_untracked_files_of_any_name_and_kind_are_part_of_the_identity(project, monkeypatch):
    monkeypatch.chdir(project)
    monkeypatch.delenv("DVC_EXP_NAME", raising=False)
    seen = [identity()["git.uncommitted"]]

    def changed():
        seen.append(identity()["git.uncommitted"])
        assert seen[-1] not in seen[:-1]

    (project / "Überflutung \n2.txt").write_text("one")
    changed()
    (project / "Überflutung \n2.txt").write_text("two")
    changed()
    Path(os.fsdecode(b"not utf-8 \xff")).touch()
    changed()
    (project / "folder").symlink_to("outputs")
    changed()
    (project / "nowhere").symlink_to("absent")
    changed()
    subprocess.run(["git", "init", "-q", "nested"], check=True)
    (project / "nested/file").touch()
    changed()
    assert identity()["git.uncommitted"] == seen[-1]


def test_a_large_untracked_file_is_not_read(project, monkeypatch):
    monkeypatch.chdir(project)
    with (project / "large.bin").open("wb") as file:
        file.truncate(2**21)
    before = identity()
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(str(path)) if path.name == "large.bin" else b"")
    first = identity()["git.uncommitted"]
    with (project / "large.bin").open("ab") as file:
        file.write(b"more")
    assert identity()["git.uncommitted"] != first
    assert before["git.revision"] == "no-commit"


@pytest.mark.slow
def test_equal_outputs_are_recorded_once_and_changed_ones_again(project):
    for _ in range(2):
        assert mirror(project, "train@small", DVC_EXP_NAME="e").returncode == 0
    assert runs(project)[2] == 2
    (project / "outputs/train.json").write_text('{"score": 1}')
    mirror(project, "train@small", DVC_EXP_NAME="e")
    assert runs(project)[2] == 3


@pytest.mark.slow
def test_without_an_experiment_the_parent_is_head_and_what_is_uncommitted(project):
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", *identity, "commit", "-q", "--allow-empty", "-m", "x"], cwd=project, check=True)
    mirror(project, "train@small")
    # Outputs and the lock change while a pipeline runs and must not open another parent.
    (project / "timings").mkdir()
    mirror(project, "report")
    parents = [name for name, run in runs(project)[1].items() if run.data.tags["floodmark.role"] == "pipeline"]
    assert len(parents) == 1
    (project / "params.yaml").write_text("train:\n  rate: 0.25\n")
    mirror(project, "report")
    parents = [name for name, run in runs(project)[1].items() if run.data.tags["floodmark.role"] == "pipeline"]
    assert len(parents) == 2


@pytest.mark.slow
def test_four_at_once_on_a_fresh_database_all_arrive(project):
    command = [sys.executable, "-m", "floodmark.tracking", "train@small"]
    base = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW", "DVC"))}
    base["PYTHONPATH"] = os.path.abspath("src")
    together = [
        subprocess.Popen(command, cwd=project, env={**base, "DVC_EXP_NAME": f"e{number}"}) for number in range(4)
    ]
    assert [process.wait(120) for process in together] == [0, 0, 0, 0]
    assert runs(project)[2] == 8


def test_a_dead_server_costs_under_five_seconds_and_is_asked_once(project):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = time.monotonic()
    first = mirror(project, "train@small", uri=f"http://127.0.0.1:{port}")
    second = mirror(project, "report", uri=f"http://127.0.0.1:{port}")
    assert time.monotonic() - started < 5
    assert "does not answer" in first.stderr
    assert "earlier in this run" in second.stderr
    assert "Traceback" not in first.stderr


def test_a_server_that_takes_calls_and_never_answers_costs_at_most_five_seconds_once(project):
    with socket.create_server(("127.0.0.1", 0)) as server:
        uri = f"http://127.0.0.1:{server.getsockname()[1]}"
        first = time.monotonic()
        assert mirror(project, "train@small", uri=uri).returncode == 1
        second = time.monotonic()
        assert "earlier in this run" in mirror(project, "report", uri=uri).stderr
        third = time.monotonic()
    imports = 4  # seconds that Python and MLflow take to load on a busy machine
    assert second - first < 5 + imports
    assert third - second < imports


@pytest.mark.slow
def test_a_real_server_is_written_to(project, tmp_path_factory):
    store = tmp_path_factory.mktemp("server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{store}/m.db", "--artifacts-destination", str(store / "artifacts")]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, cwd=store, start_new_session=True, **quiet)
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            # A real question, which makes it open its database: the first answer of a cold server takes seconds.
            ask = f"http://127.0.0.1:{port}/api/2.0/mlflow/experiments/get-by-name?experiment_name=Default"
            try:
                urllib.request.urlopen(ask, timeout=60).read()
                break
            except OSError:
                time.sleep(0.5)
        result = mirror(project, "report", uri=f"http://127.0.0.1:{port}", DVC_EXP_NAME="remote")
        assert result.returncode == 0, result.stderr
        assert not Path(project / "mlflow.db").exists()
        from mlflow.tracking import MlflowClient

        client = MlflowClient(tracking_uri=f"sqlite:///{store}/m.db")
        experiment = client.get_experiment_by_name("floodmark")
        names = {run.info.run_name for run in client.search_runs([experiment.experiment_id])}
        assert names == {"remote", "train@small", "report"}
    finally:
        os.killpg(server.pid, 15)
        server.wait(20)
