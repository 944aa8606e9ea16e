"""Jobs of the tests' SLURM: what it says of them, and the moment at which a training has something to lose."""

import os
import re
import subprocess
import sys
import time

from tests.cluster.conftest import TARGET
from tests.cluster.nodes import call
from tests.pipeline.projects import environment

PATIENCE = 300


def describe(job, slurm):
    """What SLURM says of a job, or of each task of an array, by key."""
    said = call("scontrol", "show", "job", "--oneliner", job, **slurm)
    assert said.returncode == 0, said.stderr
    return [dict(re.findall(r"(\w+)=(\S*)", line)) for line in said.stdout.splitlines()]


def active(slurm):
    """The numbers of the jobs that wait or run."""
    return call("squeue", "--noheader", "--format=%i", **slurm).stdout.split()


def wait_for(true, what):
    deadline = time.monotonic() + PATIENCE
    while not (found := true()):
        assert time.monotonic() < deadline, f"{what} did not happen in {PATIENCE} s"
        time.sleep(0.1)
    return found


def checkpoint(project, stage=TARGET):
    """Wait for the first state that a training keeps."""
    work = project / ".dvc/tmp/floodmark" / stage
    return wait_for(lambda: list(work.glob("**/last.safetensors")), f"a checkpoint of {stage}")


def submit(project, slurm, *command, **variables):
    """The number of a job after `sbatch`."""
    done = subprocess.run(
        ["sbatch", "--parsable", *command],
        cwd=project, env=environment(**slurm, **variables), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def ended(job, slurm):
    """What SLURM says of a job once it has ended."""
    states = ("PENDING", "RUNNING", "COMPLETING", "CONFIGURING", "REQUEUED")
    wait_for(lambda: all(task["JobState"] not in states for task in describe(job, slurm)), f"the end of job {job}")
    return describe(job, slurm)


def launch(project, slurm, *command, **variables):
    """`dvc repro` that has its stages run by SLURM, in a process group of its own; its output goes to `launch.log`."""
    variables = environment(FLOODMARK_LAUNCH="slurm", **slurm, **variables)
    with (project / "timings/launch.log").open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "dvc", "repro", *command],
            cwd=project, env=variables, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def log(project):
    return (project / "timings/launch.log").read_text()


def end_group(process, number):
    os.killpg(process.pid, number)
    return process.wait(60)
