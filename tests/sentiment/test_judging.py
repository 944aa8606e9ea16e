import csv
import itertools
import json
import math

import numpy as np
import polars as pl
import pytest

from floodmark.errors import UserError
from floodmark.learning.confusion import classification_scores, confusion_matrix
from floodmark.learning.seeds import generator
from floodmark.sentiment.answers import Inputs, all_answers
from floodmark.sentiment.baselines import constant, vader
from floodmark.sentiment.dataset import read_tweets
from floodmark.sentiment.human import decide, read_judged
from floodmark.sentiment.human_tables import Case, comparison_rows, reliability_rows
from floodmark.sentiment.judging import Outputs, evaluate
from floodmark.sentiment.scorecard import Answers, difference, judge
from floodmark.sentiment.scoring import balanced_accuracies, majority, score, unit_cells
from floodmark.settings.evaluate_human import EvaluateHuman
from floodmark.settings.train_clip import TrainClip
from tests.sentiment.test_human import THREE as LABELS


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


@pytest.fixture(scope="module")
def rivals():
    """400 texts, a baseline that is right in 70 %, and a model that mends half of its errors."""
    rng = np.random.default_rng(4)
    truth = rng.integers(0, 2, 400)
    baseline = np.where(rng.random(400) < 0.7, truth, 1 - truth)
    better = np.where(rng.random(400) < 0.5, truth, baseline)
    positive = np.where(better == 1, 0.8, 0.3)
    return truth, {"better": Answers(better, positive), "baseline": Answers(baseline), "twin": Answers(baseline)}


def test_a_paired_difference_is_sharper_than_two_intervals(rivals):
    truth, answers = rivals
    found = judge(truth, answers, 10, generator(1, "paired"), 1000)
    better, baseline = (found[name].scores["balanced_accuracy"] for name in ("better", "baseline"))
    paired = difference(found["better"], found["baseline"])
    assert paired.value == pytest.approx(better.value - baseline.value)
    assert 0 < paired.low < paired.value < paired.high
    assert paired.high - paired.low < (better.high - better.low) + (baseline.high - baseline.low)
    assert difference(found["baseline"], found["twin"]) == (0, 0, 0)


def test_every_score_is_that_of_its_definition_with_an_interval_about_it(rivals):
    truth, answers = rivals
    verdict = judge(truth, answers, 10, generator(1, "paired"), 500)["better"]
    matrix = confusion_matrix(truth, answers["better"].classes, 2)
    wanted = classification_scores(matrix) | {
        "brier_score": ((answers["better"].positive - truth) ** 2).mean(),
        "expected_calibration_error": abs((answers["better"].positive - truth)[answers["better"].classes == 0].sum())
        / 400
        + abs((answers["better"].positive - truth)[answers["better"].classes == 1].sum()) / 400,
    }
    assert {name: found.value for name, found in verdict.scores.items()} == pytest.approx(wanted)
    assert all(found.low < found.value < found.high for found in verdict.scores.values())
    for number, (texts, scores) in enumerate(verdict.classes):
        assert texts == (truth == number).sum()
        assert scores["recall"].value == pytest.approx(matrix[number, number] / texts)
        assert all(found.low < found.value < found.high for found in scores.values())


def test_a_model_is_scored_alike_whoever_else_is_judged(rivals):
    truth, answers = rivals
    together = judge(truth, answers, 10, generator(1, "paired"), 200)["twin"]
    alone = judge(truth, {"twin": answers["twin"]}, 10, generator(1, "paired"), 200)["twin"]
    assert together.scores == alone.scores
    assert together.bins is alone.bins is None
    assert "brier_score" not in together.scores


