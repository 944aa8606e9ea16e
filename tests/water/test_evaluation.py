from __future__ import annotations

import csv
import json

import numpy as np
import polars as pl
import pytest
import rasterio
import torch
import xarray as xr

from floodmark.water import scoring, showing, splits, tallies, views
from floodmark.water.baselines import AllDry
from floodmark.water.dataset import Windows
from floodmark.water.prediction import WaterModel
from floodmark.water.verification import contingency
from tests.water import study
from tests.water.conftest import cut, evaluate, train


def rows(path):
    with path.open() as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def unet(outputs):
    path = outputs / "water" / "models" / "unet" / "model.safetensors"
    return {"unet": WaterModel.load(path, torch.device("cpu"))}


def pick(found, model, task, split, depth="0.1"):
    (row,) = (
        row
        for row in found
        if (row["model"], row["task"], row["split"], row["wet_depth"]) == (model, task, split, depth)
    )
    return row


def test_every_model_has_a_row_for_every_task_split_and_depth(outputs):
    found = rows(outputs / "water" / "scores.csv")
    assert tuple(found[0]) == scoring.COLUMNS
    for task in ("emulate", "nowcast"):
        names = {"unet", "climatology", "routed_rain", "all_dry"} | (
            {"persistence_oracle"} if task == "nowcast" else set()
        )
        for split in ("unseen_storms", "unseen_terrain"):
            for depth in ("0.1", "0.3"):
                chosen = [row for row in found if (row["task"], row["split"], row["wet_depth"]) == (task, split, depth)]
                assert {row["model"] for row in chosen} == names
                for row in chosen:
                    assert 0 <= float(row["low"]) <= float(row["high"]) <= 1


def test_the_model_beats_climatology_on_unseen_storms_and_terrain(outputs):
    metrics = json.loads((outputs / "water" / "metrics.json").read_text())["unet"]["emulate"]
    for split in ("unseen_storms", "unseen_terrain"):
        scores = metrics[split]["0.1 m"]
        assert scores["critical_success_index"] > scores["climatology_critical_success_index"] + 0.1


def test_the_gain_is_over_the_best_baseline(outputs):
    metrics = json.loads((outputs / "water" / "metrics.json").read_text())["unet"]["emulate"]["unseen_storms"]["0.1 m"]
    found = rows(outputs / "water" / "scores.csv")
    names = ("climatology", "routed_rain", "all_dry")
    best = max(float(pick(found, name, "emulate", "unseen_storms")["critical_success_index"]) for name in names)
    assert metrics["best_baseline_critical_success_index"] == pytest.approx(best, rel=1e-5)
    gain = metrics["gain_over_best_baseline"]
    assert gain["value"] == pytest.approx(metrics["critical_success_index"] - best, abs=1e-5)
    assert gain["low"] < gain["value"] < gain["high"]


def test_scores_are_of_test_storms_and_of_the_ground_they_name(outputs, windows):
    """Counted again, map by map: climatology's tables over test storms, on seen and on unseen ground."""
    baseline = scoring.Climatology(windows, "emulate", 0.1, study.EVALUATION["climatology_classes"])
    for code, split in ((splits.SEEN, "unseen_storms"), (splits.UNSEEN, "unseen_terrain")):
        ground = np.asarray(windows.region) == code
        table = sum(
            contingency(windows.depth_whole(target)[ground] >= np.float32(0.1), baseline.map[ground])
            for target in windows.select("emulate", splits.TEST)["target"]
        )
        row = pick(rows(outputs / "water" / "scores.csv"), "climatology", "emulate", split)
        assert float(row["critical_success_index"]) == pytest.approx(table[0] / table[:3].sum(), rel=1e-5)


def test_predictions_lie_on_the_ground_they_are_of(outputs, windows):
    (path,) = (outputs / "water" / "predictions").glob("*.nc")
    with xr.open_dataset(path) as found:
        assert (found.sizes["y"], found.sizes["x"]) == study.FINE.shape
        np.testing.assert_array_equal(found["y"], study.FINE.y)
        assert "EPSG" in found["crs"].attrs["crs_wkt"]
        assert found["depth"].attrs["grid_mapping"] == "crs"
        event = found.attrs["event"]
        targets = windows.index.filter((windows.index["task"] == "emulate") & (windows.index["event"] == event))
        for time, target in zip(found["time"].values, targets.sort("time")["target"], strict=True):
            np.testing.assert_array_equal(found["simulated_depth"].sel(time=time), windows.depth_whole(target))
        assert float(found["depth"].where(found["depth"] > 0).min()) >= np.float32(0.1)
    with rasterio.open(path.with_suffix(".tif")) as raster:
        assert tuple(raster.bounds) == study.FINE.bounds
        assert raster.crs.to_epsg() == 32616
    assert (outputs / "water" / "maps" / f"{path.stem}.png").stat().st_size > 10_000


