"""MLflow, container engines, images and SLURM."""

import shutil
import sqlite3
import subprocess
import sys

import pytest

from floodmark.doctor import slurm as commands
from floodmark.doctor import tracker as module
from floodmark.doctor.engines import engines, lacking_for_rootless
from floodmark.doctor.images import images
from floodmark.doctor.slurm import partitions, slurm
from floodmark.doctor.sqlite_store import revisions
from floodmark.doctor.tracker import tracker
from tests.doctor.conftest import only, serving


def database(path, version):
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE alembic_version (version_num TEXT)")
        made.execute("INSERT INTO alembic_version VALUES (?)", (version,))
        made.execute("CREATE TABLE runs (run_uuid TEXT)")


def test_the_mirror_may_be_off_or_not_begun(project, monkeypatch):
    assert "will be made" in tracker(project)[0].found
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "none")
    assert "the mirror is off" in tracker(project)[0].found


def test_a_database_is_held_against_the_installed_mlflow(project):
    newest, known = revisions()
    older = sorted(known - {newest})[0]
    for version, state, said in [(newest, "ok", "0 runs"), (older, "problem", older), ("f00d", "problem", "not know")]:
        (project / "mlflow.db").unlink(missing_ok=True)
        database(project / "mlflow.db", version)
        (found,) = tracker(project)
        assert (found.state, said in found.found) == (state, True), found
        assert version != older or "mlflow db upgrade sqlite:///" in found.step
    (project / "mlflow.db").write_text("no database at all, but of some length\n" * 100)
    (found,) = tracker(project)
    assert (found.state, "no database of MLflow" in found.found) == ("problem", True)


@pytest.mark.slow
def test_a_database_that_mlflow_made_is_well(project):
    code = "from mlflow import MlflowClient; MlflowClient('sqlite:///mlflow.db').create_experiment('a')"
    subprocess.run([sys.executable, "-c", code], cwd=project, check=True, capture_output=True)
    (found,) = tracker(project)
    assert (found.state, "schema of the installed MLflow" in found.found) == ("ok", True), found


def test_where_a_database_lies_matters(project, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///runs.db")
    assert [item.state for item in tracker(project)] == ["ok", "warning"]
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{project}/params.yaml/runs.db")
    assert tracker(project)[0].state == "problem"
    monkeypatch.setattr("floodmark.doctor.sqlite_store.is_network", lambda path: True)
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert "use a server" in tracker(project)[1].step


@pytest.mark.parametrize(
    ("status", "body", "state", "said"),
    [
        (200, b"OK", "ok", "answers"),
        (200, b"<html>", "problem", "not as an MLflow server"),
        (401, b"", "warning", "asks who you are"),
        (500, b"", "problem", "HTTP status 500"),
    ],
)
def test_a_server_is_asked_how_it_is(project, monkeypatch, status, body, state, said):
    with serving(status, body) as address:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
        (found,) = tracker(project)
    assert (found.state, said in found.found) == (state, True), found


@pytest.mark.parametrize("scheme", ["http", "postgresql"])
def test_a_server_that_is_not_there_is_a_problem(project, monkeypatch, closed_port, scheme):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"{scheme}://me:secret@127.0.0.1:{closed_port}/floods")
    (found,) = tracker(project)
    assert (found.state, "secret" in str(found)) == ("problem", False)


def test_a_server_that_hangs_is_given_up(project, monkeypatch, hanging_port):
    monkeypatch.setattr(module, "SECONDS", 0.3)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{hanging_port}")
    (found,) = tracker(project)
    assert (found.state, "timed out" in found.found) == ("problem", True)


