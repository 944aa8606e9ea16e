from __future__ import annotations

import csv
import json

import numpy as np
import polars as pl
import pytest
import rasterio
import torch
import xarray as xr
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss

from floodmark.learning.confusion import dichotomous_scores
from floodmark.water import scorecard, scoring, showing, splits, tallies, views
from floodmark.water.baselines import AllDry, Climatology
from floodmark.water.dataset import Windows
from floodmark.water.prediction import WaterModel, predict
from floodmark.water.rain_classes import class_names, rain_class, recent_rain
from floodmark.water.reliability import log_odds, sigmoid
from floodmark.water.verification import contingency
from tests.water import study
from tests.water.conftest import cut, evaluate, train

BASELINES = {
    "climatology", "rain_threshold", "routed_rain", "routed_logistic", "hand_logistic", "all_dry", "settled_rain",
    "coarse_simulator_2", "coarse_simulator_4",
}  # fmt: skip


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
        names = BASELINES | {"unet"} | ({"persistence_oracle"} if task == "nowcast" else set())
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
    names = BASELINES
    best = max(float(pick(found, name, "emulate", "unseen_storms")["critical_success_index"]) for name in names)
    assert metrics["best_baseline_critical_success_index"] == pytest.approx(best, rel=1e-5)
    gain = metrics["gain_over_best_baseline"]
    assert gain["value"] == pytest.approx(metrics["critical_success_index"] - best, abs=1e-5)
    assert gain["low"] < gain["value"] < gain["high"]


def test_scores_are_of_test_storms_and_of_the_ground_they_name(outputs, windows):
    """Counted again, map by map: climatology's tables over test storms, on seen and on unseen ground."""
    baseline = Climatology(windows, "emulate", 0.1, study.EVALUATION["climatology_classes"])
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
    assert json.loads((water / "calibration.json").read_text()) == {"unet": {}}
    for name in ("verification", "comparisons"):
        assert len((water / f"{name}.csv").read_text().splitlines()) == 1
    assert not [*(water / "maps").iterdir(), *(water / "figures").iterdir()]


def test_windows_open_without_an_event(tmp_path):
    study.write_study(tmp_path, radar=0, generated=0)
    cut(tmp_path)
    assert len(Windows(tmp_path / "windows").channel_names(["rain", "routed", "terrain"])) == 8 + 3 + 1 + 2


def scored(outputs, **place):
    found = rows(outputs / "water" / "verification.csv")
    assert tuple(found[0]) == scorecard.VERIFICATION
    chosen = [row for row in found if all(row[key] == value for key, value in place.items())]
    return {row["score"]: float(row["value"] or "nan") for row in chosen}


def whole_truth(windows, unet, code, **only):
    """Every test map's truth and prediction on ground of a region, strung together."""
    ground = np.asarray(windows.region) == code
    chosen = [row for row in windows.select("emulate", splits.TEST).to_dicts() if only.get("rows", lambda _: True)(row)]
    model = unet["unet"]
    pairs = [predict(model.networks["emulate"], windows, model.groups, "emulate", row["source"]) for row in chosen]
    truth = np.concatenate([windows.depth_whole(row["target"])[ground] for row in chosen])
    chance = np.concatenate([chances[0][ground] for chances, _ in pairs])
    depth = np.concatenate([scoring.delivered_depth(model, "emulate", *pair)[ground] for pair in pairs])
    return truth, chance, depth


@pytest.mark.parametrize(("code", "split"), [(splits.SEEN, "unseen_storms"), (splits.UNSEEN, "unseen_terrain")])
def test_all_scores_are_those_of_the_cells(outputs, windows, unet, code, split):
    """Counted again without tables: contingency, probability and depth, over all cells of the split at once."""
    truth, chance, depth = whole_truth(windows, unet, code)
    wet = truth >= np.float32(0.1)
    called = chance >= np.float32(unet["unet"].threshold("emulate", 0))
    found = scored(outputs, model="unet", task="emulate", split=split, subset="all", wet_depth="0.1")
    for name, value in dichotomous_scores(contingency(wet, called)).items():
        assert found[name] == pytest.approx(float(value), rel=1e-5)
    assert found["wet_share"] == pytest.approx(wet.mean(), rel=1e-5)
    assert found["average_precision"] == pytest.approx(average_precision_score(wet, chance), abs=2e-3)
    assert found["brier_score"] == pytest.approx(brier_score_loss(wet, chance), abs=1e-3)
    error = (depth - truth)[wet]
    assert found["depth_mean_absolute_error"] == pytest.approx(abs(error).mean(), abs=5e-4)
    assert found["depth_root_mean_square_error"] == pytest.approx(np.sqrt((error**2).mean()), abs=5e-4)
    spread = ((truth[wet] - truth[wet].mean()) ** 2).sum()
    assert found["nash_sutcliffe_efficiency"] == pytest.approx(1 - (error**2).sum() / spread, abs=5e-3)