def test_pairs_are_compared_once_and_corrected_together(rivals):
    truth, answers = rivals
    case = Case("left_out", "all", "all", 400, judge(truth, answers, 10, generator(1, "paired"), 200))
    rows = comparison_rows(case, truth, answers)
    assert [(row["first"], row["second"]) for row in rows] == [
        ("better", "baseline"), ("better", "twin"), ("baseline", "twin")
    ]  # fmt: skip
    assert rows[0]["only_first_right"] > 30 > rows[0]["only_second_right"] == 0
    assert rows[0]["p_holm"] == pytest.approx(3 * rows[0]["p"])
    assert rows[0]["p_holm"] < 0.001 < rows[2]["p_holm"] == 1


def test_bins_of_few_texts_are_unsure():
    truth = np.array([1, 1, 0, 1])
    answers = {"model": Answers(np.array([1, 1, 1, 0]), np.array([0.95, 0.91, 0.55, 0.05]))}
    rows = reliability_rows(judge(truth, answers, 10, generator(1, "bins"), 100)["model"])
    assert [row["n"] for row in rows] == [1, 1, 2]
    assert [row["positive_share"] for row in rows] == [1, 0, 1]
    assert rows[2]["probability"] == pytest.approx(0.93)
    # Wilson's interval of 2 of 2: 2 / (2 + 1.96^2).
    assert rows[2]["low"] == pytest.approx(2 / (2 + 1.96**2), abs=1e-4)
    assert rows[2]["high"] == pytest.approx(1)


EVENTS = ("north", "south", None)


@pytest.fixture(scope="module")
def judged_study(study, params, tmp_path_factory):
    """Every model trained and judged."""
    from floodmark.sentiment.assignment import assign
    from floodmark.sentiment.clip_models import train_clip
    from floodmark.sentiment.text_models import train_text
    from floodmark.settings.augment import Augment
    from floodmark.settings.train_clip import TrainClip
    from floodmark.settings.train_text import TrainText
    from tests.sentiment.test_training import small_text

    root = tmp_path_factory.mktemp("judged")
    augment = params("augment", Augment, min_confidences=["none", 0.5], logit_scale=300)
    tweets = study / "tweets" / "labelled.parquet"
    for folder in ("text/lstm", "clip/none", "clip/0.5"):
        (root / folder).mkdir(parents=True)
    assign(tweets, study / "embeddings", root, augment, 1)
    train_text(
        "lstm", tweets, root / "absent", root / "text" / "lstm", params("train_text", TrainText, **small_text()), 1
    )
    for name in augment.names():
        settings = params("train_clip", TrainClip, units=16, epochs=3)
        train_clip(name, tweets, root / "augmented.parquet", study / "embeddings",
                   root / "clip" / name, settings, 1)  # fmt: skip
    found = archive(read_judged(study / "tweets" / "human.parquet").judgements)
    found.write_parquet(root / "tweets.parquet")
    return study, root, run(study, root, params)


def archive(judgements):
    """An archive that holds two of three judged texts, each in an event."""
    hashes = judgements["text_hash"].unique(maintain_order=True)
    rows = [(f"of {text}", text, f"talk {n}", EVENTS[n % 3]) for n, text in enumerate(hashes) if n % 3 < 2]
    return pl.DataFrame(rows, schema=["tweet", "text_hash", "conversation", "event"], orient="row")


def run(study, root, params, human=None, seed=1, **changes):
    """Judge what lies in `root` and return where the tables are."""
    out = root / f"judged-{len([*root.glob('judged-*')])}"
    for folder in ("confusion", "reliability"):
        (out / folder).mkdir(parents=True)
    tweets, human = study / "tweets", human or study / "tweets" / "human.parquet"
    inputs = Inputs(human, human if human.parent != tweets else tweets / "judged.parquet", root / "tweets.parquet",
                    tweets / "labelled.parquet", root, study / "embeddings", study / "no vectors")  # fmt: skip
    names = ("confusion", "reliability", "human.csv", "classes.csv", "comparisons.csv", "metrics.json")
    settings = params("evaluate_human", EvaluateHuman, text_models=["lstm"], resamples=100, **changes)
    evaluate(
        inputs,
        Outputs(*(out / name for name in names)),
        ["none", "0.5"],
        settings,
        params("train_clip", TrainClip),
        seed,
    )
    return out


