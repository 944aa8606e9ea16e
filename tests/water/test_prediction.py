from __future__ import annotations

import numpy as np
import pytest
import torch

from floodmark.errors import UserError
from floodmark.learning.weights import save_weights
from floodmark.water import prediction, splits
from floodmark.water.dataset import Windows
from floodmark.water.models.registry import MODELS, build
from floodmark.water.prediction import WaterModel, decode, predict, predict_whole, tiles
from tests.water import study
from tests.water.conftest import cut

CONFIG = {
    "layer_scale": 1,
    "widths": [8],
    "outputs": 3,
    "wet_depths": [0.1, 0.3],
    "thresholds": {"emulate": [0.4, 0.5], "nowcast": [0.6, 0.7]},
}


@pytest.fixture(scope="module")
def windows(tmp_path_factory):
    outputs = tmp_path_factory.mktemp("windows")
    study.write_study(outputs)
    return cut(outputs)


def channels_of(windows, name):
    groups = study.TRAINING[name]["inputs"]
    return groups, windows.channel_names(groups)


def untrained(windows, name, **changes):
    """Networks with statistics of batches, as training leaves them, and else as they began."""
    groups, channels = channels_of(windows, name)
    config = {**CONFIG, "model": name, **study.TRAINING[name], "inputs": groups, "channels": channels, **changes}
    networks = {}
    for seed, task in enumerate(("emulate", "nowcast")):
        torch.manual_seed(seed)
        networks[task] = build(config)
        with torch.no_grad():
            for _ in range(10):
                networks[task](torch.randn(4, len(channels), 32, 48))
        networks[task].eval()
    return WaterModel(networks, config)


@pytest.fixture
def model(windows):
    return untrained(windows, "unet", widths=[4, 6, 8])


@pytest.mark.parametrize("name", ["unet", "guided_unet", "contrastive_decoder"])
def test_the_fastest_form_predicts_the_same(windows, name):
    model = untrained(windows, name)
    for task in ("emulate", "nowcast"):
        expected = predict(model.networks[task], windows, model.groups, task, 1)
        found = predict(model.predictor(task), windows, model.groups, task, 1)
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-6)
    assert model.predictor("emulate") is model.predictor("emulate")


@pytest.mark.parametrize("side", [16, 33])
@pytest.mark.parametrize("name", MODELS)
def test_tiles_leave_no_mark(windows, name, side, monkeypatch):
    network = untrained(windows, name).networks["emulate"]
    shape = (75, 202)
    ground = np.random.default_rng(0).standard_normal((len(channels_of(windows, name)[1]), *shape), np.float32)

    def read(row, col, height, width):
        return np.ascontiguousarray(ground[:, row : row + height, col : col + width])

    whole = predict_whole(network, shape, read)
    monkeypatch.setattr(prediction, "TILE", side)
    assert len(tiles(network, shape)) > 4
    tiled = predict_whole(network, shape, read)
    assert whole[0].std() > 0
    for one, other in zip(whole, tiled, strict=True):
        assert one.shape[-2:] == shape
        np.testing.assert_allclose(one, other, atol=1e-5, rtol=1e-5)


def test_tiles_cover_every_cell_once_and_begin_at_whole_coarsest_cells(model, monkeypatch):
    monkeypatch.setattr(prediction, "TILE", 30)
    covered = np.zeros((100, 57), int)
    for rows, columns in tiles(model.networks["emulate"], covered.shape):
        assert rows.start % 4 == columns.start % 4 == 0
        covered[rows, columns] += 1
    assert (covered == 1).all()


def test_being_deeper_is_never_likelier(windows, model):
    chances, depth = predict(
        model.networks["emulate"], windows, model.groups, "emulate", int(windows.index["source"][0])
    )
    assert (chances[1] <= chances[0]).all()
    assert ((chances >= 0) & (chances <= 1)).all()
    assert (depth >= 0).all()


def test_maps_are_logits_then_the_logarithm_of_decimetres():
    maps = torch.tensor([0.0, -2.0, 2.0, np.log(1 + 7.0)]).reshape(1, 4, 1, 1)
    chances, depth = decode(maps)
    low = 1 / (1 + np.exp(2))
    np.testing.assert_allclose(chances.ravel(), [0.5, low, low], rtol=1e-6)
    np.testing.assert_allclose(depth.ravel(), [0.7], rtol=1e-6)


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


def test_a_file_of_another_kind_or_of_other_widths_is_refused_by_name(model, tmp_path):
    save_weights(tmp_path / "text.safetensors", {"a": torch.zeros(1)}, {"model": "lstm"})
    with pytest.raises(UserError, match=r"text.safetensors: is no model of water, .* lacks"):
        WaterModel.load(tmp_path / "text.safetensors", torch.device("cpu"))
    WaterModel(model.networks, {**model.config, "widths": [4, 6]}).save(tmp_path / "other.safetensors")
    with pytest.raises(UserError, match=r"other.safetensors: its weights do not fit unet"):
        WaterModel.load(tmp_path / "other.safetensors", torch.device("cpu"))


def test_a_trained_model_takes_along_what_its_channels_are_made_by(outputs):
    path = outputs / "water" / "models" / "unet" / "model.safetensors"
    found, windows = WaterModel.load(path, torch.device("cpu")).config["statistics"], Windows(outputs / "windows")
    assert found == windows.statistics
    seen = windows.elevation[windows.region == splits.SEEN]
    assert found["elevation"]["mean"] == pytest.approx(seen.mean())
    assert found["elevation"]["deviation"] == pytest.approx(seen.std())
    assert (found["rain_cell_size"], found["frame_seconds"]) == (study.COARSE.cell_size, 300)


def test_a_file_of_an_older_version_is_refused_by_what_it_lacks(model, tmp_path):
    old = {name: value for name, value in model.config.items() if name != "widths"}
    WaterModel(model.networks, old).save(tmp_path / "old.safetensors")
    with pytest.raises(UserError, match=r"old.safetensors: this unet is one of another version: .* widths: train it"):
        WaterModel.load(tmp_path / "old.safetensors", torch.device("cpu"))
    one = {**model.config, "thresholds": {"emulate": model.config["thresholds"]["emulate"]}}
    WaterModel(model.networks, one).save(tmp_path / "one.safetensors")
    with pytest.raises(UserError, match=r"one.safetensors: its thresholds are not those of emulate and nowcast"):
        WaterModel.load(tmp_path / "one.safetensors", torch.device("cpu"))
