"""The words that topics are made of: how often each tweet holds each, and which tweets say something of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from floodmark.sentiment.text import tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from floodmark.settings.find_topics import FindTopics

SHORTEST = 3
"""Letters of the shortest word that is counted."""
RETWEET = "rt"


class Corpus(NamedTuple):
    """Word counts of the tweets.

    Attributes:
        words: In alphabetical order.
        counts: Sparse (tweets, words).
        distinct: Rows of the tweets that say with counted words what no earlier one says, rising.
    """

    words: list[str]
    counts: csr_matrix
    distinct: NDArray[np.int64]

    @property
    def usable(self) -> NDArray[np.int64]:
        """Rows of the tweets that hold a counted word, rising."""
        return np.flatnonzero(self.counts.getnnz(axis=1))

    @property
    def word_shares(self) -> NDArray[np.float64]:
        """Each word's share of all counted words in distinct tweets, (words,)."""
        counted = np.asarray(self.counts[self.distinct].sum(0), np.float64).ravel()
        return np.asarray(counted / counted.sum(), np.float64)

    def together(self, words: NDArray[np.int64]) -> NDArray[np.int64]:
        """In how many distinct tweets each pair of these words stands, (words, words); alone on the diagonal."""
        present = (self.counts[self.distinct][:, words] > 0).astype(np.int64)
        return np.asarray((present.T @ present).todense())


def count_words(texts: Sequence[str], settings: FindTopics) -> Corpus:
    """Words of three letters or more that are no stop words, neither too rare nor everywhere.

    Tweets of the same set of words are one: a text that was retweeted a hundred times makes no word common, or its
    rarest words could be shown and searched for.
    """
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

    def counted(words: list[str]) -> list[str]:
        return [word for word in words if len(word) >= SHORTEST and word not in ENGLISH_STOP_WORDS]

    written = [[word for word in tokens(text) if word.isalpha()] for text in texts]
    first: dict[tuple[str, ...], int] = {}
    for row, words in enumerate(written):
        first.setdefault(tuple(sorted(set(words) - {RETWEET})), row)
    distinct = np.fromiter(first.values(), np.int64, len(first))
    vectoriser = CountVectorizer(analyzer=counted, min_df=settings.min_tweets, max_df=settings.max_share)
    try:
        vectoriser.fit([written[row] for row in distinct])
    except ValueError:  # no word at all is left
        return Corpus([], csr_matrix((len(texts), 0), dtype=np.int64), distinct[:0])
    counts = vectoriser.transform(written).tocsr()
    names = [str(word) for word in vectoriser.get_feature_names_out()]
    return Corpus(names, counts, distinct[counts.getnnz(axis=1)[distinct] > 0])