def table(path):
    return list(csv.DictReader(path.open()))


LEARNT = ["clip_zero_shot", "clip_linear_probe", "tfidf", "mean_vectors", "lstm", "clip-none", "clip-0.5"]
MODELS = ["majority", "vader", "vader_without_emoji", *LEARNT]
PARTS = [("all", "all"), ("source0", "all"), ("source1", "all"), ("all", "north"), ("all", "south")]


def test_every_model_is_judged_on_every_part_with_both_readings_of_neutral(judged_study):
    _, _, out = judged_study
    rows = table(out / "human.csv")
    assert [(row["neutral"], row["model"], row["source"], row["event"]) for row in rows] == [
        (neutral, model, *part) for neutral in ("left_out", "as_positive") for model in MODELS for part in PARTS
    ]
    metrics = json.loads((out / "metrics.json").read_text())
    for neutral, compared in (
        ("left_out", metrics["texts"] - metrics["neutral"]), ("as_positive", metrics["texts"])
    ):  # fmt: skip
        count = {(row["source"], row["event"]): int(row["n"]) for row in rows if row["neutral"] == neutral}
        assert count["all", "all"] == count["source0", "all"] + count["source1", "all"] == compared
        assert 0 < count["all", "north"] + count["all", "south"] < compared
    assert metrics["compared"] == metrics["texts"] - metrics["neutral"] < metrics["texts"]
    assert metrics["neutral_as_a_class"]["compared"] == metrics["texts"]
    for row in rows:
        assert float(row["low"]) <= float(row["balanced_accuracy"]) <= float(row["high"])
        assert bool(row["brier_score"]) == (row["model"] in MODELS[3:])


def test_metrics_are_the_rows_on_all_texts(judged_study):
    _, _, out = judged_study
    metrics = json.loads((out / "metrics.json").read_text())
    for neutral, models in (("left_out", metrics["models"]), ("as_positive", metrics["neutral_as_a_class"]["models"])):
        for row in table(out / "human.csv"):
            if (row["neutral"], row["source"], row["event"]) == (neutral, "all", "all"):
                for name, value in models[row["model"]].items():
                    if name != "above_vader":
                        assert float(row[name]) == pytest.approx(value, rel=1e-5)
        assert models["majority"]["balanced_accuracy"] == 0.5
        assert models["majority"]["matthews_correlation"] == 0
        assert {name for name in models if "above_vader" in models[name]} == set(MODELS[3:])
        assert {"low", "high", "difference"} == set(models["lstm"]["above_vader"])
    # The annotators of this study always agree.
    for scale in ("labels", "classes"):
        assert metrics["agreement"][scale]["ordinal"] == {"alpha": 1, "low": 1, "high": 1}


def test_neutral_texts_are_taken_for_the_class_of_the_params(judged_study, params):
    study, root, positive = judged_study
    negative = run(study, root, params, neutral_as="negative")
    labels = decide(read_judged(study / "tweets" / "human.parquet"), LABELS).texts["label"]
    for out, name, added in ((positive, "as_positive", "positive"), (negative, "as_negative", "negative")):
        counted = {
            row["class"]: int(row["n"]) for row in table(out / "classes.csv")
            if (row["model"], row["neutral"], row["source"], row["event"]) == ("lstm", name, "all", "all")
        }  # fmt: skip
        for side in ("negative", "positive"):
            assert counted[side] == (labels == side).sum() + (side == added) * (labels == "neutral").sum()


