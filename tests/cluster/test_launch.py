"""A stage as a job of SLURM: found again, cancelled, refused."""

import signal
import subprocess

import pytest

from tests.cluster.conftest import TARGET, lay
from tests.cluster.jobs import active, checkpoint, describe, end_group, ended, launch, log, wait_for
from tests.pipeline.projects import environment

pytestmark = [pytest.mark.slow, pytest.mark.cluster]
QUIET = {"MLFLOW_TRACKING_URI": "none"}


def test_a_job_whose_caller_was_killed_is_found_again(project, finished, slurm):
    caller = launch(project, slurm, "--force", "--single-item", TARGET, **QUIET)
    checkpoint(project)
    (job,) = active(slurm)
    end_group(caller, signal.SIGKILL)
    caller = launch(project, slurm, "--force", "--single-item", TARGET, **QUIET)
    assert caller.wait(300) == 0, log(project)
    assert f"job {job} runs it already" in log(project)
    assert "going on after epoch" not in log(project)
    assert (project / "dvc.lock").read_bytes() == (finished / "dvc.lock").read_bytes()


def test_a_job_on_what_has_changed_since_is_cancelled_and_ctrl_c_cancels_the_new_one(project, slurm):
    caller = launch(project, slurm, "--single-item", "--force", TARGET, **QUIET)
    (old,) = wait_for(lambda: active(slurm), "a first job")
    end_group(caller, signal.SIGKILL)
    lay(project / "params.yaml", [TARGET, "epochs"], 31)
    caller = launch(project, slurm, "--single-item", TARGET, **QUIET)
    (new,) = wait_for(lambda: [job for job in active(slurm) if job != old], "a second job")
    assert ended(old, slurm)[0]["JobState"] == "CANCELLED"
    checkpoint(project)
    assert end_group(caller, signal.SIGINT) != 0
    assert f"cancelling job {old}" in log(project)
    assert ended(new, slurm)[0]["JobState"] == "CANCELLED"
    assert active(slurm) == []


def test_a_job_gets_the_gpus_it_asks_for_and_counts_for_nothing_when_its_params_were_edited(project, slurm):
    lay(project / "dvc.yaml", ["stages", "generate_storms", "meta"], {"resources": {"gpus": 1}})
    caller = launch(project, slurm, "--force", "--single-item", "generate_storms", **QUIET)
    (job,) = wait_for(lambda: "submitted" in log(project) and active(slurm), "a job")
    lay(project / "params.yaml", ["random", "seed"], 9)
    assert caller.wait(300) != 0
    assert "generate_storms: its deps or params were changed while its job waited or ran" in log(project)
    (told,) = describe(job, slurm)
    assert (told["JobState"], told["NodeList"], told["TresPerNode"]) == ("COMPLETED", "n2", "gres:gpu:1")


def test_what_sbatch_refuses_is_told_in_its_own_words(project, slurm):
    lay(project / "dvc.yaml", ["stages", TARGET, "meta"], {"resources": {"cpus": 3}})
    result = stages_run(project, SBATCH_PARTITION="moon", **slurm)
    assert result.returncode == 2, result.stderr
    assert "invalid partition specified: moon" in result.stderr
    assert "--cpus-per-task=3" in result.stderr


def test_a_job_that_fails_gives_its_exit_status_and_its_output(project, slurm):
    (project / "outputs/windows").rename(project / "hidden")
    result = stages_run(project, **slurm)
    (project / "hidden").rename(project / "outputs/windows")
    assert result.returncode == 2, result.stderr
    assert "outputs/windows is missing" in result.stderr


def stages_run(project, **variables):
    variables = environment(FLOODMARK_LAUNCH="slurm", **variables)
    return subprocess.run(
        ["stages/run", "cuda", f"stages/{TARGET}.py"],
        cwd=project, env=variables, capture_output=True, text=True,
    )  # fmt: skip
