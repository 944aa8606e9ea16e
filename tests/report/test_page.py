"""The report: one file, nothing loaded from elsewhere, right for a study with nothing in it, and escaped."""

import json
import re
from pathlib import Path

import pytest

from floodmark.charts import COLOURS
from floodmark.dag import read_stages
from floodmark.report import figures, html, systems
from floodmark.report.page import write_page
from floodmark.settings.report import Report

CONFIDENCES = ("none", "0.5", "0.9")
SETTINGS = Report(title="A <title>", is_demonstration=True)


def write(folder, name, text):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


SCORES = ("accuracy", "balanced_accuracy", "macro_f1", "matthews_correlation", "brier_score")


def judged():
    """The table of scores against people, in which only texts that nobody calls neutral count as the headline."""
    names = (*SCORES, "expected_calibration_error")
    columns = ["model", "neutral", "source", "event", "n"]
    for name in names:
        prefix = "" if name == "balanced_accuracy" else f"{name}_"
        columns += [name, f"{prefix}low", f"{prefix}high"]
    lines = [",".join(columns)]
    models = {"majority": (0.5, 0.5, 0.5), "vader": (0.75, 0.7, 0.8), "vader_without_emoji": (0.72, 0.7, 0.8),
              "lstm": (0.71, 0.65, 0.77)}  # fmt: skip
    for neutral, less in (("left_out", 0), ("as_positive", 0.2)):
        for model, values in models.items():
            for source, event in (("all", "all"), ("survey", "all"), ("all", "north")):
                lower = less + 0.1 * (source != "all") + 0.05 * (event != "all")
                three = ",".join(f"{value - lower:.2f}" for value in values)
                known = [three] * 4 + [three if model == "lstm" else ",,"] * 2
                lines.append(",".join([model, neutral, source, event, "100", *known]))
    return "\n".join(lines) + "\n"


def history(*shares):
    rows = "".join(f"{epoch},0.5,{training},{validation}\n" for epoch, (training, validation) in enumerate(shares, 1))
    return "epoch,loss,training_accuracy,accuracy\n" + rows


@pytest.fixture
def outputs(tmp_path):
    header = "model,task,split,wet_depth,critical_success_index,low,high,parameters\n"
    rows = "unet,emulate,unseen_storms,0.1,0.61,0.6,0.62,9\nclimatology,emulate,unseen_storms,0.1,0.24,0.2,0.28,9\n"
    rows += "unet,emulate,unseen_storms,0.3,0.99,0.9,1,9\nrouted_rain,emulate,unseen_storms,0.1,0.17,0.1,0.2,1\n"
    rows += "guided_unet,nowcast,unseen_storms,0.1,0.46,,,9\npersistence_oracle,nowcast,unseen_storms,0.1,0.38,,,0\n"
    write(tmp_path, "water/scores.csv", header + rows)
    write(tmp_path, "sentiment/human.csv", judged())
    write(tmp_path, "sentiment/classes.csv", "model,class,n,f1\nlstm,negative,60,0.61\n")
    write(tmp_path, "sentiment/comparisons.csv", "neutral,first,second,p_holm\nleft_out,vader,lstm,0.0123\n")
    agreement = {"classes": {"nominal": {"alpha": 0.66, "low": 0.61, "high": 0.7}, "texts": 45}}
    write(tmp_path, "sentiment/metrics.json", json.dumps({"judgements": 316, "agreement": agreement, "models": {}}))
    bins = "probability,positive_share,low,high,n\n0.25,0.3,0.2,0.42,60\n0.8,0.7,0.55,0.82,40\n"
    write(tmp_path, "sentiment/reliability/lstm.csv", bins)
    write(tmp_path, "sentiment/confusion/lstm.csv", "truth,predicted\npositive,positive\nnegative,positive\n")
    for confidence, accuracy in (("0.5", 0.8), ("0.9", 0.82), ("0.3", 0.99)):
        test = {"balanced_accuracy": accuracy, "low": accuracy - 0.05, "high": accuracy + 0.05}
        scores = json.dumps({"trained": True, "test": test})
        write(tmp_path, f"sentiment/clip/{confidence}/train.json", scores)
        write(tmp_path, f"sentiment/clip/{confidence}/history.csv", history((0.6, 0.55), (0.7, 0.65)))
    return tmp_path


