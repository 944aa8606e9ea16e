from __future__ import annotations

import numpy as np
import pytest
import torch

from floodmark.water import prediction
from floodmark.water.models.registry import build
from floodmark.water.prediction import WaterModel, predict

CONFIG = {
    "model": "unet", "inputs": ["terrain", "rain", "routed"], "outputs": 3, "widths": [4, 6, 8],
    "wet_depths": [0.1, 0.3],
    "thresholds": {"emulate": [0.4, 0.5], "nowcast": [0.6, 0.7]},
}  # fmt: skip


@pytest.fixture
def model(windows):
    config = {**CONFIG, "channels": windows.channel_names(CONFIG["inputs"])}
    networks = {}
    for seed, task in enumerate(("emulate", "nowcast")):
        torch.manual_seed(seed)
        networks[task] = build(config).eval()
    return WaterModel(networks, config)


def test_tiles_leave_no_mark(windows, model, monkeypatch):
    source = int(windows.index["source"][0])
    whole = predict(model.networks["emulate"], windows, model.groups, "emulate", source)
    monkeypatch.setattr(prediction, "TILE", 16)
    tiled = predict(model.networks["emulate"], windows, model.groups, "emulate", source)
    for one, other in zip(whole, tiled, strict=True):
        assert one.shape[-2:] == windows.grid.shape
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_being_deeper_is_never_likelier(windows, model):
    chances, depth = predict(
        model.networks["emulate"], windows, model.groups, "emulate", int(windows.index["source"][0])
    )
    assert (chances[1] <= chances[0]).all()
    assert ((chances >= 0) & (chances <= 1)).all()
    assert (depth >= 0).all()


def test_a_saved_model_predicts_the_same_for_both_tasks(windows, model, tmp_path):
    model.save(tmp_path / "model.safetensors")
    loaded = WaterModel.load(tmp_path / "model.safetensors", torch.device("cpu"))
    source = int(windows.index["source"][0])
    outcomes = []
    for task in ("emulate", "nowcast"):
        before, after = (predict(item.networks[task], windows, item.groups, task, source) for item in (model, loaded))
        np.testing.assert_array_equal(before[0], after[0])
        np.testing.assert_array_equal(before[1], after[1])
        outcomes.append(before[0])
    assert not np.array_equal(*outcomes)
    assert loaded.threshold("nowcast", 1) == 0.7
    model.save(tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == (tmp_path / "model.safetensors").read_bytes()
