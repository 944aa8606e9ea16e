import csv
import json

import numpy as np
import polars as pl
import pytest

from floodmark.sentiment.diagnosis import changes, curve, domain, noise
from floodmark.sentiment.diagnosis.picture import learning_curve
from floodmark.sentiment.diagnosis.scores import Sheet
from tests.sentiment.diagnosis.conftest import NAMES, write_inputs

COLUMNS = (curve.COLUMNS, noise.COLUMNS, domain.COLUMNS, changes.COLUMNS)
SETS = ["emoji_test", "people", "people:source0", "people:source1"]


@pytest.fixture(scope="module")
def results(run, inputs):
    return run(inputs)


def table(results, name):
    return list(csv.DictReader((results / name).open()))


def metrics(results):
    return json.loads((results / "diagnosis.json").read_text())


def test_every_table_has_its_columns_and_every_score_an_interval(results):
    for name, columns in zip(NAMES[:4], COLUMNS, strict=True):
        rows = table(results, name)
        assert tuple(rows[0]) == columns
        for row in rows:
            for score in ("balanced_accuracy", "value", "below_all", "lost", "above_emoji", "above_base"):
                if row.get(score):
                    assert float(row[f"{score}_low"]) <= float(row[score]) <= float(row[f"{score}_high"]), row


def test_the_curve_ends_at_the_models_themselves(results):
    rows = table(results, "learning_curve.csv")
    assert [(row["scored_on"], row["model"], row["share"]) for row in rows] == [
        (name, model, share)
        for name in SETS
        for model in ("lstm", "transformer", "mean_vectors", "tfidf")
        for share in ("0.5", "1")
    ]
    for row in rows:
        assert row["seeds"] == "2"
        assert row["share"] != "1" or float(row["below_all"]) == 0
    own = metrics(results)["models"]
    for row in rows:
        if row["share"] == "1":
            scored = own[row["model"]][row["scored_on"]]["balanced_accuracy"]
            assert float(row["balanced_accuracy"]) == pytest.approx(scored["value"], rel=1e-5)
    # The words of this study tell its classes: more tweets, more of them known.
    whole = {
        row["model"]: float(row["balanced_accuracy"])
        for row in rows
        if (row["scored_on"], row["share"]) == ("people", "1")
    }
    assert whole["mean_vectors"] > 0.85


def test_turned_labels_are_compared_with_the_same_model_on_true_ones(results):
    rows = [row for row in table(results, "label_noise.csv") if row["measure"] == "flipped_labels"]
    assert [(row["model"], row["flipped"], row["scored_on"]) for row in rows] == [("tfidf", "0.4", s) for s in SETS]
    true = {row["scored_on"]: row for row in table(results, "learning_curve.csv")
            if (row["model"], row["share"]) == ("tfidf", "1")}  # fmt: skip
    for row in rows:
        lost = float(true[row["scored_on"]]["balanced_accuracy"]) - float(row["value"])
        assert float(row["lost"]) == pytest.approx(lost, abs=1e-5)
    assert float(rows[1]["lost"]) > 0


def test_the_ceiling_of_peoples_labels_stands_beside_the_changes(results):
    rows = table(results, "one_change.csv")
    for model in changes.NETWORKS:
        own = [
            (row["scored_on"], row["change"])
            for row in rows
            if row["model"] == model and row["change"] != "human_labels"
        ]
        assert own == [
            (name, change) for name in ("emoji_validation", *SETS) for change in ("base", "small", "vader_labels")
        ]
    ceiling = [row for row in rows if row["change"] == "human_labels"]
    same = [
        row for row in table(results, "domain.csv") if (row["learnt_from"], row["model"]) == ("same_people", "lstm")
    ]
    assert [row["balanced_accuracy"] for row in ceiling] == [row["balanced_accuracy"] for row in same]
    assert [row["above_base"] for row in ceiling] == [row["above_emoji"] for row in same]
    assert {row["scored_on"] for row in ceiling} == {"people:source0", "people:source1"}


