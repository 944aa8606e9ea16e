"""The report's topics: every drawing there, numbers that add up, no text of a tweet, and bytes that repeat."""

import json
import re
from datetime import datetime

import pytest

from floodmark.report.topics import MOST_EVENTS, _count, _periods, topics

HEADER = "event,start,hours,topic,tweets,negative,neutral,positive,emoji_negative,emoji_positive\n"


def write_topics(root, rows, number=2):
    folder = root / "topics"
    folder.mkdir(exist_ok=True)
    found = [
        {"topic": topic, "label": f"river $cost {topic}", "words": ["river", "$cost", f"<b>{topic}"],
         "tweets": 9 - topic, "npmi": 0.1, "umass": -1, "cosine": 0.9, "jaccard": 0.5, "stable": topic == 0}
        for topic in range(number)
    ]  # fmt: skip
    (folder / "topics.json").write_text(json.dumps({"topics": found}))
    alike = {"cosine": 0.9, "cosine_of_random_matching": 0.2, "jaccard": 0.5, "jaccard_of_random_matching": 0.05}
    summary = {"topics": number, "stable_topics": 1, "npmi": 0.1, "stability": alike}
    (folder / "summary.json").write_text(json.dumps(summary))
    counts = "count,perplexity,unigram_perplexity,npmi,npmi_of_shuffled_words,umass,jaccard\n"
    (folder / "counts.csv").write_text(counts + "2,90,200,0.1,-0.3,-2,0.5\n4,80,200,0.05,-0.4,-2,0.4\n")
    (folder / "sentiment.csv").write_text(HEADER + "".join(f"{row}\n" for row in rows))
    return root


ROWS = [
    "calder,2012-06-22T00:00,24,0,5,2,2,1,0,0",
    "calder,2012-06-25T00:00,24,0,3,0,1,2,0,0",
    "calder,2012-06-23T00:00,24,1,4,4,0,0,0,0",
    "2015,2015-12-26T09:00,1,1,1,0,0,1,0,0",
    ",,,1,7,1,5,1,0,0",
]


@pytest.fixture
def outputs(tmp_path):
    return write_topics(tmp_path, ROWS)


def test_topics_are_shown_with_their_stability_and_three_drawings(outputs):
    text = "".join(topics(outputs))
    assert text.count("<svg") == 3
    for words in (
        "1 of 2 topics are stable",
        "0.50",
        "0.05",
        "&lt;b&gt;1",
        "calder",
        "2015",
        "2012-06-22",
        "4 × 24 h",
        "1 × 1 h",
    ):
        assert words in text
    assert "<b>" not in re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)


def test_the_same_files_give_the_same_bytes(outputs):
    assert topics(outputs) == topics(outputs)


def test_tweets_without_a_time_are_in_the_shares_and_not_over_time(tmp_path):
    text = "".join(topics(write_topics(tmp_path, [",,,0,7,1,5,1,0,0", "calder,,,1,2,0,0,2,0,0"])))
    assert text.count("<svg") == 2
    assert "by time" not in text


def test_no_topics_are_said_to_be_none(tmp_path):
    assert "too few tweets for topics" in "".join(topics(tmp_path))
    (tmp_path / "topics").mkdir()
    (tmp_path / "topics/topics.json").write_text('{"topics": []}')
    assert "too few tweets for topics" in "".join(topics(tmp_path))


def test_what_is_left_out_of_the_drawing_is_said(tmp_path):
    rows = [f"event{event},2012-06-22T00:00,24,0,{event + 1},0,0,{event + 1},0,0" for event in range(MOST_EVENTS + 1)]
    text = "".join(topics(write_topics(tmp_path, rows, number=17)))
    assert f"the {MOST_EVENTS} largest of {MOST_EVENTS + 1} events" in text
    assert "the 16 largest of 17 topics" in text
    assert "event0<" not in text


def test_periods_without_a_tweet_are_there_too():
    rows = [{"start": f"2012-06-{day}T00:00", "hours": 24} for day in (22, 25)]
    assert _periods(rows) == [datetime(2012, 6, day) for day in (22, 23, 24, 25)]


def test_tweets_are_counted_by_column_and_sentiment():
    rows = [
        {"topic": 0, "negative": 2, "neutral": 1, "positive": 0},
        {"topic": 0, "negative": 3, "neutral": 0, "positive": 1},
    ]
    assert _count(rows, "topic") == {(0, "negative"): 5, (0, "neutral"): 1, (0, "positive"): 1}
