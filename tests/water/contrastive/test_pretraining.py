from __future__ import annotations

import csv
import json
import shutil

import numpy as np
import polars as pl
import pytest
import torch

from floodmark.learning.weights import load_weights
from floodmark.settings.pretrain_contrastive import PretrainContrastive
from floodmark.water import splits
from floodmark.water.contrastive import figure, pretraining
from floodmark.water.contrastive.gallery import embed, gallery, others, places
from floodmark.water.contrastive.pairs import PLACE, PairSampler, distinct, with_content
from floodmark.water.contrastive.towers import Towers
from floodmark.water.dataset import Windows
from floodmark.water.sampling import turn
from tests.water import study
from tests.water.conftest import cut

GROUPS = ["terrain", "rain", "routed"]
SETTINGS = {
    "inputs": GROUPS, "depths": [0, 1], "dims": [8, 12], "layer_scale": 0.1, "pooled_cells": 2, "embedding": 8,
    "epochs": 2, "steps_per_epoch": 3, "batch_size": 8, "learning_rate": 0.003, "weight_decay": 0.01, "patience": 2,
    "resamples": 100,
}  # fmt: skip
FILES = {"encoders.safetensors", "history.csv", "retrieval.csv", "retrieval.json", "embedding_map.png"}


def pretrain(outputs, name="contrastive", **changes):
    folder = outputs / name
    folder.mkdir()
    pretraining.pretrain(outputs / "windows", folder, PretrainContrastive(**{**SETTINGS, **changes}), 7)
    return folder


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """Small windows, so that most places are wet in several storms; not to be changed by tests."""
    folder = tmp_path_factory.mktemp("contrastive")
    study.write_study(folder, radar=12, generated=6)
    cut(folder, patch_cells=8, stride_cells=8, wet_depth=0.05)
    return folder


@pytest.fixture(scope="module")
def windows(outputs):
    return Windows(outputs / "windows")


@pytest.fixture
def plain_map(monkeypatch):
    """UMAP compiles for ten seconds: here the points lie by their first two coordinates."""
    monkeypatch.setattr(figure, "LEAST", 10**9)


def training_rows(windows):
    return distinct(with_content(windows, windows.select("emulate", splits.TRAIN)))


def test_embeddings_are_of_length_one():
    torch.manual_seed(0)
    towers = Towers(["a", "b"], [1, 1], [8, 12], 0.1, 3, 4).eval()
    rain, water = towers.rain(torch.randn(3, 2, 18, 22)), towers.embed_water(torch.rand(3, 18, 22))
    assert rain.shape == water.shape == (3, 36)
    torch.testing.assert_close(rain.norm(dim=1), torch.ones(3))
    torch.testing.assert_close(water.norm(dim=1), torch.ones(3))


def test_no_window_is_dry_or_twice_in_a_batch(windows):
    rows = training_rows(windows)
    depths = [windows.depth(*place) for place in rows.select("target", *PLACE).iter_rows()]
    assert min(depth.max() for depth in depths) >= np.float32(0.05)
    assert len({depth.tobytes() for depth in depths}) == rows.height
    sampler = PairSampler(windows, GROUPS, rows, 16, 5, 1, torch.device("cpu"))
    for _, depth_BHW in sampler(1):
        images = [
            {turn(depth, turns, mirror).tobytes() for turns in range(4) for mirror in (False, True)}
            for depth in depth_BHW.numpy()
        ]
        assert not any(images[i] & images[j] for i in range(16) for j in range(i))


def test_equal_water_counts_once(windows):
    rows = windows.select("emulate", splits.TRAIN)
    twice = pl.concat([rows, rows])
    assert distinct(with_content(windows, twice)).height == training_rows(windows).height


def test_both_sides_are_turned_alike_and_an_epoch_repeats(windows):
    rows = training_rows(windows).sort("wet", descending=True).head(1)
    row = rows.row(0, named=True)
    place = tuple(row[name] for name in PLACE)
    inputs, depth = windows.inputs(GROUPS, "emulate", row["source"], *place), windows.depth(row["target"], *place)
    images = {
        (turn(inputs, turns, mirror).tobytes(), turn(depth, turns, mirror).tobytes())
        for turns in range(4)
        for mirror in (False, True)
    }
    sampler = PairSampler(windows, GROUPS, rows, 4, 20, 1, torch.device("cpu"))
    found = [(np.ascontiguousarray(x[0].numpy()).tobytes(), y[0].numpy().tobytes()) for x, y in sampler(1)]
    assert set(found) <= images
    assert len(set(found)) > 4
    assert found == [(np.ascontiguousarray(x[0].numpy()).tobytes(), y[0].numpy().tobytes()) for x, y in sampler(1)]


