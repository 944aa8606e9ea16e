from __future__ import annotations

import csv
import json
import shutil

import numpy as np
import polars as pl
import pytest
import torch

from floodmark.errors import UserError
from floodmark.water import splits
from floodmark.water.dataset import Windows
from floodmark.water.prediction import WaterModel, predict
from floodmark.water.training import train_water
from tests.water import study
from tests.water.conftest import cut, train


def rows(path):
    with path.open() as file:
        return list(csv.DictReader(file))


def test_it_learns_where_water_stands(outputs):
    summary = json.loads((outputs / "water" / "models" / "unet" / "train.json").read_text())
    history = rows(outputs / "water" / "models" / "unet" / "history.csv")
    assert summary["emulate"]["validation"]["0.1"]["critical_success_index"] > 0.6
    assert float(history[-1]["loss"]) < 0.8 * float(history[0]["loss"])
    best = max(float(row["critical_success_index"]) for row in history)
    assert float(history[summary["emulate"]["best_epoch"] - 1]["critical_success_index"]) == best
    assert len(rows(outputs / "water" / "models" / "unet" / "history_nowcast.csv")) == 1


def test_training_twice_gives_the_same_bytes(outputs, tmp_path):
    shutil.copytree(outputs / "windows", tmp_path / "windows")
    short = {"epochs": 1, "steps_per_epoch": 3, "validation_frames": 1}
    first = {path.name: path.read_bytes() for path in train(tmp_path, **short).iterdir()}
    second = {path.name: path.read_bytes() for path in train(tmp_path, **short).iterdir()}
    assert first == second
    assert set(first) == {"model.safetensors", "history.csv", "history_nowcast.csv", "train.json"}


def test_thresholds_are_chosen_on_validation_storms_not_test_storms(outputs, tmp_path):
    """Spoiling test storms and unseen ground leaves the model as it is."""
    shutil.copytree(outputs / "windows", tmp_path / "windows")
    short = {"epochs": 1, "steps_per_epoch": 3}
    before = (train(tmp_path, **short) / "model.safetensors").read_bytes()
    windows = Windows(tmp_path / "windows")
    learnt = windows.index.filter(pl.col("split").is_in([splits.TRAIN, splits.VALIDATION]))
    depth = np.load(tmp_path / "windows" / "depth" / "000.npy")
    spoilt = sorted(set(range(len(depth))) - set(learnt["target"]))
    assert spoilt
    depth[spoilt] = 9999
    depth[:, np.asarray(windows.region) != splits.SEEN] = 7777
    np.save(tmp_path / "windows" / "depth" / "000.npy", depth)
    assert (train(tmp_path, **short) / "model.safetensors").read_bytes() == before


def test_nothing_to_learn_from_leaves_a_model_that_predicts(tmp_path, capsys):
    network = study.write_terrain(tmp_path, study.valley())
    study.write_event(tmp_path, "r00", "radar", "2012-03-01T06:00", *study.storm(network, 0))
    windows = cut(tmp_path)
    folder = train(tmp_path)
    assert "no training windows for emulate" in capsys.readouterr().err
    assert (folder / "history.csv").read_text() == "epoch,loss,critical_success_index\n"
    model = WaterModel.load(folder / "model.safetensors", torch.device("cpu"))
    chances, _ = predict(model.networks["nowcast"], windows, model.groups, "nowcast", 0)
    assert chances.shape == (2, *study.FINE.shape)


def test_no_validation_storms_are_said(tmp_path, capsys):
    study.write_study(tmp_path, radar=0, generated=1)
    cut(tmp_path)
    train(tmp_path, epochs=1, steps_per_epoch=1, batch_size=2)
    assert "the best epoch is chosen on training storms" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["unett", "epochs"])
def test_an_unknown_model_is_refused_by_name(tmp_path, name):
    """Also one that is called like a param of training."""
    with pytest.raises(UserError, match=f"no water model is called '{name}': there are temporal_cnn, .*unet"):
        train_water(name, tmp_path / "windows", tmp_path, tmp_path, study.train_settings(), 7, None)
