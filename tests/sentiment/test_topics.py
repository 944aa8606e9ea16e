import json
import math
from collections import Counter

import numpy as np
import polars as pl
import pytest

from floodmark.sentiment.coherence import coherence
from floodmark.sentiment.text import tokens
from floodmark.sentiment.topics import find_topics
from floodmark.settings.find_topics import FindTopics
from tests.sentiment.study import LABELLED

THEMES = (("dog", "cat", "vet", "paws"), ("bridge", "road", "train", "delay"), ("rain", "storm", "cloud", "wind"))
SIZES = {"count": 3, "compare_counts": [2], "words": 4, "min_tweets": 5, "fit_tweets": 1000, "iterations": 20}


def tweets_about(path, number=300, seed=0):
    rng = np.random.default_rng(seed)
    rows = []
    for row in range(number):
        theme = row % 3
        words = [
            *rng.choice(THEMES[theme], 5),
            "the",
            "everyone",
            f"only{chr(97 + row % 26)}{chr(97 + row // 26)}",
            "<user>",
        ]
        if row < 3:
            words.append("zanzibar")
        rows.append((f"t{row:04}", " ".join(rng.permutation(words)), None, None, "g", None, False))
    rows.append(("t9999", "😀", None, None, "g", None, False))
    pl.DataFrame(rows, schema=LABELLED, orient="row").write_parquet(path)
    return path


@pytest.fixture(scope="module")
def topics(params, tmp_path_factory):
    folder = tmp_path_factory.mktemp("topics")
    path = tweets_about(folder / "labelled.parquet")
    find_topics(path, folder, params("find_topics", FindTopics, **SIZES), 1)
    return path, folder, json.loads((folder / "topics.json").read_text())["topics"]


def test_themes_are_found(topics):
    assert {frozenset(topic["words"]) for topic in topics[2]} == {frozenset(theme) for theme in THEMES}


def test_every_tweet_has_a_row_and_its_topic(topics):
    path, folder, described = topics
    table = pl.read_parquet(folder / "tweets.parquet")
    assert table["tweet"].to_list() == sorted(pl.read_parquet(path)["tweet"])
    assert table.filter(pl.col("topic").is_null())["tweet"].to_list() == ["t9999"]
    for row, topic in enumerate(table["topic"][:300]):
        assert set(described[topic]["words"]) == set(THEMES[row % 3])
    assert sum(topic["tweets"] for topic in described) == 300


def test_no_word_of_few_tweets_is_shown(params, tmp_path):
    path = tweets_about(tmp_path / "labelled.parquet")
    find_topics(path, tmp_path, params("find_topics", FindTopics, **SIZES | {"words": 100}), 1)
    held = Counter(word for text in pl.read_parquet(path)["text"] for word in set(tokens(text)))
    shown = {word for topic in json.loads((tmp_path / "topics.json").read_text())["topics"] for word in topic["words"]}
    assert held["zanzibar"] == 3
    assert shown == {word for theme in THEMES for word in theme}
    assert all(held[word] >= SIZES["min_tweets"] for word in shown)


def test_order_of_tweets_changes_no_byte(topics, params, tmp_path):
    path, folder, _ = topics
    pl.read_parquet(path).sample(fraction=1, shuffle=True, seed=3).write_parquet(tmp_path / "labelled.parquet")
    find_topics(tmp_path / "labelled.parquet", tmp_path, params("find_topics", FindTopics, **SIZES), 1)
    for name in ("topics.json", "tweets.parquet", "summary.json"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_a_sample_is_fitted_and_all_are_given_topics(params, tmp_path):
    path = tweets_about(tmp_path / "labelled.parquet")
    find_topics(path, tmp_path, params("find_topics", FindTopics, **SIZES | {"fit_tweets": 100}), 1)
    assert json.loads((tmp_path / "summary.json").read_text())["fitted"] == 100
    assert pl.read_parquet(tmp_path / "tweets.parquet")["topic"].count() == 300


@pytest.mark.parametrize("number", [0, 3])
def test_too_few_tweets_have_no_topics(params, tmp_path, number):
    path = tweets_about(tmp_path / "labelled.parquet", number)
    find_topics(path, tmp_path, params("find_topics", FindTopics, **SIZES), 1)
    assert json.loads((tmp_path / "topics.json").read_text()) == {"topics": []}
    assert pl.read_parquet(tmp_path / "tweets.parquet")["topic"].null_count() == number + 1
    assert json.loads((tmp_path / "summary.json").read_text())["topics"] == 0


def test_the_baseline_is_the_topics_own_words_dealt_anew(topics):
    summary = json.loads((topics[1] / "summary.json").read_text())
    assert -1 < summary["npmi_of_shuffled_words"] < summary["npmi"] - 0.3


def test_coherence_of_a_worked_example():
    present = np.array([[1, 1], [1, 1], [1, 0], [0, 0]])
    found = coherence(present)
    assert found["umass"] == pytest.approx(math.log(3 / 3))
    assert found["npmi"] == pytest.approx(math.log(0.5 / (0.75 * 0.5)) / -math.log(0.5))


def test_coherence_at_its_ends():
    never = np.array([[1, 0], [0, 1]])
    always = np.array([[1, 1], [1, 1]])
    often = np.array([[1, 1]] * 50 + [[0, 0]] * 50)
    assert coherence(never)["npmi"] == -1
    assert coherence(always)["npmi"] == 1
    assert coherence(often)["npmi"] == pytest.approx(1)
