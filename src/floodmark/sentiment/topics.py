"""What the tweets are about: latent Dirichlet allocation (Blei, Ng and Jordan 2003) over the words of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from floodmark.learning.seeds import derive, generator
from floodmark.progress import say
from floodmark.sentiment.coherence import coherence
from floodmark.sentiment.dataset import read_tweets
from floodmark.sentiment.text import tokens
from floodmark.storage import write_json, write_table

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from floodmark.settings.find_topics import FindTopics

SHORTEST = 3
"""Letters of the shortest word that is counted."""
SHUFFLES = 20
"""Deals of the baseline's words, enough to steady its mean."""


class Corpus(NamedTuple):
    """Word counts of the tweets.

    Attributes:
        words: In alphabetical order.
        counts: Sparse (tweets, words).
    """

    words: list[str]
    counts: csr_matrix


def find_topics(tweets: Path, folder: Path, settings: FindTopics, seed: int) -> None:
    """Write `topics.json`, `tweets.parquet` and `summary.json`.

    Words that fewer than `min_tweets` tweets hold are not counted at all, so that none of them can be shown.
    """
    table = read_tweets(tweets)
    corpus = count_words(table["text"].to_list(), settings)
    usable = np.flatnonzero(corpus.counts.getnnz(axis=1))
    summary: dict[str, Any] = {"tweets": len(table), "words": len(corpus.words), "with_words": len(usable)}
    if not len(corpus.words) or len(usable) < settings.count:
        say("too few tweets share words: no topics")
        write_json(folder / "topics.json", {"topics": []})
        write_table(folder / "tweets.parquet", _assignments(table, np.zeros(0, np.int64), np.zeros(0), usable[:0]))
        nothing: dict[str, Any] = {
            "topics": 0,
            "umass": None,
            "npmi": None,
            "npmi_of_shuffled_words": None,
            "counts": {},
        }
        write_json(folder / "summary.json", summary | nothing)
        return
    fitted = _sample(usable, settings.fit_tweets, seed)
    say(f"topics from {len(fitted)} of {len(usable)} tweets, {len(corpus.words)} words")
    models = {
        count: _fit(corpus.counts[fitted], count, settings, seed)
        for count in {settings.count, *settings.compare_counts}
    }
    topics = _describe(models[settings.count], corpus, settings)
    shares = _shares(models[settings.count], corpus.counts[usable])
    best = shares.argmax(1)
    for number, topic in enumerate(topics):
        topic["tweets"] = int((best == number).sum())
    write_json(folder / "topics.json", {"topics": topics})
    write_table(folder / "tweets.parquet", _assignments(table, best, shares.max(1), usable))
    by_count = {str(count): _mean(_describe(models[count], corpus, settings)) for count in sorted(models)}
    write_json(
        folder / "summary.json",
        summary
        | {"topics": settings.count, "fitted": len(fitted), **_mean(topics), "counts": by_count}
        | {"npmi_of_shuffled_words": _shuffled_coherence(topics, corpus, seed)},
    )


def count_words(texts: list[str], settings: FindTopics) -> Corpus:
    """Words of three letters or more that are no stop words, neither too rare nor everywhere."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

    def words(text: str) -> list[str]:
        return [
            word for word in tokens(text) if word.isalpha() and len(word) >= SHORTEST and word not in ENGLISH_STOP_WORDS
        ]

    vectoriser = CountVectorizer(analyzer=words, min_df=settings.min_tweets, max_df=settings.max_share)
    try:
        counts = vectoriser.fit_transform(texts)
    except ValueError:  # no word at all is left
        return Corpus([], csr_matrix((len(texts), 0)))
    return Corpus([str(word) for word in vectoriser.get_feature_names_out()], counts.tocsr())


def _sample(rows: NDArray[np.int64], size: int, seed: int) -> NDArray[np.int64]:
    if len(rows) <= size:
        return rows
    return np.sort(generator(seed, "find_topics", "sample").choice(rows, size, replace=False))


def _fit(counts: csr_matrix, topics: int, settings: FindTopics, seed: int) -> Any:
    from sklearn.decomposition import LatentDirichletAllocation

    model = LatentDirichletAllocation(
        topics,
        learning_method="online",
        max_iter=settings.iterations,
        batch_size=1024,
        random_state=derive(seed, "find_topics", topics) % 2**32,
        n_jobs=1,
    )
    return model.fit(counts)


def _shares(model: Any, counts: csr_matrix) -> NDArray[np.float64]:
    """Share of every topic in every tweet."""
    return np.asarray(model.transform(counts))


def _describe(model: Any, corpus: Corpus, settings: FindTopics) -> list[dict[str, Any]]:
    """Top words of every topic with their coherence; words of equal weight in alphabetical order."""
    described = []
    present = (corpus.counts > 0).astype(np.int64).tocsc()
    for number, weights in enumerate(model.components_):
        top = np.argsort(-weights, kind="stable")[: settings.words]
        described.append(
            {"topic": number, "words": [corpus.words[word] for word in top], **coherence(present[:, top].toarray())}
        )
    return described


def _shuffled_coherence(topics: list[dict[str, Any]], corpus: Corpus, seed: int) -> float:
    """The baseline: mean NPMI of the topics' own words dealt anew among as many lists, the commonest of each first.

    Words drawn from the whole vocabulary would be mostly rare ones, which hardly ever occur together.
    """
    present = (corpus.counts > 0).astype(np.int64).tocsc()
    held = np.asarray(present.sum(0)).ravel()
    number_of = {word: number for number, word in enumerate(corpus.words)}
    words = np.array(sorted({number_of[word] for topic in topics for word in topic["words"]}), np.int64)
    random = generator(seed, "find_topics", "shuffled words")
    scores = []
    for _ in range(SHUFFLES):
        for part in np.array_split(random.permutation(words), len(topics)):
            by_count = part[np.argsort(-held[part], kind="stable")]
            scores.append(coherence(present[:, by_count].toarray())["npmi"])
    return float(np.mean(scores))


def _mean(topics: list[dict[str, Any]]) -> dict[str, float]:
    return {key: float(np.mean([topic[key] for topic in topics])) for key in ("umass", "npmi")}


def _assignments(
    table: pl.DataFrame, topic: NDArray[np.int64], share: NDArray[np.float64], rows: NDArray[np.int64]
) -> pl.DataFrame:
    """Topic of every tweet and its share; null where a tweet has no counted word."""
    topics: list[int | None] = [None] * len(table)
    shares: list[float | None] = [None] * len(table)
    for row, number, value in zip(rows, topic, share, strict=True):
        topics[row], shares[row] = int(number), round(float(value), 6)
    return pl.DataFrame(
        {
            "tweet": table["tweet"],
            "topic": pl.Series(topics, dtype=pl.Int16),
            "share": pl.Series(shares, dtype=pl.Float32),
        }
    )
