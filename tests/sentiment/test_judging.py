import csv
import json
import math

import numpy as np
import polars as pl
import pytest

from floodmark.learning.seeds import generator
from floodmark.sentiment.baselines import constant, vader
from floodmark.sentiment.human import read_judged
from floodmark.sentiment.judging import paired_difference
from floodmark.sentiment.scoring import balanced_accuracies, majority, score, unit_cells
from tests.sentiment.study import HUMAN


def judgements(path, *rows):
    table = [(number, None, text, person, text, label, "s") for number, (text, person, label) in enumerate(rows)]
    pl.DataFrame(table, schema=HUMAN, orient="row").sample(fraction=1, shuffle=True, seed=1).write_parquet(path)
    return read_judged(path)


def test_the_majority_of_annotators_decides_and_ties_are_counted(tmp_path):
    judged = judgements(
        tmp_path / "human.parquet",
        ("one", "a", "negative"), ("one", "b", "negative"), ("one", "c", "positive"),
        ("tie", "a", "negative"), ("tie", "b", "positive"),
        ("single", None, "neutral"),
        ("three", "a", "negative"), ("three", "b", "neutral"), ("three", "c", "positive"),
    )  # fmt: skip
    assert judged.texts.select("label_row", "text", "label", "annotators").rows() == [
        (0, "one", "negative", 3),
        (5, "single", "neutral", 1),
    ]
    assert (judged.judgements, judged.ties) == (9, 2)
    assert judged.agreement == pytest.approx(2 / 14)  # of 6 + 2 + 6 ordered pairs, 2 agree


def test_one_annotator_each_has_no_agreement_to_state(tmp_path):
    assert judgements(tmp_path / "human.parquet", ("one", "a", "negative")).agreement is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What a wonderful, happy day, I love it!", 1),
        ("This is horrible, I hate this terrible flood.", 0),
        ("The house is on the corner.", 1),
    ],
)
def test_vader_on_plain_cases(text, expected):
    answers, silent = vader([text])
    assert answers.tolist() == [expected]
    assert silent == ("corner" in text)


def test_constant_answers_what_is_most_frequent():
    assert constant(np.array([0, 1, 0])).tolist() == [0, 0, 0]
    assert constant(np.array([1, 1, 0])).tolist() == [1, 1, 1]
    assert constant(np.array([], np.int64)).tolist() == []


def test_scores_of_a_known_confusion():
    truth = np.array([0] * 40 + [1] * 10)
    predicted = np.array([0] * 30 + [1] * 10 + [1] * 5 + [0] * 5)
    found = score(truth, predicted, range(50), np.random.default_rng(0))
    assert found["tweets"] == 50
    assert found["accuracy"] == pytest.approx(0.7)
    assert found["balanced_accuracy"] == pytest.approx(0.625)
    assert found["low"] < 0.625 < found["high"]


def test_tweets_of_one_group_are_drawn_together():
    truth = np.tile([0, 1], 100)
    predicted = np.where(np.arange(200) % 20 < 12, truth, 1 - truth)
    alone = score(truth, predicted, range(200), np.random.default_rng(0))
    together = score(truth, predicted, np.arange(200) // 4, np.random.default_rng(0))
    assert together["high"] - together["low"] > 1.2 * (alone["high"] - alone["low"])


def test_cells_sum_to_the_confusion():
    truth, predicted = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 1, 1, 0])
    assert unit_cells(truth, predicted, list("aabbc")).tolist() == [[1, 1, 0, 0], [0, 0, 0, 2], [0, 0, 1, 0]]


def test_balanced_accuracy_of_resamples_skips_absent_classes():
    cells = np.array([[3, 1, 0, 0], [3, 1, 1, 1], [0, 0, 0, 0]], float)
    with np.errstate(invalid="ignore"):
        found = balanced_accuracies(cells)
    assert found[:2].tolist() == [0.75, 0.625]
    assert math.isnan(found[2])


def test_majority_is_that_of_training():
    assert majority(np.array([1, 1, 0]), np.array([0, 0, 1, 1]))["accuracy"] == 0.5
    assert majority(np.array([1, 1, 0]), np.array([0, 0, 0, 1]))["accuracy"] == 0.25


def test_a_paired_difference_is_sharper_than_two_intervals():
    rng = np.random.default_rng(4)
    truth = rng.integers(0, 2, 400)
    baseline = np.where(rng.random(400) < 0.7, truth, 1 - truth)
    better = np.where(rng.random(400) < 0.15, truth, baseline)
    found = paired_difference(truth, better, baseline, 1000, generator(1, "paired"))
    expected = balanced_accuracies(unit_cells(truth, better, range(400)).sum(0)) - balanced_accuracies(
        unit_cells(truth, baseline, range(400)).sum(0)
    )
    assert found["difference"] == pytest.approx(float(expected))
    assert 0 < found["low"] < found["difference"] < found["high"]
    same = paired_difference(truth, baseline, baseline, 200, generator(1, "paired"))
    assert (same["difference"], same["low"], same["high"]) == (0, 0, 0)


