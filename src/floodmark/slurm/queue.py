"""What SLURM says of jobs, through the commands that every cluster has; accounting is asked only where it must be."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from typing import Any

from floodmark.errors import UserError

ENDED = (
    "COMPLETED",
    "FAILED",
    "CANCELLED",
    "TIMEOUT",
    "NODE_FAIL",
    "OUT_OF_MEMORY",
    "BOOT_FAIL",
    "DEADLINE",
    "PREEMPTED",
    "REVOKED",
)
"""States from which a job does not come back; one that was requeued is PENDING again."""
SILENT = "UNKNOWN"
"""The state of a job while SLURM does not answer: a controller that is being restarted loses no job."""

LONGEST_ANSWER = 30
"""Seconds after which a command is given up: without a controller some try for minutes."""


@dataclass(frozen=True)
class State:
    """What SLURM says of a job.

    Attributes:
        name: Such as ``RUNNING``.
        reason: Why it waits, or what SLURM answered where it could not say.
        status: Exit status; 128 + N if ended by signal N.
    """

    name: str
    reason: str
    status: int


@dataclass(frozen=True)
class Job:
    """A job that waits or runs: its number, the comment it was submitted with, and its folder."""

    number: str
    comment: str
    folder: str


def active_jobs(name: str) -> list[Job]:
    """The caller's jobs of one name that have not ended.

    Raises:
        UserError: if SLURM is absent or does not answer.
    """
    found = ask("squeue", "--noheader", f"--user={os.getuid()}", f"--name={name}", "--format=%i %k %Z")
    if found.returncode:
        raise UserError(f"squeue says: {found.stderr.strip()}; see that `sinfo` answers, or unset FLOODMARK_LAUNCH")
    return [Job(*line.split(" ", 2)) for line in found.stdout.splitlines()]


def state(job: str) -> State:
    """The state of a job; one that SLURM has forgotten is looked up in its accounting.

    Raises:
        UserError: if SLURM is absent, or has forgotten the job and keeps no accounting.
    """
    shown = ask("scontrol", "show", "job", "--oneliner", job)
    if shown.returncode == 0:
        found = dict(re.findall(r"\b(JobState|Reason|ExitCode)=(\S+)", shown.stdout))
        return State(found["JobState"], found["Reason"], _status(found["ExitCode"]))
    if "Invalid job id" not in shown.stderr:
        return State(SILENT, shown.stderr.strip(), 1)
    kept = ask("sacct", "--allocations", "--noheader", "--parsable2", f"--jobs={job}", "--format=State,ExitCode")
    name, _, code = kept.stdout.strip().partition("|")
    if kept.returncode or not code:
        raise UserError(f"SLURM has forgotten job {job} and keeps no accounting: run `dvc repro` again")
    return State(name.split()[0], "None", _status(code))


def _status(code: str) -> int:
    """An exit status from SLURM's ``status:signal``."""
    status, _, number = code.partition(":")
    return int(status) or (128 + int(number) if int(number) else 0)


def ask(*command: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run one of SLURM's commands, out of reach of a Ctrl-C that would stop it half-way; no answer is a failure.

    Raises:
        UserError: if it is not installed here.
    """
    options: dict[str, Any] = {"capture_output": True, "text": True, "env": env, "start_new_session": True}
    try:
        return subprocess.run(command, check=False, timeout=LONGEST_ANSWER, **options)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"no answer in {LONGEST_ANSWER} s")
    except FileNotFoundError as error:
        raise UserError(
            f"{command[0]} is not to be found, and FLOODMARK_LAUNCH=slurm needs it: load your cluster's SLURM module, "
            "or unset FLOODMARK_LAUNCH to run stages here"
        ) from error
