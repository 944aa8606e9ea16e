"""The commands of docs/how-to/slurm.md, run as they stand on two nodes: one allocation, a job per stage, a sweep."""

import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from floodmark import yaml12
from tests.cluster.jobs import active, describe, wait_for
from tests.pipeline.projects import ROOT, call, copy_project, environment

pytestmark = [pytest.mark.slow, pytest.mark.cluster]
PAGE = ROOT / "docs/how-to/slurm.md"


def blocks(heading):
    """The commands under a heading, block by block."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^```\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)


def read(project, slurm, heading):
    """Run what stands under a heading, each block when the jobs of the one before have ended; all that was printed."""
    said = ""
    variables = environment(**slurm)
    variables["PATH"] = f"{Path(sys.executable).parent}:{variables['PATH']}"
    for commands in blocks(heading):
        done = subprocess.run(
            ["bash", "-euc", commands], cwd=project, env=variables, capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"
        said += done.stdout + done.stderr
        wait_for(lambda: not active(slurm), f"the end of: {commands}")
    return said


def stages(project):
    return yaml12.load((project / "dvc.lock").read_text(encoding="utf-8"))["stages"]


def test_the_page_from_an_allocation_to_a_sweep(untouched, slurm, tmp_path):
    project, here = copy_project(untouched, tmp_path / "a copy"), copy_project(untouched, tmp_path / "without SLURM")
    said = read(project, slurm, "One allocation")
    (job,) = re.findall(r"Submitted batch job (\d+)", said)
    assert describe(job, slurm)[0]["JobState"] == "COMPLETED", (project / f"slurm-{job}.out").read_text()
    said = read(project, slurm, "A job per stage")
    assert "train_text@transformer: submitted as job" in said
    # The same bytes as without SLURM.
    call(here, "dvc", "repro", "train_text", OMP_NUM_THREADS="1", MLFLOW_TRACKING_URI="none")
    assert len(stages(here)) == 5
    assert stages(project) == stages(here)

    said = read(project, slurm, "A sweep")
    (array,) = re.findall(r"Submitted batch job (\d+)", said)
    tasks = describe(array, slurm)
    logs = {path.name: path.read_text() for path in project.glob(f"slurm-{array}_*.out")}
    assert [task["JobState"] for task in tasks] == ["COMPLETED"] * 4, logs
    starts, ends = ([datetime.fromisoformat(task[key]) for task in tasks] for key in ("StartTime", "EndTime"))
    assert max(starts) < min(ends)  # all four at one moment
    assert {task["NodeList"] for task in tasks} == {"n1", "n2"}
    _recorded(project, logs)


def _recorded(project, logs):
    """Every experiment is there once, with its own params, in Git and in MLflow, its outputs in the shared cache."""
    refs = call(project, "git", "for-each-ref", "--format=%(refname)", "refs/exps").stdout.split()
    names = sorted(log.splitlines()[-1] for log in logs.values())
    assert sorted(ref.rpartition("/")[2] for ref in refs) == names
    assert len(set(names)) == 4
    params = [yaml12.load(call(project, "git", "show", f"{ref}:params.yaml").stdout) for ref in refs]
    asked = sorted((param["train_text"]["lstm"]["epochs"], param["random"]["seed"]) for param in params)
    assert asked == [(2, 7), (2, 8), (3, 7), (3, 8)]
    for ref in refs:
        lock = yaml12.load(call(project, "git", "show", f"{ref}:dvc.lock").stdout)["stages"]
        digests = [out["md5"] for out in lock["train_text@lstm"]["outs"]]
        assert all((project / ".dvc/cache/files/md5" / digest[:2] / digest[2:]).is_file() for digest in digests)
    # Of the stage that each of them ran, with what it ran in.
    query = "tags.`dvc.stage` = 'train_text@lstm' and tags.`floodmark.engine` = 'local'"
    found = "import mlflow, sys; print(*mlflow.search_runs(search_all_experiments=True, filter_string=sys.argv[1])"
    uri = {"MLFLOW_TRACKING_URI": f"sqlite:///{project / 'mlflow.db'}"}
    told = call(project, sys.executable, "-c", f"{found}['tags.dvc.experiment'])", query, **uri).stdout.split()
    assert sorted(name for name in told if name in names) == names
