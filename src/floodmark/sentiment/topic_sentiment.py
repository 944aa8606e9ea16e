"""Topic by sentiment by time: how many tweets of each topic sound how, event by event and period by period."""

from __future__ import annotations

import polars as pl

HOURS = (1, 6, 24, 168, 672, 8736)
"""Lengths of a period: an hour, six, a day, a week, four, a year of 52."""
MOST_PERIODS = 40
"""Periods of an event; with more of them nobody sees each."""
THRESHOLD = 0.05
"""VADER's compound score from which a text is positive, and below the negative of which it is negative, as its authors
advise (Hutto and Gilbert 2014)."""
KEY = ("event", "start", "hours", "topic")


def sentiment_table(tweets: pl.DataFrame, topics: pl.Series) -> pl.DataFrame:
    """Count the tweets of every topic by sentiment, event and period.

    An event's periods are the shortest of `HOURS` that are at most `MOST_PERIODS` from its first tweet to its last.

    Args:
        tweets: With columns text, label (of the emoji, null without), event and time (both may be null).
        topics: Of each tweet, null without.

    Returns:
        Columns event, start (of the period, UTC, `YYYY-MM-DDTHH:MM`; null for tweets without a time), hours (its
        length), topic, tweets, negative, neutral, positive (by VADER, which sum to tweets), emoji_negative and
        emoji_positive (by the emoji labels of `label_tweets`); ordered by the first four.
    """
    frame = tweets.select("event", "time", "label", "text").with_columns(topic=topics).filter(topics.is_not_null())
    compound = pl.Series("compound", _vader(frame["text"].to_list()), pl.Float64)
    span = (pl.col("time").max() - pl.col("time").min()).over("event")
    hours = pl.lit(HOURS[-1])
    for length in reversed(HOURS):
        hours = pl.when(span <= pl.duration(hours=length * (MOST_PERIODS - 1))).then(pl.lit(length)).otherwise(hours)
    frame = frame.with_columns(compound, hours=pl.when(pl.col("time").is_not_null()).then(hours))
    frame = frame.with_columns(start=_start())
    return (
        frame.group_by(KEY)
        .agg(
            tweets=pl.len(),
            negative=(pl.col("compound") <= -THRESHOLD).sum(),
            neutral=(pl.col("compound").abs() < THRESHOLD).sum(),
            positive=(pl.col("compound") >= THRESHOLD).sum(),
            emoji_negative=(pl.col("label") == 0).sum(),
            emoji_positive=(pl.col("label") == 1).sum(),
        )
        .sort(KEY)
    )


def _start() -> pl.Expr:
    """The beginning of each tweet's period, as text."""
    cut = pl.lit(None, pl.Datetime("ms", "UTC"))
    for length in HOURS:
        truncated = pl.col("time").cast(pl.Datetime("ms", "UTC")).dt.truncate(f"{length}h")
        cut = pl.when(pl.col("hours") == length).then(truncated).otherwise(cut)
    return cut.dt.strftime("%Y-%m-%dT%H:%M")


def _vader(texts: list[str]) -> list[float]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyser = SentimentIntensityAnalyzer()
    return [float(analyser.polarity_scores(text)["compound"]) for text in texts]