def test_classes_and_pairs_have_their_tables(judged_study):
    _, _, out = judged_study
    classes, pairs = table(out / "classes.csv"), table(out / "comparisons.csv")
    assert len(classes) == 2 * len(table(out / "human.csv"))
    assert [(row["neutral"], row["source"], row["first"], row["second"]) for row in pairs] == [
        (neutral, source, *pair)
        for neutral in ("left_out", "as_positive")
        for source in ("all", "source0", "source1")
        for pair in itertools.combinations(MODELS, 2)
    ]
    counts = {(row["neutral"], row["source"]): row["n"] for row in table(out / "human.csv") if row["event"] == "all"}
    assert all(row["n"] == counts[row["neutral"], row["source"]] for row in pairs)
    balanced = {
        (row["neutral"], row["source"], row["model"]): float(row["balanced_accuracy"])
        for row in table(out / "human.csv")
        if row["event"] == "all"
    }
    for row in pairs:
        first, second = (balanced[row["neutral"], row["source"], row[name]] for name in ("first", "second"))
        assert float(row["difference"]) == pytest.approx(first - second, abs=1e-5)
    for row in pairs:
        assert float(row["p"]) <= float(row["p_holm"]) <= 1
        assert float(row["low"]) <= float(row["difference"]) <= float(row["high"])


def test_only_models_with_probabilities_have_a_reliability_table(judged_study):
    _, _, out = judged_study
    assert sorted(path.stem for path in (out / "reliability").iterdir()) == sorted(LEARNT)
    compared = json.loads((out / "metrics.json").read_text())["compared"]
    for path in (out / "reliability").iterdir():
        rows = table(path)
        assert sum(int(row["n"]) for row in rows) == compared
        probabilities = [float(row["probability"]) for row in rows]
        assert probabilities == sorted(probabilities)


def test_confusion_tables_hold_every_text_the_neutral_ones_as_a_third_outcome(judged_study):
    study, _, out = judged_study
    labels = decide(read_judged(study / "tweets" / "human.parquet"), LABELS).texts["label"]
    for name in MODELS[1:]:
        rows = table(out / "confusion" / f"{name}.csv")
        assert sorted(row["truth"] for row in rows) == sorted(labels)
        assert {row["predicted"] for row in rows} <= {"negative", "positive"}