class Asked(type(Path())):
    """A path that notes what is asked of it and of what lies below it."""

    paths = set()

    def is_file(self):
        self.paths.add(str(self))
        return super().is_file()

    def glob(self, pattern):
        self.paths.add(str(self))
        return super().glob(pattern)


@pytest.mark.parametrize("there", [True, False])
def test_the_page_is_made_of_what_the_stage_declares_and_of_nothing_else(outputs, there, monkeypatch):
    deps = read_stages(Path())["report"].deps
    monkeypatch.setattr(Asked, "paths", set())
    folder = Asked(outputs if there else outputs / "none")
    write_page(folder, outputs / "index.html", SETTINGS, CONFIDENCES)
    asked = {f"outputs/{Path(path).relative_to(folder)}" for path in Asked.paths}
    assert {"outputs/water/metrics.json", "outputs/radar.json", "outputs/water/maps"} <= asked
    assert [path for path in sorted(asked) if not any(Path(path).is_relative_to(dep) for dep in deps)] == []


def test_a_study_with_nothing_in_it_has_a_report(tmp_path):
    write_page(tmp_path, tmp_path / "index.html", SETTINGS, CONFIDENCES)
    text = (tmp_path / "index.html").read_text()
    for words in ("No event was simulated", "no human labels", "too few tweets for topics", "nothing is scored"):
        assert words in text


def test_the_page_loads_nothing_from_elsewhere_and_escapes(outputs):
    write_page(outputs, outputs / "index.html", SETTINGS, CONFIDENCES)
    text = (outputs / "index.html").read_text()
    assert "A &lt;title&gt;" in text
    assert not re.search(r"""(src|href)\s*=\s*["'](?!data:|#)""", text)
    assert "<script" not in text


def test_the_same_outputs_give_the_same_bytes(outputs):
    for name in ("one.html", "two.html"):
        write_page(outputs, outputs / name, SETTINGS, CONFIDENCES)
    assert (outputs / "one.html").read_bytes() == (outputs / "two.html").read_bytes()


def test_the_table_of_systems_shows_each_score_beside_its_own_baseline(outputs):
    table = {name: (target, score, baseline) for name, target, score, baseline in systems.rows(outputs, CONFIDENCES)}
    target, score, baseline = next(row for name, row in table.items() if "(`unet`)" in name)
    assert "0.61 (0.60–0.62)" in score
    assert "too few" not in score
    assert "climatology 0.24 (0.20–0.28) / –; routed rain 0.17" in baseline
    assert target == "dvc repro train_water@unet evaluate_water"
    _, score, baseline = next(row for name, row in table.items() if "`nowcast`" in name)
    assert "0.46 / –" in score
    assert "oracle" not in baseline
    _, score, baseline = table["LSTM + GloVe"]
    assert "0.71 (0.65–0.77)" in score
    assert "VADER 0.72 (0.70–0.80)" in baseline
    _, _, baseline = table["Evaluation against people"]
    assert "VADER 0.72 (0.70–0.80), with the emoji 0.75 (0.70–0.80)" in baseline


def test_a_score_of_too_few_storms_says_so(outputs):
    few, enough = {"storms_wet_enough": 7, "remark": "too few storms"}, {"storms_wet_enough": 30}
    told = {"unseen_terrain": {"0.1 m": few, "0.3 m": few}, "unseen_storms": {"0.1 m": enough, "0.3 m": few}}
    write(outputs, "water/metrics.json", json.dumps({"unet": {"emulate": told}}))
    score = next(row[2] for row in systems.rows(outputs, CONFIDENCES) if "(`unet`)" in row[0])
    assert score.endswith("; too few storms wet enough on unseen terrain: 7")


