"""Stages whose work is done by Dask workers on both nodes of one allocation."""

import re

import pytest

from tests.cluster.jobs import ended, submit
from tests.cluster.test_docs import stages
from tests.pipeline.projects import call, copy_project

pytestmark = [pytest.mark.slow, pytest.mark.cluster]
STAGES = ("ingest_radar", "make_water")


def test_two_nodes_write_the_bytes_of_a_run_without_them(untouched, slurm, tmp_path):
    project, here = copy_project(untouched, tmp_path / "a copy"), copy_project(untouched, tmp_path / "without SLURM")
    quiet = {"MLFLOW_TRACKING_URI": "none"}
    job = submit(project, slurm, "--ntasks-per-node=1", "slurm/dask.sbatch", *STAGES, **quiet)
    (told,) = ended(job, slurm)
    said = (project / f"slurm-{job}.out").read_text()
    assert (told["JobState"], told["NumNodes"]) == ("COMPLETED", "2"), said
    for stage in STAGES:
        assert re.search(rf"stages/{stage}\.py\n[12] Dask workers at tls://", said), said
    assert not list((project / ".floodmark").glob("scheduler-*"))
    call(here, "dvc", "repro", *STAGES, OMP_NUM_THREADS="1", **quiet)
    assert set(STAGES) <= set(stages(here))
    assert stages(project) == stages(here)
