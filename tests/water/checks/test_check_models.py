from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from floodmark.settings.base import read_params, read_section
from floodmark.settings.check_models import CheckModels
from floodmark.settings.make_windows import MakeWindows
from floodmark.settings.train_water import TrainWater
from floodmark.water.checks.check import Outputs, check_models, verdict
from floodmark.water.checks.jobs import Params
from floodmark.water.checks.scores import COLUMNS, Score
from floodmark.water.models.registry import MODELS

SMALL = {
    "training_digits": 48, "validation_digits": 12, "test_digits": 20, "models": ["unet"], "resamples": 100,
    "epochs": {"constant_targets": 1, "random_targets": 1, "copy_heightmap": 1},
    "vae": {"features": 4, "code": 2, "epochs": 1, "learning_rate": 0.005},
}  # fmt: skip


def params(**changes):
    plain = read_params(Path("params.yaml"))
    plain["check_models"] |= {**SMALL, **changes}
    plain["train_water"]["unet"]["widths"] = [4, 8]
    sections = {"make_windows": MakeWindows, "train_water": TrainWater, "check_models": CheckModels}
    return Params(*(read_section(plain, name, model, "params.yaml") for name, model in sections.items()), seed=5)


def run(folder, workers=1):
    folder.mkdir()
    outputs = Outputs(*(folder / name for name in ("checks.csv", "checks.svg", "check_samples.png")))
    check_models(outputs, params(), workers)
    return outputs


def test_the_table_is_written_though_a_network_fails(tmp_path, capsys):
    outputs = run(tmp_path / "one")
    table = pl.read_csv(outputs.table)
    assert table.columns == list(COLUMNS)
    assert table.select("model", "task", "score").rows() == [
        ("unet", "constant_targets", "accuracy"),
        ("unet", "constant_targets", "r2"),
        ("unet", "random_targets", "accuracy"),
        ("unet", "random_targets", "r2"),
        ("unet", "copy_heightmap", "critical_success_index"),
        ("unet", "copy_heightmap", "r2"),
        ("vae", "reconstruct", "r2"),
        ("vae", "sample", "relative_information"),
        ("vae", "translate", "critical_success_index"),
    ]
    failed = table.filter(passed="no").select("model", "task", "score").rows()
    assert failed
    said = capsys.readouterr().err
    assert all(f"{model} FAILED {task}: {score}" in said for model, task, score in failed)
    assert "epoch" not in said
    assert "<svg" in outputs.curves.read_text()
    assert outputs.samples.read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_two_workers_write_the_same_bytes_as_one(tmp_path):
    one, two = run(tmp_path / "one"), run(tmp_path / "two", workers=2)
    for first, second in zip(one, two, strict=True):
        assert first.read_bytes() == second.read_bytes(), first.name


def test_the_verdict_names_what_failed_with_its_numbers():
    good = Score("unet", "random_targets", "accuracy", 0.95, 0.93, 0.97, 0.5, 0.9)
    bad = good._replace(model="temporal_cnn", value=0.52, low=0.48, high=0.56)
    assert verdict([good]) == "all passed: unet"
    assert verdict([good, bad]) == (
        "temporal_cnn FAILED random_targets: accuracy 0.520 (0.480 to 0.560), pass mark 0.9, baseline 0.500"
    )


def test_every_model_is_checked():
    checked = read_section(read_params(Path("params.yaml")), "check_models", CheckModels, "params.yaml").models
    assert sorted(checked) == sorted(MODELS)
