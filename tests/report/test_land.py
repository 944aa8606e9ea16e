"""The page's half on water: every model beside every baseline, oracles apart, and a verdict in words."""

import json
import re

import pytest

from floodmark.report import figures, names, systems
from floodmark.report.contrast import VERDICTS, contrast
from floodmark.report.land import land
from floodmark.report.water import models

BASELINES = ("climatology", "rain_threshold", "routed_rain", "settled_rain", "coarse_simulator_2")
SPLITS = ("unseen_storms", "unseen_terrain")
PNG = b"\x89PNG"


def write(folder, name, lines):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join(lines) + "\n")


def scores():
    """Rows of scores.csv: models by their number, baselines below, settled rain the strongest on unseen storms."""
    values = {name: 0.5 + 0.04 * place for place, name in enumerate(names.MODELS)}
    values |= {name: 0.1 * (place + 1) for place, name in enumerate(BASELINES)} | {"settled_rain": 0.72}
    rows = []
    for task in names.TASKS:
        for split in SPLITS:
            for depth in (0.1, 0.3):
                oracle = {"persistence_oracle": 0.99} if task == "nowcast" else {}
                for name, value in (values | oracle).items():
                    less = value - 0.1 * (split == "unseen_terrain") - 0.05 * (depth == 0.3)
                    rows.append(f"{name},{task},{split},{depth},{less:.3f},{less - 0.01:.3f},{less + 0.01:.3f},9")
    return ["model,task,split,wet_depth,critical_success_index,low,high,parameters", *rows]


def verdict(answer):
    found = {
        "recall_at_1": {"model": 0.41, "mean_rain": 0.1, "terrain_known": 0.2},
        "best_null": "terrain_known",
        "above_best_null": {"value": 0.21, "low": 0.15, "high": 0.27},
        "mean_candidates": 80.5,
        "permuted_pairs": {"recall_at_1": {"p_value": 0.001}},
        "verdict": answer,
    }
    return {"verdict": answer, "windows": 81, "storms": 20, "places": 9, "candidates": {"anywhere": found}}


@pytest.fixture
def outputs(tmp_path):
    water = tmp_path / "water"
    write(water, "scores.csv", scores())
    head = "model,baseline,task,split,wet_depth,difference,low,high"
    pairs = [
        "unet,settled_rain,emulate,unseen_storms,0.1,-0.06,-0.08,-0.04",
        "unet,all_dry,emulate,unseen_storms,0.1,,,",
    ]
    write(water, "comparisons.csv", [head, *pairs])
    place = "unet,emulate,unseen_storms"
    told = [f"{place},all,0.1,frequency_bias,1.0625,,", f"{place},all,0.1,critical_success_index,0.6,,",
            f"{place},rain_below_0.5,0.1,critical_success_index,0.4321,,"]  # fmt: skip
    write(water, "verification.csv", ["model,task,split,subset,wet_depth,score,value,low,high", *told])
    after = {"brier_score": 0.0123, "expected_calibration_error": 0.002}
    entry = {"temperature": 1.75, "before": {"brier_score": 0.0234, "expected_calibration_error": 0.01}, "after": after}
    write(water, "calibration.json", [json.dumps({"unet": {"emulate": {"0.1": entry}}})])
    write(water, "figures/training.svg", ["<svg>all models in training</svg>"])
    write(water, "figures/reliability_emulate.svg", ["<svg>reliable</svg>"])
    write(water, "figures/scores_emulate.svg", ["<svg>drawn twice</svg>"])
    write(water, "models/unet/history.csv", ["epoch,loss,critical_success_index", "1,0.5,0.2", "2,0.4,0.3"])
    write(water, "contrastive/retrieval.json", [json.dumps(verdict("yes"))])
    matchers = (("model", 0.41), ("terrain_known", 0.2))
    lines = [
        f"anywhere,{way},{name},{k},{value + 0.01 * k},0.3,0.5,0,0,0,81"
        for way in ("water_for_rain", "rain_for_water")
        for name, value in matchers
        for k in (1, 5, 10)
    ]
    columns = "candidates,direction,matcher,k,recall,low,high,above,above_low,above_high,queries"
    write(water, "contrastive/retrieval.csv", [columns, *lines])
    write(water, "contrastive/history.csv", ["epoch,loss,recall_at_1", "1,3.5,0.2"])
    (water / "contrastive/embedding_map.png").write_bytes(PNG)
    (water / "maps").mkdir()
    for name in ("temporal_cnn", "temporal_cnn_vae", "guided_unet"):
        for event in ("storm-3", "storm-7"):
            (water / f"maps/{name}_{event}.png").write_bytes(PNG)
    return tmp_path


def test_a_chart_for_each_task_and_depth_has_a_panel_a_split_and_a_row_a_name(outputs):
    charts = [part for part in models(outputs) if "Critical success index, " in part and "<svg" in part]
    assert len(charts) == 4
    for chart in charts:
        for name in (*names.MODELS, *BASELINES):
            assert chart.count(f">{names.words(name)}<") == 1
        for split in SPLITS:
            assert f">{names.words(split)}<" in chart
    assert sum("persistence (oracle)" in chart for chart in charts) == 2


