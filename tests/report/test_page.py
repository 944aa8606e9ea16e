"""The report: one file, nothing loaded from elsewhere, right for a study with nothing in it, and escaped."""

import json
import re
from pathlib import Path

import pytest

from floodmark.report import html, systems
from floodmark.report.page import write_page
from floodmark.settings.report import Report

CONFIDENCES = ("none", "0.5", "0.9")
SETTINGS = Report(title="A <title>", is_demonstration=True)


def write(folder, name, text):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


@pytest.fixture
def outputs(tmp_path):
    header = "model,task,split,wet_depth,critical_success_index,low,high,parameters\n"
    rows = "unet,emulate,unseen_storms,0.1,0.61,0.6,0.62,9\nclimatology,emulate,unseen_storms,0.1,0.24,0.2,0.28,9\n"
    rows += "unet,emulate,unseen_storms,0.3,0.99,0.9,1,9\nrouted_rain,emulate,unseen_storms,0.1,0.17,0.1,0.2,1\n"
    rows += "unet,nowcast,unseen_storms,0.1,0.46,,,9\npersistence_oracle,nowcast,unseen_storms,0.1,0.38,,,0\n"
    write(tmp_path, "water/scores.csv", header + rows)
    header = "model,source,n,accuracy,balanced_accuracy,macro_f1,low,high\n"
    rows = "lstm,all,100,0.7,0.71,0.7,0.65,0.77\nvader,all,100,0.8,0.75,0.7,0.7,0.8\n"
    rows += "vader_without_emoji,all,100,0.8,0.72,0.7,0.7,0.8\n"
    rows += "majority,all,100,0.6,0.5,0.4,0.5,0.5\n"
    write(tmp_path, "sentiment/human.csv", header + rows)
    write(tmp_path, "sentiment/confusion/lstm.csv", "truth,predicted\npositive,positive\nnegative,positive\n")
    for confidence, accuracy in (("0.5", 0.8), ("0.9", 0.82), ("0.3", 0.99)):
        test = {"balanced_accuracy": accuracy, "low": accuracy - 0.05, "high": accuracy + 0.05}
        scores = json.dumps({"trained": True, "test": test})
        write(tmp_path, f"sentiment/clip/{confidence}/train.json", scores)
    return tmp_path


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
    target, score, baseline = next(row for name, row in table.items() if "`emulate`" in name)
    assert "0.61 (0.60–0.62)" in score
    assert "climatology 0.24 (0.20–0.28) / –; routed rain 0.17" in baseline
    _, score, baseline = next(row for name, row in table.items() if "`nowcast`" in name)
    assert "0.46 / –" in score
    assert "oracle" not in baseline
    assert target == "dvc repro evaluate_water"
    _, score, baseline = table["LSTM + GloVe"]
    assert "0.71 (0.65–0.77)" in score
    assert "VADER 0.72 (0.70–0.80), with the emoji 0.75 (0.70–0.80)" in baseline
    assert sum(target == systems.TO_COME for target, _, _ in table.values()) == 3


def test_a_study_of_generated_storms_says_so_and_shows_its_own_event(outputs):
    path = outputs / "water/scores.csv"
    path.write_text(path.read_text() + "unet,emulate,predicted_events,0.1,0.47,,,9\n")
    score = next(row[2] for row in systems.rows(outputs, CONFIDENCES) if "`emulate`" in row[0])
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
