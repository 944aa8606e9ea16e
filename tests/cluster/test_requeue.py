"""What is stopped in the midst of a training and started again by SLURM ends with the bytes of a run that was not."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.conftest import TARGET
from tests.cluster.jobs import active, checkpoint, describe, ended, launch, log, submit, wait_for
from tests.cluster.nodes import call
from tests.pipeline.projects import call as run
from tests.pipeline.projects import copy_project

pytestmark = [pytest.mark.slow, pytest.mark.cluster]


def test_an_allocation_that_reaches_its_time_limit_goes_on_from_the_checkpoint(untrained, finished, slurm, tmp_path):
    def near(job, project):
        # What SLURM itself sends to the batch script a minute before the limit.
        call("scancel", "--batch", "--signal=USR1", job, **slurm)

    said = _stopped(untrained, finished, slurm, tmp_path, near)
    assert "the time limit is near" in said


def test_an_allocation_that_slurm_preempts_goes_on_from_the_checkpoint(untrained, finished, slurm, tmp_path):
    def preempt(job, project):
        _preempt(job, project, slurm)

    said = _stopped(untrained, finished, slurm, tmp_path, preempt)
    assert "DUE TO PREEMPTION" in said
    assert "the time limit is near" not in said


def test_an_allocation_that_is_cancelled_does_not_start_again(project, slurm):
    target = ("--force", "--single-item", TARGET)
    job = submit(project, slurm, "--output=repro.out", "slurm/repro.sbatch", *target, MLFLOW_TRACKING_URI="none")
    checkpoint(project)
    call("scancel", job, **slurm)
    (told,) = ended(job, slurm)
    assert (told["JobState"], told["Restarts"]) == ("CANCELLED", "0")
    assert not [path for path in (project / ".floodmark/partial").rglob("*") if path.is_file()]


def _preempt(job, project, slurm):
    """A job of more weight that needs both nodes; SLURM alone then requeues the other, which nobody asked it to."""
    urgent = ("--partition=urgent", "--exclusive", "--nodes=2", "--output=/dev/null", "--wrap=sleep 1")
    weightier = submit(project, slurm, *urgent)
    wait_for(lambda: describe(job, slurm)[0]["Restarts"] == "1", "a requeue")
    assert ended(weightier, slurm)[0]["JobState"] == "COMPLETED"


def _stopped(untrained, finished, slurm, tmp_path, stop):
    """What `slurm/repro.sbatch` says when it is stopped in a training, in the end with the bytes of `finished`."""
    project = copy_project(untrained, tmp_path / "a copy")
    job = submit(project, slurm, "--output=repro.out", "slurm/repro.sbatch", TARGET, MLFLOW_TRACKING_URI="none")
    checkpoint(project)
    stop(job, project)
    wait_for(lambda: describe(job, slurm)[0]["Restarts"] == "1", "a requeue")
    (told,) = ended(job, slurm)
    said = (project / "repro.out").read_text()
    assert told["JobState"] == "COMPLETED", said
    assert "going on after epoch" in said
    assert "had been killed" not in said  # DVC's locks were left in order
    assert (project / "dvc.lock").read_bytes() == (finished / "dvc.lock").read_bytes()
    shutil.rmtree(project)
    return said


def test_a_stage_that_slurm_preempts_goes_on_while_its_caller_waits(project, finished, slurm):
    caller = launch(project, slurm, "--force", "--single-item", TARGET)
    checkpoint(project)
    (job,) = active(slurm)
    (told,) = describe(job, slurm)
    assert [told[key] for key in ("JobName", "NumCPUs", "MinMemoryNode", "TimeLimit")] == [
        f"floodmark-{TARGET}", "1", "2G", "00:30:00",
    ]  # fmt: skip
    _preempt(job, project, slurm)
    assert caller.wait(300) == 0, log(project)
    assert describe(job, slurm)[0]["Restarts"] == "1"
    assert "DUE TO PREEMPTION" in log(project)
    assert "is pending (" in log(project)
    assert "going on after epoch" in log(project)
    assert (project / "dvc.lock").read_bytes() == (finished / "dvc.lock").read_bytes()
    counted = (
        "import mlflow, sys; print(len(mlflow.search_runs(search_all_experiments=True, filter_string=sys.argv[1])))"
    )
    uri = {"MLFLOW_TRACKING_URI": f"sqlite:///{project / 'mlflow.db'}"}
    assert run(project, sys.executable, "-c", counted, f"tags.`dvc.stage` = '{TARGET}'", **uri).stdout.strip() == "1"


def test_a_task_of_a_sweep_that_is_started_again_records_once(project, slurm):
    (project / "sweep.txt").write_text(f"{TARGET}.learning_rate=0.004\n")
    sweep = ("--array=1", "--output=sweep.out", "slurm/sweep.sbatch", "sweep.txt", TARGET)
    job = submit(project, slurm, *sweep, MLFLOW_TRACKING_URI="http://127.0.0.1:9")  # where nobody answers
    checkpoint(project)
    clone = Path(os.environ.get("SLURM_TMPDIR") or os.environ.get("TMPDIR") or "/tmp", f"floodmark-{os.getuid()}-{job}")
    assert clone.stat().st_mode & 0o777 == 0o700
    call("scontrol", "requeue", job, **slurm)
    wait_for(lambda: describe(job, slurm)[0]["Restarts"] == "1", "a requeue")
    (told,) = ended(job, slurm)
    assert told["JobState"] == "COMPLETED", (project / "sweep.out").read_text()
    assert "going on after epoch" in (project / "sweep.out").read_text()
    refs = run(project, "git", "for-each-ref", "refs/exps").stdout
    assert refs.count("\n") == 1
    (told,) = ended(submit(project, slurm, *sweep), slurm)
    assert told["JobState"] == "COMPLETED"
    assert run(project, "git", "for-each-ref", "refs/exps").stdout == refs
    name = refs.strip().rpartition("/")[2]
    _mirrored_later(project, name)
    assert subprocess.check_output(["tail", "--lines=1", "sweep.out"], cwd=project, text=True) == f"{name}\n"


def _mirrored_later(project, name):
    """The command that a task gives when MLflow did not answer puts its experiment there."""
    said = (project / "sweep.out").read_text()
    assert f"{name} is not in MLflow" in said
    (command,) = re.findall(r"^  (cd .* mlflow; })$", said, re.MULTILINE)
    uri = {"MLFLOW_TRACKING_URI": f"sqlite:///{project / 'mlflow.db'}"}
    run(project, "bash", "-uc", command, PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}", **uri)
    counted = "import mlflow, sys; print(*mlflow.search_runs(search_all_experiments=True, filter_string=sys.argv[1])"
    query = f"tags.`dvc.experiment` = '{name}' and tags.`dvc.stage` = '{TARGET}'"
    learned = f"{counted}['params.{TARGET}.learning_rate'])"
    assert run(project, sys.executable, "-c", learned, query, **uri).stdout.split() == ["0.004"]