def test_models_stand_above_baselines_and_oracles_below_them_whatever_their_scores():
    rows = [
        figures.Standing("dry", figures.BASELINE, 0.9, 0.9, 0.9),
        figures.Standing("worse", figures.MODEL, 0.2, 0.1, 0.3),
        figures.Standing("knows", figures.ORACLE, 1.0, 1.0, 1.0),
        figures.Standing("better", figures.MODEL, 0.4, 0.3, 0.5),
    ]
    chart = figures.standings({"a": rows, "b": rows[:1]}, "score", "A title")
    found = re.findall(r">(dry|worse|knows|better)<", chart)
    assert found == ["better", "worse", "dry", "knows"]


def test_the_strongest_baseline_is_no_model_and_no_oracle():
    found = {"unet": 0.9, "persistence_oracle": 0.8, "settled_rain": 0.7, "hand_logistic": None, "all_dry": 0.0}
    rows = [{"model": name, names.SCORE: value} for name, value in found.items()]
    assert names.strongest(rows) == "settled_rain"
    assert names.strongest(rows[:2]) is None


def test_the_table_of_systems_names_the_strongest_baseline_beside_the_two_that_all_have(outputs):
    table = {row[0]: row for row in systems.rows(outputs, ("none",))}
    for place, (name, told) in enumerate(names.MODELS.items()):
        _, target, score, baseline = table[f"{told} (`{name}`)"]
        assert target == f"dvc repro train_water@{name} evaluate_water"
        assert f"{0.5 + 0.04 * place:.2f} (" in score
        assert baseline.startswith("climatology 0.10 (0.09–0.11) / 0.00 (")
        assert "; routed rain 0.30 (0.29–0.31) / 0.20" in baseline
        assert baseline.endswith("; strongest, settled rain 0.72 (0.71–0.73) / 0.62 (0.61–0.63)")


def test_the_table_of_systems_says_whether_there_is_a_relation(outputs):
    row = next(row for row in systems.rows(outputs, ("none",)) if row[0].startswith("Contrastive"))
    assert "can learn: yes; recall@1" in row[2]
    assert row[2].endswith("0.41 / –")
    assert row[3] == "best null: terrain known 0.20, above it +0.21 (+0.15 to +0.27) / –"


def test_the_page_shows_differences_calibration_and_scores_by_rain(outputs):
    text = "".join(models(outputs))
    assert "−" not in text
    assert "-0.060 (-0.080 to -0.040)" in text
    for words in ("1.062", "0.4321", "rain below 0.5", "1.75", "0.0234", "0.0123"):
        assert words in text


def test_figures_of_the_evaluation_are_shown_but_not_the_scores_twice(outputs):
    text = "".join(models(outputs))
    assert "all models in training" in text
    assert "after temperature scaling: emulate" in text
    assert "drawn twice" not in text


@pytest.mark.parametrize("answer", VERDICTS)
def test_the_verdict_stands_in_words_with_its_figures(outputs, answer):
    write(outputs, "water/contrastive/retrieval.json", [json.dumps(verdict(answer))])
    text = "".join(contrast(outputs))
    assert VERDICTS[answer].split(":")[0] in text
    assert "+0.210 (+0.150 to +0.270)" in text
    assert "0.460 (0.300–0.500)" in text  # the model's recall@5
    assert "terrain known" in text
    assert "data:image/png" in text


def test_maps_go_by_event_with_the_last_model_unfolded(outputs):
    text = land(outputs)
    shown = text[text.index('id="maps"') :]
    first, fold = shown.index("guided unet on storm-3"), shown.index("<details>")
    assert first < fold < shown.index("temporal cnn on storm-3")
    assert fold < shown.index("temporal cnn vae on storm-3")
    assert "guided unet on storm-7" in shown
    assert "temporal cnn on storm-7" not in shown
    assert "lie in outputs/water/maps" in shown


def test_outputs_of_before_these_files_still_give_a_page(outputs):
    for name in ("comparisons.csv", "verification.csv", "calibration.json", "contrastive/retrieval.csv"):
        (outputs / "water" / name).unlink()
    (outputs / "water/contrastive/retrieval.json").unlink()
    (outputs / "water/contrastive/embedding_map.png").unlink()
    text = land(outputs)
    assert "Critical success index, emulate, 0.1 m" in text
    assert "No encoders of rain and water were trained" in text
    assert next(row for row in systems.rows(outputs, ()) if row[0].startswith("Contrastive"))[3] == "best null: – / –"


def test_an_undecided_contrast_of_nothing_is_shown(outputs):
    nothing = {"recall_at_1": {"model": None}, "best_null": "mean_rain", "verdict": "undecided", "permuted_pairs": {}}
    summary = {"verdict": "undecided", "windows": 0, "storms": 0, "places": 0, "candidates": {"anywhere": nothing}}
    write(outputs, "water/contrastive/retrieval.json", [json.dumps(summary)])
    columns = "candidates,direction,matcher,k,recall,low,high,above,above_low,above_high,queries"
    write(outputs, "water/contrastive/retrieval.csv", [columns, "anywhere,water_for_rain,model,1,,,,,,,0"])
    write(outputs, "water/contrastive/history.csv", ["epoch,loss,recall_at_1", "1,,", "2,3.1,0.1"])
    text = "".join(contrast(outputs))
    assert "Undecided" in text
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)


def test_scores_of_nothing_are_no_chart(tmp_path):
    header = "model,task,split,wet_depth,critical_success_index,low,high,parameters"
    write(tmp_path, "water/scores.csv", [header, "unet,emulate,unseen_storms,0.1,,,,9"])
    text = "".join(models(tmp_path))
    assert "<svg" not in text
    assert "All scores (1 rows)" in text