def test_maps_are_scored_by_how_hard_it_rained(outputs, windows, unet):
    limits = study.EVALUATION["rain_bins"]
    names = class_names(limits)
    assert names == ["rain_below_4", "rain_4_to_7", "rain_from_7"]
    rain = {row["source"]: recent_rain(windows, row["source"], 3) for row in windows.index.to_dicts()}
    filled = 0
    for index, name in enumerate(names):

        def here(row, index=index):
            return rain_class(rain[row["source"]], limits) == index

        found = scored(outputs, model="unet", task="emulate", split="unseen_storms", subset=name, wet_depth="0.1")
        if not any(here(row) for row in windows.select("emulate", splits.TEST).to_dicts()):
            assert np.isnan(found["critical_success_index"])
            continue
        filled += 1
        truth, chance, _ = whole_truth(windows, unet, splits.SEEN, rows=here)
        called = chance >= np.float32(unet["unet"].threshold("emulate", 0))
        table = contingency(truth >= np.float32(0.1), called)
        assert found["critical_success_index"] == pytest.approx(table[0] / table[:3].sum(), rel=1e-5)
    assert filled > 1


def test_recent_rain_is_the_mean_of_the_newest_channels(windows):
    """The study's pattern is 4, 2 and 1 frames: the last three are two channels, the last one is one."""
    source = windows.select("emulate", splits.TEST)["source"][0]
    rates = np.expm1(windows.inputs(["rain"], "emulate", source, 0, 0, *windows.grid.shape)).mean((1, 2))
    assert recent_rain(windows, source, 1) == pytest.approx(rates[2], rel=1e-5)
    assert recent_rain(windows, source, 3) == pytest.approx((2 * rates[1] + rates[2]) / 3, rel=1e-5)
    assert recent_rain(windows, source, 99) == pytest.approx((4 * rates[0] + 2 * rates[1] + rates[2]) / 7, rel=1e-5)
    assert [rain_class(rate, [0.5, 2]) for rate in (0, 0.49, 0.5, 2, 9)] == [0, 0, 1, 2, 2]


def test_every_model_is_compared_with_every_baseline(outputs):
    found = rows(outputs / "water" / "comparisons.csv")
    assert tuple(found[0]) == scorecard.COMPARISONS
    scores = rows(outputs / "water" / "scores.csv")
    baselines = {(row["model"], row["task"], row["split"], row["wet_depth"]) for row in scores} - {
        ("unet", row["task"], row["split"], row["wet_depth"]) for row in scores
    }
    assert {(row["baseline"], row["task"], row["split"], row["wet_depth"]) for row in found} == baselines
    for row in found:
        place = (row["task"], row["split"], row["wet_depth"])
        mine, other = (
            float(pick(scores, name, *place)["critical_success_index"]) for name in ("unet", row["baseline"])
        )
        assert float(row["difference"]) == pytest.approx(mine - other, abs=2e-6)
        assert float(row["low"]) <= float(row["difference"]) <= float(row["high"])


def test_the_temperature_is_of_validation_and_makes_the_likeliest_probabilities(outputs, windows, unet):
    record = json.loads((outputs / "water" / "calibration.json").read_text())["unet"]["emulate"]["0.1"]
    ground = np.asarray(windows.region) == splits.SEEN
    model, wet, logit = unet["unet"], [], []
    chosen = windows.select("emulate", splits.VALIDATION).to_dicts()
    assert record["validation_maps"] == min(len(chosen), 4)
    for index in np.unique(np.linspace(0, len(chosen) - 1, record["validation_maps"]).astype(int)):
        chances, _ = predict(model.networks["emulate"], windows, model.groups, "emulate", chosen[index]["source"])
        wet.append(windows.depth_whole(chosen[index]["target"])[ground] >= np.float32(0.1))
        logit.append(log_odds(chances[0][ground].astype(float)))
    wet, logit = np.concatenate(wet), np.concatenate(logit)

    def loss(temperature):
        return log_loss(wet, sigmoid(logit / temperature))

    best = record["temperature"]
    assert loss(best) < min(loss(best * 0.9), loss(best * 1.1))
    found = scored(outputs, model="unet", task="emulate", split="unseen_storms", subset="all", wet_depth="0.1")
    assert record["before"]["brier_score"] == pytest.approx(found["brier_score"], rel=1e-5)
    assert record["after"]["brier_score"] == pytest.approx(found["brier_score_calibrated"], rel=1e-5)