def test_people_are_shown_with_both_readings_of_neutral_and_everything_beside_it(outputs):
    write_page(outputs, outputs / "index.html", SETTINGS, CONFIDENCES)
    text = (outputs / "index.html").read_text()
    for words in (
        "Balanced accuracy against people, all texts, neutral texts left out (95 % intervals)",
        "Balanced accuracy against people, all texts, neutral texts taken for positive (95 % intervals)",
        "Balanced accuracy against people, survey, neutral texts left out (95 % intervals)",
        "0.710 (0.650 to 0.770)", "0.510 (0.450 to 0.570)", "0.660 (0.600 to 0.720)",
        "krippendorff.classes.nominal.alpha", "Scores by class", "0.0123", "Reliability against people",
        "Confusion matrix of lstm",
    ):  # fmt: skip
        assert words in text


def test_training_is_drawn_beside_validation_with_and_without_augmentation(outputs):
    write(outputs, "sentiment/clip/none/history.csv", history((0.5, 0.5)))
    empty = "epoch,loss,training_accuracy,accuracy\nnan,nan,nan,nan\n"
    write(outputs, "sentiment/text/lstm/history.csv", empty)
    write_page(outputs, outputs / "index.html", SETTINGS, CONFIDENCES)
    text = (outputs / "index.html").read_text()
    assert "CLIP + dense, by confidence of the image: accuracy on emoji labels by epoch" in text
    assert text.count("none (without augmentation)") == 1
    assert text.count(">training<") == text.count(">validation<") - 2 == 1
    assert "Text models: accuracy on emoji labels by epoch" not in text


def test_a_curve_has_a_line_for_each_confidence_in_both_panels():
    one = figures.learning({"0.5": ([0.6, 0.7], [0.5, 0.6]), "0.9": ([0.5], [0.4])}, "accuracy", "A title")
    two = figures.learning({"0.5": ([0.6, 0.7], [0.5, 0.6])}, "accuracy", "A title")
    colour = f"stroke: {COLOURS[1].lower()}"
    assert one.count(colour) == 3  # two panels and the legend
    assert colour not in two


def test_a_study_of_generated_storms_says_so_and_shows_its_own_event(outputs):
    path = outputs / "water/scores.csv"
    path.write_text(path.read_text() + "unet,emulate,predicted_events,0.1,0.47,,,9\n")
    score = next(row[2] for row in systems.rows(outputs, CONFIDENCES) if "(`unet`)" in row[0])
    assert "unseen generated storms" in score
    assert "radar's own events 0.47" in score


def test_without_a_model_that_was_not_augmented_there_is_no_such_baseline(outputs):
    row = next(row for row in systems.rows(outputs, CONFIDENCES) if row[0].startswith("Augmentation"))
    assert "confidence, 0.5: 0.80 (0.75–0.85), 0.9: 0.82 (0.77–0.87)" in row[2]
    assert row[3] == "own photos only: –"


def test_only_the_demonstration_says_that_it_is_one(tmp_path):
    write_page(tmp_path, tmp_path / "a.html", SETTINGS, CONFIDENCES)
    write_page(tmp_path, tmp_path / "b.html", Report(title="x", is_demonstration=False), CONFIDENCES)
    assert "This is the demonstration" in (tmp_path / "a.html").read_text()
    assert "This is the demonstration" not in (tmp_path / "b.html").read_text()


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "–"), (float("nan"), "–"), (0.123456, "0.1235"), ("<b>", "&lt;b&gt;")]
)
def test_values_are_shown_as_people_read_them(value, shown):
    assert html.escape(value) == shown


def test_the_report_reads_only_outputs():
    for path in Path("src/floodmark/report").glob("*.py"):
        assert "data/" not in path.read_text(encoding="utf-8")
