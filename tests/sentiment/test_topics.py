"""The stage on planted corpora: how many topics, which, whose, how stable; and bytes that repeat."""

import json
from collections import Counter

import numpy as np
import polars as pl
import pytest

from floodmark.sentiment.text import tokens
from floodmark.sentiment.topics import find_topics
from floodmark.settings.find_topics import FindTopics
from tests.sentiment.study import LABELLED

SCHEMA = {**LABELLED, "time": pl.Datetime("ms", "UTC"), "event": pl.String}
LETTERS = "abcdefghijklmnopqrstuvwxyz"
FILES = ("topics.json", "tweets.parquet", "sentiment.csv", "counts.csv", "summary.json")
SIZES = {
    "count": None, "candidate_counts": [2, 4, 8], "words": 6, "min_tweets": 5, "fit_tweets": 1000, "iterations": 10,
    "runs": 5,
}  # fmt: skip
THEMES = [[f"{theme}{letter}words" for letter in LETTERS[:8]] for theme in ("dog", "road", "rain", "crew")]


def tweets_about(path, number=300, seed=0, mixed=False):
    """Tweets of one theme each; mixed, their words are dealt anew among them."""
    rng = np.random.default_rng(seed)
    drawn = np.array([rng.choice(THEMES[row % 4], 6) for row in range(number)]).reshape(-1, 6)
    if mixed:
        drawn = rng.permutation(drawn.ravel()).reshape(drawn.shape)
    rows = []
    for row, words in enumerate(drawn):
        extra = ["the", "everyone", f"only{LETTERS[row % 26]}{LETTERS[row // 26]}", "<user>"]
        text = " ".join(rng.permutation([*words, *extra, *(["zanzibar"] if row < 3 else [])]))
        rows.append(
            (f"t{row:04}", text, row % 2 if row % 3 else None, None, "g", None, False, 3_600_000 * row, "flood")
        )
    rows.append(("t9999", "😀", None, None, "g", None, False, None, None))
    pl.DataFrame(rows, schema=SCHEMA, orient="row").write_parquet(path)
    return path


@pytest.fixture(scope="module")
def settings(params):
    return lambda **changes: params("find_topics", FindTopics, **SIZES | changes)


@pytest.fixture(scope="module")
def study(settings, tmp_path_factory):
    folder = tmp_path_factory.mktemp("topics")
    path = tweets_about(folder / "labelled.parquet")
    find_topics(path, folder, settings(), 1)
    return path, folder


def topics_in(folder):
    return json.loads((folder / "topics.json").read_text())["topics"]


def summary_in(folder):
    return json.loads((folder / "summary.json").read_text())


def test_the_planted_number_and_the_planted_topics_are_found(study):
    topics, summary = topics_in(study[1]), summary_in(study[1])
    assert summary["topics"] == 4
    assert {next(n for n, theme in enumerate(THEMES) if set(topic["words"]) <= set(theme)) for topic in topics} == {
        0, 1, 2, 3,
    }  # fmt: skip
    assert all(topic["label"].split() == topic["words"][:3] for topic in topics)
    assert summary["counts"].keys() == {"2", "4", "8"}
    assert summary["perplexity"] < 12 < 28 < summary["unigram_perplexity"]  # a theme has 8 words, all of them 32


def test_planted_topics_are_stable_and_say_so(study):
    topics, summary = topics_in(study[1]), summary_in(study[1])
    assert summary["stable_topics"] == 4
    assert all(topic["stable"] and topic["cosine"] > 0.9 for topic in topics)
    assert summary["stability"]["cosine_of_random_matching"] < 0.4
    assert summary["stability"]["jaccard_of_random_matching"] < 0.3


def test_a_shuffled_corpus_is_unstable_and_says_so(settings, tmp_path):
    find_topics(
        tweets_about(tmp_path / "labelled.parquet", mixed=True), tmp_path, settings(count=4, candidate_counts=[4]), 1
    )
    summary = summary_in(tmp_path)
    assert summary["stable_topics"] <= 1
    assert summary["stability"]["jaccard"] < 0.3
    assert summary["perplexity"] > 0.9 * summary["unigram_perplexity"]


