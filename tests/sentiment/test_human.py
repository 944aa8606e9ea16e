import polars as pl
import pytest

from floodmark.sentiment.human import decide, read_judged
from floodmark.settings.base import read_params
from floodmark.settings.evaluate_human import Classes, EvaluateHuman
from floodmark.tweets.labels import STEPS
from tests.planted import ROOT
from tests.sentiment.study import HUMAN

THREE = EvaluateHuman.model_validate(read_params(ROOT / "params.yaml")["evaluate_human"]).classes.by_label()


def judged(path, *rows):
    """Judgements of (text, annotator, label) or (text, annotator, label, tweet), shuffled on disk."""
    table = [
        (number, tweet[0] if tweet else None, text, person, text, label, "s")
        for number, (text, person, label, *tweet) in enumerate(rows)
    ]
    pl.DataFrame(table, schema=HUMAN, orient="row").sample(fraction=1, shuffle=True, seed=1).write_parquet(path)
    return read_judged(path)


def test_the_majority_of_annotators_decides_and_ties_are_counted(tmp_path):
    found = judged(
        tmp_path / "human.parquet",
        ("one", "a", "negative"), ("one", "b", "negative"), ("one", "c", "positive"),
        ("tie", "a", "negative"), ("tie", "b", "positive"),
        ("single", None, "neutral"),
        ("three", "a", "negative"), ("three", "b", "neutral"), ("three", "c", "positive"),
    )  # fmt: skip
    votes = decide(found, THREE)
    assert votes.texts.select("label_row", "text", "label", "annotators").rows() == [
        (0, "one", "negative", 3),
        (5, "single", "neutral", 1),
    ]
    assert (len(found.judgements), votes.ties, votes.voteless) == (9, 2, 0)
    assert found.texts["label_row"].to_list() == [0, 3, 5, 6]


def test_five_steps_vote_for_the_class_that_the_params_give_them(tmp_path):
    found = judged(
        tmp_path / "human.parquet",
        ("sides", "a", "slightly negative"), ("sides", "b", "negative"), ("sides", "c", "positive"),
        ("middle", "a", "slightly positive"), ("middle", "b", "neutral"), ("middle", "c", "slightly negative"),
        ("faint", "a", "slightly positive"),
    )  # fmt: skip
    assert votes_of(found, THREE) == ({"sides": "negative", "faint": "positive"}, 1, 0)
    faint_is_neutral = THREE | {"slightly negative": "neutral", "slightly positive": "neutral"}
    assert votes_of(found, faint_is_neutral) == ({"middle": "neutral", "faint": "neutral"}, 1, 0)
    two = THREE | {"slightly negative": None, "neutral": None, "slightly positive": None}
    assert votes_of(found, two) == ({}, 1, 2)


def votes_of(found, classes):
    votes = decide(found, classes)
    return dict(votes.texts.select("text", "label").iter_rows()), votes.ties, votes.voteless


def test_the_scale_of_the_params_is_that_of_the_labels():
    assert tuple(THREE) == STEPS
    three = dict.fromkeys(Classes.model_fields, "negative") | {"positive": "positive", "neutral": "left_out"}
    assert Classes.model_validate(three).by_label()["neutral"] is None


def test_judgements_of_one_tweet_or_of_one_text_belong_together(tmp_path):
    found = judged(
        tmp_path / "human.parquet",
        ("cut off", "a", "positive", "t1"),
        ("another", "b", "negative", "t2"),
        ("in full", "c", "positive", "t1"),
        ("in full", "d", "negative"),
        ("posted again", "e", "positive", "t3"),
        ("in full", "e", "positive", "t3"),
    )  # fmt: skip
    assert found.texts.select("label_row", "text").rows() == [(0, "cut off"), (1, "another")]
    # The last annotator saw the same tweet twice.
    assert found.judgements["label_row"].to_list() == [0, 1, 0, 0, 0]
    assert found.repeats == 1
    assert decide(found, THREE).texts.select("label", "annotators").rows() == [("positive", 4), ("negative", 1)]


def test_who_judges_a_text_again_is_not_heard_twice_but_the_nameless_are(tmp_path):
    found = judged(
        tmp_path / "human.parquet",
        ("one", "a", "negative"), ("one", "a", "positive"), ("one", "a", "positive"),
        ("two", None, "negative"), ("two", None, "positive"), ("two", None, "positive"),
    )  # fmt: skip
    assert found.repeats == 2
    assert votes_of(found, THREE) == ({"one": "negative", "two": "positive"}, 0, 0)


def test_no_judgement_at_all_is_no_trouble(tmp_path):
    pl.DataFrame(schema=HUMAN).write_parquet(tmp_path / "human.parquet")
    found = read_judged(tmp_path / "human.parquet")
    assert (len(found.texts), len(found.judgements), found.repeats) == (0, 0, 0)
    assert decide(found, THREE).texts.is_empty()


def test_a_label_that_the_scale_lacks_is_never_skipped(tmp_path):
    with pytest.raises(pl.exceptions.InvalidOperationError, match="incomplete mapping"):
        decide(judged(tmp_path / "human.parquet", ("one", "a", "angry")), THREE)