def test_likely_windows_are_drawn_first(windows):
    rows = training_rows(windows).head(3).with_columns(pl.Series("weight", [0.6, 0.3, 0.1]))
    sampler = PairSampler(windows, GROUPS, rows, 1, 1, 1, torch.device("cpu"))
    rng = np.random.default_rng(0)
    draws = np.concatenate([sampler.draw(rng) for _ in range(6000)])
    np.testing.assert_allclose(np.bincount(draws) / 6000, [0.6, 0.3, 0.1], atol=0.02)


def test_a_gallery_holds_each_storm_once_a_place_and_no_ground_twice(windows):
    ground = np.zeros(windows.grid.shape, int)
    for row, col, height, width in places(windows):
        ground[row : row + height, col : col + width] += 1
    assert ground.max() == 1
    assert (np.asarray(windows.region)[ground > 0] == splits.SEEN).all()
    shown = gallery(windows, splits.TEST)
    assert shown.height > 4
    assert set(shown["split"]) == {splits.TEST}
    assert shown.select("place", "storm").is_unique().all()
    assert shown["content"].is_unique().all()
    assert shown.group_by("place").len()["len"].min() >= 2


def test_another_storms_rain_falls_on_the_same_place(windows):
    shown = gallery(windows, splits.TEST)
    swapped = others(shown, np.random.default_rng(0))
    own = shown["source"].to_numpy()
    assert (swapped != own).all()
    for place in set(shown["place"]):
        here = shown["place"].to_numpy() == place
        assert sorted(swapped[here]) == sorted(own[here])


def test_the_stage_repeats_byte_by_byte_and_writes_what_it_says(outputs, tmp_path, plain_map):
    shutil.copytree(outputs / "windows", tmp_path / "windows")
    first = {path.name: path.read_bytes() for path in pretrain(tmp_path, "one").iterdir()}
    second = {path.name: path.read_bytes() for path in pretrain(tmp_path, "two").iterdir()}
    assert first == second
    assert set(first) == FILES
    summary = json.loads(first["retrieval.json"])
    assert summary["verdict"] in {"yes", "no"}
    rows = list(csv.DictReader(first["retrieval.csv"].decode().splitlines()))
    assert {(row["candidates"], row["direction"]) for row in rows} == {
        (candidates, direction)
        for candidates in ("anywhere", "same_place")
        for direction in ("water_for_rain", "rain_for_water")
    }
    assert first["embedding_map.png"].startswith(b"\x89PNG")
    assert len(first["history.csv"].splitlines()) == 3


def test_saved_encoders_embed_as_the_trained_ones(outputs, tmp_path, windows, plain_map):
    shutil.copytree(outputs / "windows", tmp_path / "windows")
    state, config = load_weights(pretrain(tmp_path) / "encoders.safetensors")
    size = {name: config[name] for name in ("depths", "dims", "layer_scale", "pooled_cells", "embedding")}
    towers = Towers(config["channels"], **size).eval()
    towers.load_state_dict(state)
    shown = gallery(windows, splits.TEST)
    found = embed(towers, windows, config["inputs"], shown, shown["source"].to_numpy())
    assert found.rain.shape == (shown.height, 2 * 2 * 8)
    np.testing.assert_allclose(np.linalg.norm(found.water, axis=1), 1, atol=1e-5)


def test_training_finds_more_than_it_began_with(outputs, tmp_path, plain_map):
    shutil.copytree(outputs / "windows", tmp_path / "windows")
    recalls = []
    for name, epochs in (("before", 0), ("after", 6)):
        folder = pretrain(tmp_path, name, epochs=epochs, steps_per_epoch=20, batch_size=16, patience=9)
        recalls.append(json.loads((folder / "retrieval.json").read_text())["candidates"]["anywhere"]["recall_at_1"])
    assert recalls[1]["model"] > recalls[0]["model"] + 0.1
    assert recalls[1]["model"] > recalls[1]["permuted_pairs"] + 0.1


def test_nothing_to_learn_from_leaves_encoders_and_no_verdict(tmp_path, capsys):
    network = study.write_terrain(tmp_path, study.valley())
    study.write_event(tmp_path, "r00", "radar", "2012-03-01T06:00", *study.storm(network, 0))
    cut(tmp_path)
    folder = pretrain(tmp_path)
    assert {path.name for path in folder.iterdir()} == FILES
    assert json.loads((folder / "retrieval.json").read_text())["verdict"] == "undecided"
    assert "the encoders stay as they began" in capsys.readouterr().err


@pytest.mark.slow
def test_the_layout_repeats_and_keeps_clusters_together():
    rng = np.random.default_rng(0)
    points = np.repeat(np.eye(8)[:3], 20, 0) + 0.1 * rng.normal(size=(60, 8))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    first = figure.coordinates(points, 1)
    assert first.tobytes() == figure.coordinates(points, 1).tobytes()
    centres = first.reshape(3, 20, 2).mean(1)
    spread = first.reshape(3, 20, 2).std(1).max()
    assert np.linalg.norm(centres[0] - centres[1]) > 2 * spread