def test_every_tweet_has_a_row_and_its_topic(study):
    path, folder = study
    table, described = pl.read_parquet(folder / "tweets.parquet"), topics_in(folder)
    assert table["tweet"].to_list() == sorted(pl.read_parquet(path)["tweet"])
    assert table.filter(pl.col("topic").is_null())["tweet"].to_list() == ["t9999"]
    assert table["share"][:300].is_between(0.5, 1).all()
    for row, topic in enumerate(table["topic"][:300]):
        assert set(described[topic]["words"]) <= set(THEMES[row % 4])
    sizes = [topic["tweets"] for topic in described]
    assert sum(sizes) == 300
    assert sizes == sorted(sizes, reverse=True)


def test_no_word_of_few_tweets_is_shown(settings, tmp_path):
    path = tweets_about(tmp_path / "labelled.parquet")
    find_topics(path, tmp_path, settings(words=100, count=4, candidate_counts=[4], runs=2, iterations=3), 1)
    held = Counter(word for text in pl.read_parquet(path)["text"] for word in set(tokens(text)))
    shown = {word for topic in topics_in(tmp_path) for word in topic["words"]}
    assert held["zanzibar"] == 3
    assert shown == {word for theme in THEMES for word in theme}
    assert all(held[word] >= SIZES["min_tweets"] for word in shown)


def test_order_of_tweets_changes_no_byte(study, settings, tmp_path):
    path, folder = study
    pl.read_parquet(path).sample(fraction=1, shuffle=True, seed=3).write_parquet(tmp_path / "labelled.parquet")
    find_topics(tmp_path / "labelled.parquet", tmp_path, settings(), 1)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_another_seed_numbers_and_words_may_differ_but_not_the_themes(study, settings, tmp_path):
    find_topics(study[0], tmp_path, settings(), 2)
    assert {topic["words"][0][:3] for topic in topics_in(tmp_path)} == {theme[0][:3] for theme in THEMES}
    assert (tmp_path / "summary.json").read_bytes() != (study[1] / "summary.json").read_bytes()


def test_a_given_count_is_taken_and_the_candidates_are_still_reported(settings, tmp_path):
    find_topics(
        tweets_about(tmp_path / "labelled.parquet"), tmp_path, settings(count=3, candidate_counts=[2], runs=2), 1
    )
    assert len(topics_in(tmp_path)) == summary_in(tmp_path)["topics"] == 3
    tried = pl.read_csv(tmp_path / "counts.csv")
    assert tried["count"].to_list() == [2, 3]
    assert tried["perplexity"].is_finite().all()


def test_a_sample_is_fitted_and_all_are_given_topics(settings, tmp_path):
    path = tweets_about(tmp_path / "labelled.parquet")
    find_topics(path, tmp_path, settings(fit_tweets=100, held_out_share=0.3, runs=2), 1)
    summary = summary_in(tmp_path)
    assert (summary["fitted"], summary["held_out"]) == (70, 30)
    assert pl.read_parquet(tmp_path / "tweets.parquet")["topic"].count() == 300


@pytest.mark.parametrize("number", [0, 3])
def test_too_few_tweets_have_no_topics(settings, tmp_path, number):
    find_topics(tweets_about(tmp_path / "labelled.parquet", number), tmp_path, settings(), 1)
    assert topics_in(tmp_path) == []
    assert pl.read_parquet(tmp_path / "tweets.parquet")["topic"].null_count() == number + 1
    assert summary_in(tmp_path)["topics"] == 0
    assert summary_in(tmp_path)["npmi"] is None
    assert pl.read_csv(tmp_path / "sentiment.csv").is_empty()
    assert all((tmp_path / name).is_file() for name in FILES)


def test_counts_that_the_tweets_cannot_fill_are_not_tried(settings, tmp_path):
    path = tweets_about(tmp_path / "labelled.parquet", 30)
    find_topics(path, tmp_path, settings(min_tweets=2, candidate_counts=[2, 100]), 1)
    assert summary_in(tmp_path)["counts"].keys() == {"2"}
    find_topics(path, tmp_path, settings(min_tweets=2, count=100), 1)
    assert topics_in(tmp_path) == []


def test_the_baseline_is_the_topics_own_words_dealt_anew(study):
    summary = summary_in(study[1])
    assert -1 < summary["npmi_of_shuffled_words"] < summary["npmi"] - 0.3