def test_a_folder_of_files_is_no_store_any_more(project, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", str(project / "mlruns"))
    assert tracker(project)[0].state == "problem"


def test_an_engine_that_is_asked_for_must_be_there(project, monkeypatch):
    monkeypatch.setenv("PATH", str(project))
    assert {item.name: item.state for item in engines(project)} == dict.fromkeys(
        ("engine", "docker", "podman", "apptainer"), "ok"
    )
    monkeypatch.setenv("FLOODMARK_ENGINE", "apptainer")
    found = engines(project)
    assert only(found, "apptainer").state == "problem"
    assert only(found, "docker").state == "ok"
    monkeypatch.setenv("FLOODMARK_ENGINE", "rkt")
    assert "one of local, docker, podman, apptainer" in only(engines(project), "engine").step


@pytest.mark.skipif(shutil.which("docker") is None, reason="needs docker's client")
@pytest.mark.parametrize(("wanted", "state"), [("local", "warning"), ("docker", "problem")])
def test_a_docker_without_its_server(project, monkeypatch, closed_port, wanted, state):
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{closed_port}")
    monkeypatch.setenv("FLOODMARK_ENGINE", wanted)
    found = only(engines(project), "docker")
    assert (found.state, "its server does not answer" in found.found) == (state, True)


def test_rootless_needs_ranges_and_the_programs_that_map_them(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "subuid").write_text("ann:100000:65536\n")
    (tmp_path / "subgid").write_text("1000:100000:65536\n")
    assert lacking_for_rootless("bob", 1001, tmp_path)[:2] == [
        f"{tmp_path / name} has no range for bob" for name in ("subuid", "subgid")
    ]
    assert lacking_for_rootless("ann", 1000, tmp_path) == ["newuidmap is not installed", "newgidmap is not installed"]
    for name in ("newuidmap", "newgidmap"):
        (tmp_path / name).touch(mode=0o755)
    assert lacking_for_rootless("ann", 1000, tmp_path) == []


def test_without_an_engine_no_image_is_needed(project, monkeypatch):
    assert "none is needed" in images(project)[0].found
    monkeypatch.setenv("FLOODMARK_ENGINE", "rkt")
    assert images(project) == []


def test_stages_that_are_to_be_jobs_need_slurm(project, monkeypatch):
    monkeypatch.setenv("PATH", str(project))
    assert [item.state for item in slurm(project)] == ["ok", "ok"]
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    assert "job 7" in only(slurm(project), "job").found
    monkeypatch.setenv("FLOODMARK_LAUNCH", "slurm")
    found = only(slurm(project), "slurm")
    assert (found.state, "sbatch, sinfo" in found.found) == ("problem", True)
    monkeypatch.setenv("FLOODMARK_LAUNCH", "pbs")
    assert only(slurm(project), "launch").state == "problem"


@pytest.mark.skipif(shutil.which("sinfo") is None, reason="needs SLURM's commands")
def test_a_controller_that_is_not_there(project, monkeypatch, closed_port):
    config = project / "slurm.conf"
    config.write_text(
        f"ClusterName=a\nSlurmctldHost=localhost(127.0.0.1)\nSlurmctldPort={closed_port}\nAuthType=auth/none\n"
        "NodeName=n1 NodeAddr=127.0.0.1\nPartitionName=all Nodes=n1 Default=YES\n"
    )
    monkeypatch.setenv("SLURM_CONF", str(config))
    real = commands.ask
    monkeypatch.setattr(commands, "ask", lambda *command: real(*command, seconds=1))  # it tries for longer than we wait
    monkeypatch.setenv("FLOODMARK_LAUNCH", "slurm")
    found = only(slurm(project), "slurm")
    assert (found.state, "does not answer" in found.found) == ("problem", True), found


@pytest.mark.parametrize(
    ("told", "chosen", "state", "said"),
    [
        ("debug*|up|2|idle\nlong|up|1|down*\n", None, "ok", "jobs go to debug; debug (up): 2 idle"),
        ("debug*|up|2|idle\nlong|up|1|idle\n", "long", "ok", "jobs go to long"),
        ("debug*|up|2|idle\n", "gpu", "problem", "no partition gpu"),
        ("debug|up|2|idle\n", None, "warning", "no default partition"),
        ("", None, "warning", "no partition"),
    ],
)
def test_the_partition_that_jobs_go_to(told, chosen, state, said):
    found = partitions(told, True, chosen)
    assert (found.state, said in found.found) == (state, True), found