@pytest.mark.parametrize("steps", [("negative", "positive"), ("negative", "neutral", "positive"), tuple(LABELS)])
def test_labels_of_two_three_or_five_steps_are_judged(judged_study, params, tmp_path, steps):
    study, root, _ = judged_study
    rows = pl.read_parquet(study / "tweets" / "human.parquet")
    fitting = {
        "negative": steps[: len(steps) // 2], "positive": steps[-(len(steps) // 2) :],
        "neutral": ("neutral",) if "neutral" in steps else ("negative",),
    }  # fmt: skip
    labels = [fitting[label][n % len(fitting[label])] for n, label in enumerate(rows["label"])]
    rows.with_columns(pl.Series("label", labels)).write_parquet(tmp_path / "human.parquet")
    metrics = json.loads((run(study, root, params, tmp_path / "human.parquet") / "metrics.json").read_text())
    classes = rows.unique("text_hash")["label"]
    assert metrics["neutral"] == ("neutral" in steps) * (classes == "neutral").sum()
    assert metrics["models"]["lstm"]["balanced_accuracy"] > (0.8 if "neutral" in steps else 0.6)
    # Slight labels of one side are a disagreement of labels, but not of the classes they stand for.
    agreement = metrics["agreement"]
    assert agreement["classes"]["nominal"]["alpha"] == 1
    assert (agreement["labels"]["nominal"]["alpha"] < agreement["labels"]["ordinal"]["alpha"] < 1) == (len(steps) == 5)


def test_judging_repeats_to_the_byte(judged_study, params):
    study, root, out = judged_study
    again = run(study, root, params)
    for path in out.rglob("*.*"):
        if path.is_file():
            assert path.read_bytes() == (again / path.relative_to(out)).read_bytes()
    assert (run(study, root, params, seed=2) / "human.csv").read_bytes() != (out / "human.csv").read_bytes()


def test_what_was_learnt_from_is_not_judged(judged_study, params, tmp_path):
    study, root, _ = judged_study
    learnt = read_tweets(study / "tweets" / "labelled.parquet").filter(pl.col("split") == "train")["tweet"][0]
    rows = pl.read_parquet(study / "tweets" / "human.parquet").with_columns(tweet=pl.lit(learnt))
    rows.write_parquet(tmp_path / "human.parquet")
    (tmp_path / "models").symlink_to(root)
    extended = pl.concat([pl.read_parquet(root / "tweets.parquet"), pl.DataFrame(
        {"tweet": [learnt], "text_hash": ["x"], "conversation": ["y"], "event": ["z"]})])  # fmt: skip
    extended.write_parquet(tmp_path / "tweets.parquet")
    with pytest.raises(UserError, match="1 tweets that people judged"):
        run(study, tmp_path, params, tmp_path / "human.parquet")


def test_a_study_that_nobody_judged_has_empty_tables(judged_study, params, tmp_path, capsys):
    study, root, _ = judged_study
    pl.read_parquet(study / "tweets" / "human.parquet").clear().write_parquet(tmp_path / "human.parquet")
    out = run(study, root, params, tmp_path / "human.parquet")
    assert "nothing to compare the models with" in capsys.readouterr().err
    assert {row["n"] for row in table(out / "human.csv")} == {"0"}
    assert not [*(out / "reliability").iterdir()]
    assert json.loads((out / "metrics.json").read_text())["models"]["lstm"]["accuracy"] is None


def test_a_model_that_learnt_beats_chance_on_people_too(judged_study):
    metrics = json.loads((judged_study[2] / "metrics.json").read_text())
    assert metrics["models"]["lstm"]["balanced_accuracy"] > 0.8


def test_vader_reads_the_texts_as_written_and_those_of_the_models(study, tmp_path, monkeypatch, params):
    from floodmark.sentiment import answers

    human = pl.read_parquet(study / "tweets" / "human.parquet").with_columns(pl.col("text") + " 😭")
    human.write_parquet(tmp_path / "human.parquet")
    read = {}
    monkeypatch.setattr(answers, "vader", lambda texts: (read.setdefault("vader", []).append(texts), None))
    monkeypatch.setattr(answers, "predict_text", lambda path, texts: read.setdefault("models", texts) and None)
    monkeypatch.setattr(
        answers, "text_baselines", lambda tweets, texts, *rest: read.setdefault("baselines", texts) and {}
    )
    inputs = Inputs(tmp_path, study / "tweets" / "judged.parquet", tmp_path, study / "tweets" / "labelled.parquet",
                    tmp_path, study / "embeddings", tmp_path)  # fmt: skip
    settings = params("evaluate_human", EvaluateHuman, text_models=["lstm"])
    texts = read_judged(tmp_path / "human.parquet").texts
    all_answers(texts, inputs, [], settings, params("train_clip", TrainClip), 1)
    written, without = read["vader"]
    assert all("😭" in text for text in written)
    assert [text.removesuffix(" 😭") for text in written] == without == read["models"] == read["baselines"]
    assert not any("😭" in text for text in without)


def test_a_source_called_all_is_not_taken_for_all_of_them(judged_study, params, tmp_path):
    study, root, out = judged_study
    human = pl.read_parquet(study / "tweets" / "human.parquet")
    renamed = tmp_path / "human.parquet"
    human.with_columns(source=pl.col("source").replace("source0", "all")).write_parquet(renamed)
    rows = table(run(study, root, params, human=renamed) / "human.csv")
    before = {row["source"]: row["n"] for row in table(out / "human.csv") if row["event"] == "all"}
    after = {row["source"]: row["n"] for row in rows if row["event"] == "all"}
    assert after == {"all": before["all"], "all (its name)": before["source0"], "source1": before["source1"]}