def test_of_a_long_event_the_moments_about_the_wettest_are_shown(windows, monkeypatch):
    event = windows.select("emulate", splits.TEST)["event"][0]
    every, wettest = showing.moments_shown(windows, event, 0.1)
    assert every.height == 3
    wet = [np.count_nonzero(windows.depth_whole(target) >= np.float32(0.1)) for target in every["target"]]
    assert wet[wettest] == max(wet)
    monkeypatch.setattr(showing, "SHOWN", 1)
    shown, index = showing.moments_shown(windows, event, 0.1)
    assert shown["target"].to_list() == [every["target"][wettest]]
    assert index == 0


def test_evaluating_twice_gives_the_same_bytes(outputs):
    def everything():
        files = [
            path for path in sorted((outputs / "water").rglob("*")) if path.is_file() and "depth" not in path.parts
        ]
        return {str(path): path.read_bytes() for path in files}

    before = everything()
    evaluate(outputs)
    assert everything() == before


def test_a_short_archive_is_predicted_drawn_and_scored_apart(tmp_path):
    study.write_study(tmp_path, radar=2, generated=8)
    windows = cut(tmp_path)
    assert set(windows.select("emulate", splits.PREDICT)["event"]) == {"r00", "r01"}
    assert set(windows.select("emulate", splits.TRAIN)["event"]) <= {f"g{index:02}" for index in range(8)}
    train(tmp_path, epochs=1, steps_per_epoch=4)
    water = evaluate(tmp_path)
    found = rows(water / "scores.csv")
    assert {row["split"] for row in found} == set(views.SPLITS)
    assert {path.stem for path in (water / "maps").iterdir()} >= {"unet_r00", "unet_r01"}
    assert len(list((water / "maps").iterdir())) == 3


def test_events_of_one_storm_are_drawn_together(outputs):
    windows = Windows(outputs / "windows")
    path = outputs / "water" / "models" / "unet" / "model.safetensors"
    model = {"unet": WaterModel.load(path, torch.device("cpu"))}

    def tables():
        chosen = windows.select("emulate", splits.TEST).to_dicts()
        return scoring.tabulate(windows, "emulate", chosen, model, {"unet": 1}, {}, study.evaluate_settings())

    apart = tables()
    windows.index = windows.index.with_columns(pl.lit("one").alias("storm"))
    together = tables()
    assert len(apart.storms) > 1
    assert together.storms == ["one"]
    for key, tally in together.tallies.items():
        for part in (tallies.CASES, tallies.HISTOGRAM, tallies.DEPTHS):
            whole = apart.tallies[key].stack(part, apart.storms).sum(0)
            np.testing.assert_array_equal(tally.stack(part, ["one"])[0], whole)


def test_shards_of_maps_make_the_tables_of_all(windows, unet):
    every = windows.select("emulate", splits.TEST).to_dicts()

    def tables(chosen):
        baselines = {0.1: [AllDry(windows.grid.shape)]}
        return scoring.tabulate(windows, "emulate", chosen, unet, {"unet": 1}, baselines, study.evaluate_settings())

    whole, merged = tables(every), tables(every[5:]) + tables(every[2:5]) + tables(every[:2])
    assert merged.storms == whole.storms
    assert merged.parameters == whole.parameters
    assert merged.chances == whole.chances == {"unet"}
    assert set(merged.tallies) == set(whole.tallies)
    for key, tally in whole.tallies.items():
        for place, table in tally.counts.items():
            np.testing.assert_array_equal(merged.tallies[key].counts[place], table)


def test_nothing_held_out_leaves_an_empty_table(tmp_path, capsys):
    study.write_study(tmp_path, radar=0, generated=0)
    assert cut(tmp_path).index.height == 0
    train(tmp_path)
    water = evaluate(tmp_path)
    assert "nothing is scored" in capsys.readouterr().err
    assert (water / "scores.csv").read_text() == ",".join(scoring.COLUMNS) + "\n"
    assert json.loads((water / "metrics.json").read_text()) == {"unet": {}}
    assert list((water / "maps").iterdir()) == []


def test_windows_open_without_an_event(tmp_path):
    study.write_study(tmp_path, radar=0, generated=0)
    cut(tmp_path)
    assert len(Windows(tmp_path / "windows").channel_names(["rain", "routed", "terrain"])) == 8 + 3 + 1 + 2
