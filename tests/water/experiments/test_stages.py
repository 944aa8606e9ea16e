"""Each stage of results/ on a tiny study, from end to end."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest

from floodmark.settings.ablate_water import AblateWater
from floodmark.settings.curve_storms import CurveStorms
from floodmark.settings.judge_water import JudgeWater
from floodmark.settings.repeat_water import RepeatWater
from floodmark.water.checks.scores import COLUMNS
from floodmark.water.dataset import Windows
from floodmark.water.experiments import curve, judge, laundry, repeat
from floodmark.water.experiments.variants import variants
from tests.water import study
from tests.water.conftest import cut
from tests.water.experiments.conftest import quick

EPOCHS = dict.fromkeys(
    ("temporal_cnn", "temporal_cnn_vae", "contrastive_decoder", "deeplabv3plus", "unet", "guided_unet"), 1
)


def judge_settings(**changes):
    return JudgeWater(
        **{"epochs": EPOCHS, "moments": 1, "variant_models": ["temporal_cnn"],
           "variant_inputs": [["heightmap", "rain"], ["terrain", "rain"]], "variant_epochs": 1, **changes}
    )  # fmt: skip


def repeat_settings(**changes):
    return RepeatWater(
        **{"models": ["unet"], "epochs": 1, "seeds": 2, "moments": 1, "fold_models": ["guided_unet"], "fold_epochs": 1,
           "folds": 2, "block_cells": 40, "guard_cells": 4, "guard_upstream": 0.5, **changes}
    )  # fmt: skip


DATES = {"train": [["2012-01-01", "2012-12-31"]], "validation": [["2013-01-01", "2013-03-12"]],
         "test": [["2013-03-14", "2013-12-31"]]}  # fmt: skip


def ablate_settings(**changes):
    return AblateWater(**{"dates": DATES, "epochs": 1, "moments": 1, "deeper": 3, **changes})


def curve_settings(**changes):
    return CurveStorms(**{"models": ["unet"], "storms": [1, 3, 512], "epochs": 1, "moments": 1, **changes})


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def written(outputs):
    return {path.name: path.read_bytes() for path in outputs}


def to(folder, kind, *names):
    folder.mkdir(exist_ok=True)
    return kind(*(folder / name for name in names))


def checks(folder):
    """What check_models might say: one network has learnt its tasks, one but for a single score, others are absent."""
    path = folder / "checks.csv"
    rows = ["unet,a,r2,0.9,0.8,1,0,0.5,yes", "unet,b,r2,0.9,0.8,1,0,0.5,yes", "guided_unet,a,r2,0,0,0,0,0.5,no",
            "guided_unet,b,r2,0.9,0.8,1,0,0.5,yes"]  # fmt: skip
    path.write_text("\n".join([",".join(COLUMNS), *rows, ""]), encoding="utf-8")
    return path


def test_judge_water_scores_models_baselines_and_variants(small, place, tmp_path, capsys):
    names = ("scores.csv", "comparisons.csv", "variants.csv", "training.svg", "variants.svg")
    outputs = to(tmp_path / "one", judge.Outputs, *names)
    judge.judge_water(small.windows, checks(tmp_path), outputs, place, quick(), judge_settings(), 7)
    scores = rows_of(outputs.scores)
    models = {row["model"] for row in scores}
    assert {"unet", "guided_unet", "climatology", "all_dry", "settled_rain", "coarse_simulator_2"} <= models
    assert not [name for name in models if name.startswith("temporal_cnn")]
    assert {row["split"] for row in scores} == {"unseen_storms", "unseen_terrain"}
    index = {(row["model"], row["split"]): float(row["critical_success_index"] or "nan") for row in scores}
    for row in rows_of(outputs.comparisons):
        apart = index[row["model"], row["split"]] - index[row["baseline"], row["split"]]
        assert float(row["difference"]) == pytest.approx(apart, abs=1e-5)
    tried = rows_of(outputs.variants)
    assert {row["variant"] for row in tried} == {"base", "reads terrain rain"}
    assert {float(row["above_base"]) for row in tried if row["variant"] == "base"} == {0}
    again = to(tmp_path / "two", judge.Outputs, *names)
    judge.judge_water(small.windows, checks(tmp_path), again, place, quick(), judge_settings(), 7)
    assert written(outputs) == written(again)
    verdicts = {row["model"]: row["checked"] for row in scores}
    assert (verdicts.pop("unet"), verdicts.pop("guided_unet")) == ("passed", "failed")
    assert set(verdicts.values()) == {""}
    assert "guided_unet has FAILED check_models" in capsys.readouterr().err


def test_a_contrastive_decoder_has_a_variant_for_each_start_and_begins_anew_with_other_inputs():
    settings = judge_settings(variant_models=["contrastive_decoder"])
    tuned = study.train_settings(contrastive_decoder={**study.TRAINING["contrastive_decoder"], "start": "tuned"})
    found = {one.name: (one.inputs, one.start) for one in variants(tuned, settings)}
    assert found == {
        "base": ("terrain rain routed", "tuned"),
        "reads heightmap rain": ("heightmap rain", "scratch"),
        "reads terrain rain": ("terrain rain", "scratch"),
        "encoder frozen": ("terrain rain routed", "frozen"),
        "encoder scratch": ("terrain rain routed", "scratch"),
    }


def test_repeat_water_has_a_row_a_model_and_pools_its_folds(small, place, tmp_path):
    outputs = to(tmp_path / "out", repeat.Outputs, "seeds.csv", "folds.csv", "folds.svg")
    repeat.repeat_water(small, tmp_path / "windows", outputs, place, quick(), repeat_settings(), 7)
    seeds = rows_of(outputs.seeds)
    assert [(row["model"], row["split"]) for row in seeds] == [("unet", "unseen_storms"), ("unet", "unseen_terrain")]
    for row in seeds:
        mean, best = float(row["critical_success_index"]), float(row["best_baseline_critical_success_index"])
        assert float(row["least"]) <= mean <= float(row["most"])
        assert float(row["difference"]) == pytest.approx(mean - best, abs=1e-5)
    folds = {(row["model"], row["fold"], row["split"]): row for row in rows_of(outputs.folds)}
    for split in ("unseen_storms", "unseen_terrain"):
        each = [folds["guided_unet", fold, split] for fold in ("0", "1")]
        pooled = folds["guided_unet", "all", split]
        assert int(pooled["cells"]) == sum(int(row["cells"]) for row in each)
        scores = sorted(float(row["critical_success_index"]) for row in each)
        assert scores[0] <= float(pooled["critical_success_index"]) <= scores[1]
        assert pooled["best_baseline"]
        assert folds["all_dry", "all", split]["best_baseline"] == ""


def test_ablate_water_is_one_table_with_accuracy_and_what_all_dry_has(small, place, tmp_path):
    outputs = to(tmp_path / "out", laundry.Outputs, "laundry.csv", "laundry.svg")
    laundry.ablate_water(small, tmp_path / "windows", outputs, place, quick(), ablate_settings(), 7)
    rows = [row for row in rows_of(outputs.table) if row["split"] == "unseen_storms"]
    assert [row["variant"] for row in rows] == [
        "base", "half_of_the_storms", "raw_numbers", "heights_as_they_are", "inverted_heightmap", "deeper",
    ]  # fmt: skip
    storms = {row["variant"]: int(row["storms"]) for row in rows}
    assert storms["half_of_the_storms"] == storms["base"] // 2
    assert len({row["all_dry_accuracy"] for row in rows}) == 1
    assert all(0.5 < float(row["all_dry_accuracy"]) < 1 for row in rows)
    assert all(0 <= float(row["accuracy"]) <= 1 for row in rows)
    assert float(rows[0]["difference"]) == 0


def test_days_without_storms_leave_the_split_as_it_is(small, tmp_path, capsys):
    empty = ablate_settings(dates={**DATES, "test": [["2015-01-01", "2015-12-31"]]})
    assert laundry.by_dates(small, tmp_path / "dates", empty).folder == small.windows
    assert "make_windows.split stands" in capsys.readouterr().err
    named = laundry.by_dates(small, tmp_path / "others", ablate_settings())
    assert named.events.filter(split="test")["start"].dt.year().unique().to_list() == [2013]


def test_curve_storms_takes_all_storms_where_more_are_asked_for(small, place, tmp_path, capsys):
    outputs = to(tmp_path / "out", curve.Outputs, "storms.csv", "storms.svg")
    curve.curve_storms(small.windows, outputs, place, quick(), curve_settings(), 7)
    most = Windows(small.windows).select("emulate", "train")["storm"].n_unique()
    assert f"asks for 512: there are {most}" in capsys.readouterr().err
    rows = rows_of(outputs.table)
    assert {int(row["storms"]) for row in rows} == {1, 3, most}
    assert {float(row["below_most"]) for row in rows if int(row["storms"]) == most} == {0}
    assert curve.there_are([64, 8, 512], 20) == [8, 20]


def test_a_study_without_storms_gives_tables_of_headers(tmp_path, place):
    study.write_study(tmp_path, radar=0, generated=0)
    windows = cut(tmp_path)
    origin = replace_origin(tmp_path, windows)
    outputs = to(tmp_path / "out", judge.Outputs, "a.csv", "b.csv", "c.csv", "d.svg", "e.svg")
    judge.judge_water(windows.folder, checks(tmp_path), outputs, place, quick(), judge_settings(variant_models=[]), 7)
    other = to(tmp_path / "out", repeat.Outputs, "f.csv", "g.csv", "h.svg")
    place = replace(place, work=None)
    repeat.repeat_water(origin, tmp_path / "folds", other, place, quick(), repeat_settings(), 7)
    table = to(tmp_path / "out", laundry.Outputs, "i.csv", "j.svg")
    laundry.ablate_water(origin, tmp_path / "dates", table, place, quick(), ablate_settings(), 7)
    storms = to(tmp_path / "out", curve.Outputs, "k.csv", "l.svg")
    curve.curve_storms(windows.folder, storms, place, quick(), curve_settings(), 7)
    for path in (tmp_path / "out").glob("*.csv"):
        assert len(path.read_text(encoding="utf-8").splitlines()) == 1


def replace_origin(folder, windows):
    from floodmark.water.experiments.derived import Origin

    return Origin(windows.folder, folder, study.window_settings())