def test_the_choice_is_made_on_emoji_validation_whatever_people_say(results, run, inputs, tmp_path):
    """With people's labels turned round, the same change is chosen, and its score by people is turned round."""
    rows = [row for row in table(results, "one_change.csv") if row["scored_on"] == "emoji_validation"]
    judged = metrics(results)["one_change"]
    for model in changes.NETWORKS:
        own = {row["change"]: float(row["balanced_accuracy"]) for row in rows if row["model"] == model}
        assert own[judged[model]["change"]] == max(own.values())
    turned = pl.col("label").replace({"negative": "positive", "positive": "negative"})
    pl.read_parquet(inputs.human).with_columns(label=turned).write_parquet(tmp_path / "human.parquet")
    other = metrics(run(inputs._replace(human=tmp_path / "human.parquet")))["one_change"]
    for model in changes.NETWORKS:
        assert other[model]["change"] == judged[model]["change"]
        values = [found[model]["people"]["balanced_accuracy"]["value"] for found in (judged, other)]
        assert sum(values) == pytest.approx(1, abs=1e-6)


def test_vader_is_reached_unless_the_whole_interval_lies_below_it(results):
    found = [scored for model in changes.NETWORKS for scored in metrics(results)["models"][model].values()]
    assert found
    for scored in found:
        assert scored["reaches_vader"] == (scored["above_vader"]["high"] >= 0)
        assert set(scored) == {"balanced_accuracy", "above_mean_vectors", "above_vader", "reaches_vader"}
    steps = metrics(results)["last_tweets"]
    rows = {
        (row["model"], row["scored_on"]): row for row in table(results, "learning_curve.csv") if row["share"] == "0.5"
    }
    assert steps["lstm"]["people"]["from_share"] == 0.5
    assert steps["lstm"]["people"]["gain"]["value"] == pytest.approx(
        float(rows["lstm", "people"]["below_all"]), rel=1e-5
    )


def test_results_repeat_to_the_byte(results, run, inputs):
    again = run(inputs)
    for name in NAMES:
        assert (again / name).read_bytes() == (results / name).read_bytes(), name


def test_an_unsteady_difference_has_a_wider_interval_than_a_steady_one(corpus):
    """What two seeds disagree about is in the interval, and so are rows."""
    rows = corpus.rows("people")
    sheet = Sheet(corpus, {"people": rows}, 400, 1)
    truth = corpus.labels[None]
    steady = np.repeat(truth, 2, axis=0)
    unsteady = np.concatenate([truth, 1 - truth])
    found = sheet.compare("people", {"steady": steady, "unsteady": unsteady, "one": truth})
    assert found.difference("steady", "one") == (0, 0, 0)
    spread = found.difference("unsteady", "one")
    assert (spread.low, spread.value, spread.high) == (-1, -0.5, 0)


def headers(results):
    return [len(table(results, name)) for name in NAMES[:4]]


def test_without_people_only_emoji_is_scored(tmp_path, run, capsys):
    inputs = write_inputs(tmp_path, tweets=120, photos=0, judgements=0)
    results = run(inputs, changes=["small"])
    assert {row["scored_on"] for row in table(results, "learning_curve.csv")} == {"emoji_test"}
    assert table(results, "domain.csv") == []
    assert (results / "domain.csv").read_text() == ",".join(domain.COLUMNS) + "\n"
    assert "compared on emoji alone" in capsys.readouterr().err
    assert list(metrics(results)["models"]["lstm"]) == ["emoji_test"]


@pytest.mark.parametrize("label", [None, 1])
def test_without_anything_to_learn_from_tables_are_empty_and_it_is_said(inputs, run, tmp_path, label, capsys):
    tweets = pl.read_parquet(inputs.labelled).with_columns(label=pl.lit(label, pl.Int8))
    tweets.write_parquet(tmp_path / "labelled.parquet")
    results = run(inputs._replace(labelled=tmp_path / "labelled.parquet"))
    assert headers(results)[0] == headers(results)[2] == headers(results)[3] == 0
    measures = {row["measure"] for row in table(results, "label_noise.csv")}
    assert measures == {"emoji_agreement", "vader_agreement"}
    assert metrics(results) == {"models": {}, "last_tweets": {}, "one_change": {}}
    assert "nothing to diagnose" in capsys.readouterr().err
    assert (results / "curve.svg").read_text().startswith("<svg")


def test_without_any_tweet_at_all(tmp_path, run):
    inputs = write_inputs(tmp_path, tweets=0, photos=0, judgements=0)
    results = run(inputs)
    assert headers(results) == [0, 1, 0, 0]


def test_the_chart_has_a_panel_a_set_and_no_date(results):
    text = (results / "curve.svg").read_text()
    for name in (*SETS, "lstm", "transformer", "VADER", "training tweets"):
        assert name in text
    assert "<dc:date>" not in text
    assert "no tweets" in learning_curve([], {})
