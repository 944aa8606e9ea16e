"""SLURM: is it there, does its controller answer, and are we inside a job?"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from floodmark.doctor.ask import ask
from floodmark.doctor.finding import Finding, ok, problem, warning

if TYPE_CHECKING:
    from pathlib import Path

VARIABLE = "FLOODMARK_LAUNCH"
LOCAL, SLURM = WAYS = ("local", "slurm")


def slurm(root: Path) -> list[Finding]:
    """How stages are started, and the partitions they could be sent to."""
    way = os.environ.get(VARIABLE) or LOCAL
    if way not in WAYS:
        step = f"set {VARIABLE} to one of {', '.join(WAYS)}, or unset it"
        return [problem("launch", f"{VARIABLE}={way} is no way to start a stage", step)]
    job = os.environ.get("SLURM_JOB_ID")
    found = [ok("launch", "stages are jobs of their own (slurm)" if way == SLURM else "stages start here (local)")]
    found += [ok("job", f"this is inside SLURM's job {job}")] if job else []
    return [*found, _partitions(way == SLURM)]


def _partitions(wanted: bool) -> Finding:
    bad = problem if wanted else warning
    missing = [name for name in ("sbatch", "sinfo") if shutil.which(name) is None]
    if missing:
        if len(missing) == 2 and not wanted:
            return ok("slurm", "not installed, and not asked for")
        step = f"run this where SLURM's commands are (a login node), or unset {VARIABLE}"
        return bad("slurm", f"not installed: {', '.join(missing)}", step)
    answer = ask("sinfo", "--noheader", "--format=%P|%a|%D|%T")
    if answer.status != 0:
        step = "see that slurmctld runs and that SLURM_CONF or /etc/slurm/slurm.conf names it"
        return bad("slurm", f"the controller does not answer: {answer.reason}", step)
    return partitions(answer.out, wanted, os.environ.get("SBATCH_PARTITION"))


def partitions(told: str, wanted: bool, chosen: str | None) -> Finding:
    """What `sinfo` told: a line per partition and state of nodes, the default partition marked by a star."""
    rows = [line.split("|") for line in told.splitlines() if line.count("|") == 3]
    names = sorted({row[0].rstrip("*") for row in rows})
    default = chosen or next((row[0].rstrip("*") for row in rows if row[0].endswith("*")), None)
    said = "; ".join(f"{row[0].rstrip('*')} ({row[1]}): {row[2]} {row[3]}" for row in rows) or "no partition"
    step = f"export SBATCH_PARTITION=NAME, one of {', '.join(names)}" if names else "ask who runs the cluster"
    if default is None:
        return warning("slurm", f"no default partition; {said}", step)
    if default not in names:
        return (problem if wanted else warning)("slurm", f"no partition {default}; {said}", step)
    return ok("slurm", f"jobs go to {default}; {said}")
