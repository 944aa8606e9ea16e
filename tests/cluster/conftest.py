"""A SLURM of two nodes, and tiny projects before and after a training that keeps checkpoints ran without it."""

import shutil

import pytest
from ruamel.yaml import YAML

from tests.cluster.nodes import absent, cluster
from tests.pipeline.projects import call, commit, copy_project, make_project

TARGET = "pretrain_contrastive"
RESOURCES = {"cpus": 1, "memory_gib": 2, "minutes": 30}


@pytest.fixture(scope="session")
def slurm():
    """The variables by which SLURM's commands find the two nodes."""
    if absent():
        pytest.skip(f"{', '.join(absent())} missing: apt-get install --no-install-recommends slurm-wlm munge")
    with cluster() as variables:
        yield {**variables, "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="session")
def untouched(tmp_path_factory):
    """A tiny project that was never run, with resources for the training; treat it as read-only."""
    folder = tmp_path_factory.mktemp("untouched") / "a tiny project"
    folder.mkdir()
    make_project(folder)
    for key in ("epochs", "patience"):
        lay(folder / "params.yaml", [TARGET, key], 30)
    lay(folder / "dvc.yaml", ["stages", TARGET, "meta"], {"resources": RESOURCES})
    commit(folder, "resources")
    return folder


@pytest.fixture(scope="session")
def untrained(untouched, tmp_path_factory):
    """The same with what the training reads; treat it as read-only."""
    return _reproduced(untouched, tmp_path_factory.mktemp("untrained"), "make_windows")


@pytest.fixture(scope="session")
def finished(untrained, tmp_path_factory):
    """The same after the training; treat it as read-only."""
    return _reproduced(untrained, tmp_path_factory.mktemp("finished"), TARGET)


@pytest.fixture
def project(finished, tmp_path):
    """A copy that was trained, to be changed."""
    folder = copy_project(finished, tmp_path / "a copy")
    yield folder
    shutil.rmtree(folder)


def _reproduced(source, parent, *targets):
    folder = copy_project(source, parent / "a tiny project")
    call(folder, "dvc", "repro", *targets, OMP_NUM_THREADS="1", MLFLOW_TRACKING_URI="none")
    commit(folder, "reproduced")
    return folder


def lay(path, keys, value):
    yaml = YAML()
    yaml.width = 1000
    content = yaml.load(path.read_text(encoding="utf-8"))
    section = content
    for key in keys[:-1]:
        section = section[key]
    section[keys[-1]] = value
    # Whole or not at all: a job that starts meanwhile would read half of it and fail for that.
    partial = path.with_name(f".partial-{path.name}")
    with partial.open("w", encoding="utf-8") as file:
        yaml.dump(content, file)
    partial.replace(path)