def test_permanent_water_is_left_out_of_the_newly_flooded(outputs, windows, unet):
    opened = Windows(outputs / "windows")
    channel = windows.depth_whole(windows.select("emulate", splits.TEST)["target"][0]) > 0.2
    opened.permanent = channel
    chosen, settings = opened.select("emulate", splits.TEST).to_dicts(), study.evaluate_settings()
    tables = scoring.tabulate(
        opened, "emulate", chosen, unet, {"unet": 1}, {0.1: [AllDry(opened.grid.shape)]}, settings
    )
    seen = views.view(opened, tables, "emulate", "unseen_storms", settings, 7)
    ground = (np.asarray(opened.region) == splits.SEEN) & ~channel
    wet = [np.count_nonzero(opened.depth_whole(row["target"])[ground] >= np.float32(0.1)) for row in chosen]
    table = seen.table(("all_dry", 0.1), tallies.CASES, views.NEWLY_FLOODED).sum((0, 1))
    assert table.tolist() == [0, 0, sum(wet), len(chosen) * ground.sum() - sum(wet)]
    assert seen.table(("all_dry", 0.1), tallies.CASES).sum() > table.sum()
    assert views.NEWLY_FLOODED not in views.view(windows, tables, "emulate", "unseen_storms", settings, 7).subsets


def test_scores_over_few_wet_storms_are_marked(outputs, windows):
    told = json.loads((outputs / "water" / "metrics.json").read_text())["unet"]["emulate"]["unseen_storms"]["0.1 m"]
    chosen = windows.select("emulate", splits.TEST).to_dicts()
    assert told["storms"] == len({row["storm"] for row in chosen}) == 5
    assert told["storms_wet_enough"] == len(views.wet_storms(windows, chosen, "unseen_storms", 0.1, 20)) >= 3
    assert "remark" not in told
    assert views.wet_storms(windows, chosen, "unseen_storms", 0.1, 10**6) == []
    unseen = np.asarray(windows.region) == splits.UNSEEN
    cells = {row["storm"]: 0 for row in chosen}
    for row in chosen:
        wet = np.count_nonzero((windows.depth_whole(row["target"]) >= np.float32(0.1)) & unseen)
        cells[row["storm"]] = max(cells[row["storm"]], wet)
    least = sorted(cells.values())[2]
    enough = sorted(storm for storm, count in cells.items() if count >= least)
    assert views.wet_storms(windows, chosen, "unseen_terrain", 0.1, least) == enough
    tables = scoring.tabulate(
        windows, "emulate", chosen, {}, {}, {0.1: [AllDry(windows.grid.shape)]}, study.evaluate_settings()
    )
    card = scorecard.Scorecard()
    seen = views.view(windows, tables, "emulate", "unseen_storms", study.evaluate_settings(), 7)
    tables.tallies["unet", 0.1], tables.parameters["unet", 0.1] = tables.tallies["all_dry", 0.1], 1
    card.add(seen, ["unet"], {}, {0.1: 2}, 3)
    assert card.metrics["unet"]["emulate"]["unseen_storms"]["0.1 m"]["remark"] == "too few storms"


class Guess:
    """A baseline that gives a score and a depth: probabilities, or millimetres of rain that only rank."""

    parameters = 3

    def __init__(self, shape, name, probabilistic):
        self.name, self.probabilistic = name, probabilistic
        self.map = np.random.default_rng(0).uniform(0, 1 if probabilistic else 50, shape)

    def wet(self, window):
        return self.map > self.map.mean()

    def score(self, window):
        return self.map

    def depth(self, window):
        return self.map


def test_baselines_are_scored_by_whatever_they_foretell(windows):
    guesses = [Guess(windows.grid.shape, "chance", True), Guess(windows.grid.shape, "rank", False)]
    chosen = windows.select("emulate", splits.TEST).to_dicts()
    tables = scoring.tabulate(windows, "emulate", chosen, {}, {}, {0.1: guesses}, study.evaluate_settings())
    card = scorecard.Scorecard()
    card.add(views.view(windows, tables, "emulate", "unseen_storms", study.evaluate_settings(), 7), [], {}, {0.1: 5}, 3)
    scores = {name: {row["score"] for row in card.verification if row["model"] == name} for name in ("chance", "rank")}
    for found in scores.values():
        assert {"average_precision", "depth_mean_absolute_error", "critical_success_index"} <= found
    assert scores["chance"] - scores["rank"] == {"brier_score", "expected_calibration_error"}
    both = [row["value"] for row in card.verification if row["score"] == "average_precision" and row["subset"] == "all"]
    # The same order; but millimetres are told apart by an eighth of themselves, and chances near 1 far better.
    assert both[0] == pytest.approx(both[1], abs=0.01)


def test_figures_show_every_model_and_say_what_they_are_of(outputs):
    figures = {path.stem: path.read_text() for path in (outputs / "water" / "figures").iterdir()}
    assert set(figures) == {"training"} | {
        f"{kind}_{task}" for kind in ("reliability", "thresholds", "scores") for task in ("emulate", "nowcast")
    }
    for text in figures.values():
        assert text.startswith("<svg")
        assert "unet" in text
    assert "after temperature scaling" in figures["reliability_emulate"]
    assert "best baseline" in figures["thresholds_nowcast"]
    assert "persistence_oracle" in figures["scores_nowcast"]
