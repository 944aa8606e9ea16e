"""Topics of real flood tweets: five floods of 2012 and 2013 that nobody told them of."""

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from sklearn.metrics import normalized_mutual_info_score

from floodmark.sentiment.topics import find_topics
from floodmark.settings.anonymise import Anonymise
from floodmark.settings.base import read_params, read_section
from floodmark.settings.find_topics import FindTopics
from floodmark.tweets.anonymise import anonymise

ROOT = Path(__file__).parents[2]
TWEETS = ROOT.parent / "shared" / "data" / "pennines" / "tweets" / "crisislex_floods.jsonl"
CHEAP = {"count": 5, "candidate_counts": [5], "runs": 2, "iterations": 5}

pytestmark = pytest.mark.skipif(not TWEETS.is_file(), reason="the Pennines data are not beside the repository")


def section(name, model, **changes):
    return read_section({name: read_params(ROOT / "params.yaml")[name] | changes}, name, model, "params.yaml")


def test_topics_tell_the_floods_apart(tmp_path):
    for name in ("raw", "labels", "topics"):
        (tmp_path / name).mkdir()
    shutil.copyfile(TWEETS, tmp_path / "raw" / TWEETS.name)
    names = ("tweets.parquet", "users.parquet", "places.parquet", "human.parquet", "audit.json")
    paths = tuple(tmp_path / name for name in names)
    anonymise(tmp_path / "raw", tmp_path / "labels", bytes(range(32)), paths, section("anonymise", Anonymise))
    tweets = pl.read_parquet(paths[0]).with_columns(label=pl.lit(None, pl.Int8))
    tweets.write_parquet(tmp_path / "labelled.parquet")
    find_topics(tmp_path / "labelled.parquet", tmp_path / "topics", section("find_topics", FindTopics, **CHEAP), 1)
    summary = json.loads((tmp_path / "topics" / "summary.json").read_text())
    assert summary["perplexity"] < 0.8 * summary["unigram_perplexity"]
    assert summary["npmi"] > summary["npmi_of_shuffled_words"] + 0.3
    assert summary["stability"]["jaccard"] > 2 * summary["stability"]["jaccard_of_random_matching"]
    found = tweets.join(pl.read_parquet(tmp_path / "topics" / "tweets.parquet"), on="tweet").drop_nulls("topic")
    assert normalized_mutual_info_score(found["event"], found["topic"]) > 0.3
