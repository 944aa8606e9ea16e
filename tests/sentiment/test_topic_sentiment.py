"""Tweets counted by topic, sentiment, event and period."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from floodmark.sentiment.topic_sentiment import MOST_PERIODS, sentiment_table

START = datetime(2012, 6, 22, 3, tzinfo=UTC)
SCHEMA = {"event": pl.String, "time": pl.Datetime("ms", "UTC"), "label": pl.Int8, "text": pl.String}


def table(rows, topics):
    tweets = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return sentiment_table(tweets, pl.Series("topic", topics, pl.Int16))


def test_every_tweet_with_a_topic_is_in_one_row():
    rows = [
        ("a", START, 1, "wonderful, thank you"),
        ("a", START + timedelta(minutes=30), 0, "horrible, we lost everything"),
        ("a", START + timedelta(hours=2), None, "the gauge reads 3 metres"),
        ("a", START, None, "great"),
        ("b", None, None, "terrible"),
        (None, None, 1, "love"),
    ]
    found = table(rows, [0, 0, 0, None, 1, 1])
    assert found.rows() == [
        (None, None, None, 1, 1, 0, 0, 1, 0, 1),
        ("a", "2012-06-22T03:00", 1, 0, 2, 1, 0, 1, 1, 1),
        ("a", "2012-06-22T05:00", 1, 0, 1, 0, 1, 0, 0, 0),
        ("b", None, None, 1, 1, 1, 0, 0, 0, 0),
    ]
    assert (found["negative"] + found["neutral"] + found["positive"] == found["tweets"]).all()


@pytest.mark.parametrize(
    ("last", "hours"),
    [(timedelta(0), 1), (timedelta(hours=39), 1), (timedelta(hours=40), 6), (timedelta(days=12), 24),
     (timedelta(days=100), 168), (timedelta(days=3000), 8736), (timedelta(days=40_000), 8736)],
)  # fmt: skip
def test_an_event_has_the_finest_periods_that_can_be_seen(last, hours):
    rows = [("a", START, None, "one"), ("a", START + last, None, "two"), ("b", START, None, "three")]
    found = table(rows, [0, 0, 0]).filter(event="a")
    assert set(found["hours"]) == {hours}
    starts = [datetime.fromisoformat(start) for start in found["start"]]
    if hours < 8736:
        assert (starts[-1] - starts[0]) / timedelta(hours=hours) <= MOST_PERIODS
    assert starts[0] <= START.replace(tzinfo=None)
    if hours == 24:
        assert {(start.hour, start.minute) for start in starts} == {(0, 0)}


def test_no_tweets_have_an_empty_table():
    assert table([], []).is_empty()
    assert table([("a", START, 1, "great")], [None]).is_empty()
