"""meta.resources of dvc.yaml: read for every stage of both pipelines, and refused where they make no sense."""

import pytest

from floodmark.dag import every_stage
from floodmark.errors import UserError
from floodmark.slurm.resources import Resources, read_resources
from tests.pipeline.projects import ROOT


def pipeline(folder, resources):
    (folder / "dvc.yaml").write_text(f"stages:\n  a:\n    cmd: x\n    meta:\n      resources: {resources}\n")
    return folder


def test_what_trains_asks_for_more_than_what_nothing_is_said_of():
    for address in every_stage(ROOT):
        asked = read_resources(address, ROOT)
        if address.startswith(("train_", "pretrain_", "judge_", "repeat_")):
            assert asked.minutes > Resources().minutes, address
            assert asked.cpus > Resources().cpus, address


def test_gpus_are_asked_for_by_a_variable_and_for_stages_with_torch_alone(tmp_path, monkeypatch):
    text = "stages:\n  a:\n    cmd: x\n    meta: {image: cuda}\n  b:\n    cmd: x\n    meta: {image: geo}\n"
    (tmp_path / "dvc.yaml").write_text(text)
    assert read_resources("a", tmp_path).gpus == 0
    monkeypatch.setenv("FLOODMARK_GPUS", "2")
    assert read_resources("a", tmp_path).gpus == 2
    assert read_resources("b", tmp_path).gpus == 0
    monkeypatch.setenv("FLOODMARK_GPUS", "many")
    with pytest.raises(UserError, match=r"FLOODMARK_GPUS.gpus = many: must be a whole number from 0 to 64"):
        read_resources("a", tmp_path)


def test_what_is_left_out_keeps_its_default(tmp_path):
    assert read_resources("a@x", pipeline(tmp_path, "{cpus: 7, gpus: 1}")) == Resources(cpus=7, gpus=1)


@pytest.mark.parametrize(
    ("resources", "says"),
    [
        ("{cpus: 0}", "stages.a.meta.resources.cpus = 0: must be a whole number from 1 to 1024"),
        ("{minutes: 1.5}", "minutes = 1.5: must be a whole number from 1 to 43200"),
        ("{gpus: true}", "gpus = True: must be a whole number from 0 to 64"),
        ("{memory: 8}", "memory is unknown: choose of cpus, memory_gib, minutes, gpus"),
        ("[8]", "must be a mapping"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path, resources, says):
    with pytest.raises(UserError, match=says.replace(".", r"\.")):
        read_resources("a", pipeline(tmp_path, resources))


def test_a_stage_that_no_pipeline_has_is_refused(tmp_path):
    with pytest.raises(UserError, match="no stage b"):
        read_resources("b", pipeline(tmp_path, "{}"))
