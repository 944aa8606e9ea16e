"""What the tweets are about: their number chosen, their stability measured, a topic for every tweet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from floodmark.learning.history import write_history
from floodmark.progress import say
from floodmark.sentiment.corpus import Corpus, count_words
from floodmark.sentiment.dataset import read_tweets
from floodmark.sentiment.lda import topic_shares
from floodmark.sentiment.topic_choice import choose
from floodmark.sentiment.topic_runs import Found, draw, feasible, try_counts
from floodmark.sentiment.topic_sentiment import sentiment_table
from floodmark.storage import write_json, write_table, write_text

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.sentiment.topic_matching import Stability
    from floodmark.settings.find_topics import FindTopics

LABEL_WORDS = 3
SCORES = ("perplexity", "unigram_perplexity", "npmi", "npmi_of_shuffled_words", "umass", "jaccard")


def find_topics(tweets: Path, folder: Path, settings: FindTopics, seed: int) -> None:
    """Write `topics.json`, `tweets.parquet`, `sentiment.csv`, `counts.csv` and `summary.json`.

    Words that fewer than `min_tweets` distinct tweets hold are not counted at all, so that none of them can be shown.
    """
    table = read_tweets(tweets)
    corpus = count_words(table["text"].to_list(), settings)
    drawn = draw(corpus, settings, seed)
    summary: dict[str, Any] = {
        "tweets": len(table), "with_words": len(corpus.usable), "distinct": len(corpus.distinct),
        "words": len(corpus.words), "fitted": drawn.fitted.shape[0], "held_out": drawn.held_out.asked.shape[0],
    }  # fmt: skip
    counts = feasible(drawn, settings)
    if not counts:
        _write_nothing(folder, table, summary)
        return
    say(f"topics from {summary['fitted']} of {len(table)} tweets, {len(corpus.words)} words")
    tried = try_counts(corpus, drawn, counts, settings, seed)
    scores = {count: found.scores for count, found in tried.items()}
    found = tried[settings.count or choose(scores, settings.perplexity_tolerance)]
    shares = topic_shares(found.model, corpus.counts[corpus.usable])
    topics, shares = _by_size(_describe(found, corpus, settings), shares)
    _write_topics(folder, table, topics, _tweets(table, corpus.usable, shares))
    write_history(
        folder / "counts.csv", [{"count": n, **{key: row[key] for key in SCORES}} for n, row in scores.items()]
    )
    stable = sum(topic["stable"] for topic in topics)
    say(f"{len(topics)} topics, {stable} of them stable over {settings.runs} runs")
    results = {"topics": len(topics), "stable_topics": stable, **found.scores, **found.judged.scores, "counts": scores}
    write_json(folder / "summary.json", summary | results | {"stability": _summarise(found.stability)})


def _write_nothing(folder: Path, table: pl.DataFrame, summary: dict[str, Any]) -> None:
    say("too few tweets share words: no topics")
    _write_topics(folder, table, [], _tweets(table, np.zeros(0, np.int64), np.zeros((0, 1))))
    write_history(folder / "counts.csv", [dict.fromkeys(("count", *SCORES), float("nan"))])
    nothing: dict[str, Any] = {"topics": 0, "stable_topics": 0, **dict.fromkeys(SCORES), "stability": {}, "counts": {}}
    write_json(folder / "summary.json", summary | nothing)


def _describe(found: Found, corpus: Corpus, settings: FindTopics) -> list[dict[str, Any]]:
    described = []
    of_topic = zip(
        found.judged.top, found.judged.by_topic, found.stability.cosine, found.stability.jaccard, strict=True
    )
    for top, coherence, cosine, jaccard in of_topic:
        words = [corpus.words[word] for word in top]
        alike = {"cosine": float(cosine), "jaccard": float(jaccard), "stable": bool(jaccard >= settings.min_jaccard)}
        described.append({"label": " ".join(words[:LABEL_WORDS]), "words": words, **coherence, **alike})
    return described


def _by_size(
    topics: list[dict[str, Any]], shares: NDArray[np.float64]
) -> tuple[list[dict[str, Any]], NDArray[np.float64]]:
    """Number the topics by how many tweets are mostly about them, the largest first; shares in the same order."""
    tweets = np.bincount(shares.argmax(1), minlength=len(topics))
    order = np.argsort(-tweets, kind="stable")
    numbered = [{"topic": number, "tweets": int(tweets[old]), **topics[old]} for number, old in enumerate(order)]
    return numbered, shares[:, order]


def _summarise(found: Stability) -> dict[str, float]:
    return {
        "cosine": float(found.cosine.mean()), "cosine_of_random_matching": found.random_cosine,
        "jaccard": float(found.jaccard.mean()), "jaccard_of_random_matching": found.random_jaccard,
    }  # fmt: skip


def _tweets(table: pl.DataFrame, rows: NDArray[np.int64], shares: NDArray[np.float64]) -> pl.DataFrame:
    """Topic of every tweet and its share; null where a tweet has no counted word."""
    topics: list[int | None] = [None] * len(table)
    largest: list[float | None] = [None] * len(table)
    for row, number, share in zip(rows, shares.argmax(1), shares.max(1), strict=True):
        topics[row], largest[row] = int(number), round(float(share), 6)
    return pl.DataFrame(
        {
            "tweet": table["tweet"],
            "topic": pl.Series(topics, dtype=pl.Int16),
            "share": pl.Series(largest, dtype=pl.Float32),
        }
    )


def _write_topics(folder: Path, table: pl.DataFrame, topics: list[dict[str, Any]], tweets: pl.DataFrame) -> None:
    write_json(folder / "topics.json", {"topics": topics})
    write_table(folder / "tweets.parquet", tweets)
    write_text(folder / "sentiment.csv", sentiment_table(table, tweets["topic"]).write_csv())
