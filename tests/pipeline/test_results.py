"""`make results` on the tiny project: the second pipeline runs once, from what it declares, with the same bytes."""

import shutil
import sys

import pytest
from ruamel.yaml import YAML

from floodmark.dag import RESULTS, read_stages
from tests.pipeline.projects import ROOT, call, commit, copy_project
from tests.pipeline.test_repro import differences

pytestmark = pytest.mark.slow
STAGES = read_stages(ROOT, RESULTS)


@pytest.fixture(scope="module")
def finished(tiny_project, tmp_path_factory):
    """A copy of the tiny project with its results."""
    folder = copy_project(tiny_project, tmp_path_factory.mktemp("results") / "a copy")
    call(folder, "dvc", "repro", RESULTS, OMP_NUM_THREADS="1", MLFLOW_TRACKING_URI="none")
    commit(folder, "results")
    return folder


def test_every_table_and_figure_is_there_and_kept_in_git(finished):
    for stage in STAGES.values():
        for out in stage.outs:
            if out.endswith(".png"):
                assert (finished / out).stat().st_size
                continue
            text = (finished / out).read_text(encoding="utf-8")
            assert len(text.splitlines()) > 1, f"{out} holds no row"
    tracked = call(finished, "git", "ls-files", "results").stdout.splitlines()
    assert {out for stage in STAGES.values() for out in stage.outs} <= set(tracked)
    assert call(finished, "git", "status", "--porcelain").stdout == ""


def test_a_second_run_does_nothing_and_the_first_pipeline_is_untouched(finished, tiny_project):
    result = call(finished, "dvc", "repro", RESULTS)
    assert "Running stage" not in result.stdout
    assert (finished / "dvc.lock").read_bytes() == (tiny_project / "dvc.lock").read_bytes()
    lock = YAML(typ="safe").load((finished / "results/dvc.lock").read_text())
    assert set(lock["stages"]) == set(STAGES)


def test_no_machine_path_reaches_a_result(finished):
    for path in (finished / "results").rglob("*"):
        if path.is_file() and path.suffix in (".csv", ".json", ".svg"):
            text = path.read_text(encoding="utf-8")
            assert str(finished) not in text
            assert "/tmp" not in text


@pytest.mark.parametrize("address", STAGES)
def test_a_stage_needs_no_more_than_it_declares_and_gives_the_same_bytes(finished, tmp_path, address):
    stage = STAGES[address]
    # A stage that may be resumed looks up its deps.
    for name in (*stage.deps, "params.yaml", "dvc.yaml", RESULTS):
        source = finished / name
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    for package in {path.parent for path in (tmp_path / "src").rglob("*.py")}:
        (package / "__init__.py").touch()
    environment = {"PYTHONPATH": str(tmp_path / "src"), "PYTHONSAFEPATH": "1", "OMP_NUM_THREADS": "1"}
    call(tmp_path, sys.executable, f"stages/{stage.name}.py", **environment)
    for out in stage.outs:
        assert differences(tmp_path / out, finished / out) == {}, out
    assert not list((tmp_path / ".floodmark/partial").iterdir())