@pytest.fixture(scope="module")
def judged_study(study, params, tmp_path_factory):
    """Every model trained and judged."""
    from floodmark.sentiment.assignment import assign
    from floodmark.sentiment.clip_models import train_clip
    from floodmark.sentiment.judging import evaluate
    from floodmark.sentiment.text_models import train_text
    from floodmark.settings.augment import Augment
    from floodmark.settings.evaluate_human import EvaluateHuman
    from floodmark.settings.train_clip import TrainClip
    from floodmark.settings.train_text import TrainText
    from tests.sentiment.test_training import small_text

    root = tmp_path_factory.mktemp("judged")
    augment = params("augment", Augment, min_confidences=["none", 0.5], logit_scale=300)
    tweets = study / "tweets" / "labelled.parquet"
    for folder in ("text/lstm", "clip/none", "clip/0.5", "confusion"):
        (root / folder).mkdir(parents=True)
    assign(tweets, study / "embeddings", root, augment, 1)
    train_text(
        "lstm", tweets, root / "absent", root / "text" / "lstm", params("train_text", TrainText, **small_text()), 1
    )
    for name in augment.names():
        settings = params("train_clip", TrainClip, units=16, epochs=3)
        train_clip(name, tweets, root / "augmented.parquet", study / "embeddings",
                   root / "clip" / name, settings, 1)  # fmt: skip
    evaluate(study / "tweets" / "human.parquet", study / "tweets" / "judged.parquet", root, study / "embeddings",
             augment.names(), root / "confusion", root / "human.csv", root / "metrics.json",
             params("evaluate_human", EvaluateHuman, text_models=["lstm"], resamples=200), 1)  # fmt: skip
    return study, root


def test_every_model_is_judged_on_every_source(judged_study):
    _, root = judged_study
    rows = list(csv.DictReader((root / "human.csv").open()))
    assert list(rows[0]) == ["model", "source", "n", "accuracy", "balanced_accuracy", "macro_f1", "low", "high"]
    models = ["majority", "vader", "vader_without_emoji", "lstm", "clip-none", "clip-0.5"]
    assert [(row["model"], row["source"]) for row in rows] == [
        (model, source) for model in models for source in ("all", "source0", "source1")
    ]
    counts = {row["source"]: int(row["n"]) for row in rows}
    assert counts["all"] == counts["source0"] + counts["source1"]
    metrics = json.loads((root / "metrics.json").read_text())
    assert metrics["compared"] == counts["all"] == metrics["texts"] - metrics["neutral"]
    assert metrics["models"]["majority"]["balanced_accuracy"] == 0.5
    assert metrics["agreement"] == 1
    assert {"low", "high", "difference"} == set(metrics["models"]["lstm"]["above_vader"])
    for row in rows:
        assert float(row["low"]) <= float(row["balanced_accuracy"]) <= float(row["high"])


def test_confusion_tables_hold_every_text(judged_study):
    study, root = judged_study
    labels = read_judged(study / "tweets" / "human.parquet").texts["label"]
    for name in ("vader", "vader_without_emoji", "lstm", "clip-none", "clip-0.5"):
        rows = list(csv.DictReader((root / "confusion" / f"{name}.csv").open()))
        assert sorted(row["truth"] for row in rows) == sorted(labels)
        assert {row["predicted"] for row in rows} <= {"negative", "positive"}


def test_a_model_that_learnt_beats_chance_on_people_too(judged_study):
    metrics = json.loads((judged_study[1] / "metrics.json").read_text())
    assert metrics["models"]["lstm"]["balanced_accuracy"] > 0.8


def test_vader_reads_the_texts_as_written_and_those_of_the_models(study, params, tmp_path, monkeypatch):
    from floodmark.sentiment import judging

    human = pl.read_parquet(study / "tweets" / "human.parquet").with_columns(pl.col("text") + " 😭")
    human.write_parquet(tmp_path / "human.parquet")
    read = {}
    monkeypatch.setattr(judging, "vader", lambda texts: (read.setdefault("vader", []).append(texts), None))
    monkeypatch.setattr(judging, "predict_text", lambda path, texts: read.setdefault("models", texts) and None)
    monkeypatch.setattr(judging, "predict_clip", lambda path, vectors: None)
    texts = read_judged(tmp_path / "human.parquet").texts
    stripped = read_judged(study / "tweets" / "judged.parquet").texts
    judging._predictions(texts, stripped, tmp_path, study / "embeddings", [], ["lstm"])
    written, without = read["vader"]
    assert all("😭" in text for text in written)
    assert not any("😭" in text for text in read["models"])
    assert [text.removesuffix(" 😭") for text in written] == without == read["models"]
