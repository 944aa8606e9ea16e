"""Latent Dirichlet allocation (Blei, Ng and Jordan 2003) by scikit-learn, and the words that stand for a topic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from floodmark.learning.seeds import derive

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

BATCH = 1024
"""Tweets of a step of online variational Bayes; small batches of texts this short lead it astray."""
UPDATES = 10
"""Of a tweet's shares within a step; scikit-learn's 100 take half as long again and gave topics that held less well."""


class Start(NamedTuple):
    """One fit: how many topics, and which of the runs, which differ by where they begin."""

    topics: int
    run: int


def fit(start: Start, counts: csr_matrix, iterations: int, seed: int) -> Any:
    """A model of these word counts, (tweets, words), by online variational Bayes (Hoffman, Blei and Bach 2010)."""
    from sklearn.decomposition import LatentDirichletAllocation

    model = LatentDirichletAllocation(
        start.topics,
        learning_method="online",
        max_iter=iterations,
        batch_size=BATCH,
        max_doc_update_iter=UPDATES,
        random_state=derive(seed, "find_topics", start.topics, start.run) % 2**32,
        n_jobs=1,
    )
    return model.fit(counts)


def topic_words(model: Any) -> NDArray[np.float64]:
    """Probability of every word in every topic, (topics, words)."""
    weights = np.asarray(model.components_, np.float64)
    words_KW: NDArray[np.float64] = weights / weights.sum(1, keepdims=True)
    return words_KW


def topic_shares(model: Any, counts: csr_matrix) -> NDArray[np.float64]:
    """Share of every topic in every tweet, (tweets, topics)."""
    return np.asarray(model.transform(counts), np.float64)


def top_words(
    words_KW: NDArray[np.float64], word_shares_W: NDArray[np.float64], relevance: float, number: int
) -> NDArray[np.int64]:
    """The most relevant words of every topic, (topics, number), the most relevant first; equals in alphabetical order.

    Relevance is λ ln(φ) + (1 - λ) ln(φ / p) with φ the word's probability in the topic and p that in all tweets
    (Sievert and Shirley 2014, equation 1): with λ = 1 the likeliest words, which many topics share, with λ = 0 the most
    exclusive, which are rare.

    Args:
        words_KW: φ, (topics, words).
        word_shares_W: p, (words,), all positive.
        relevance: λ, 0 to 1.
        number: Words a topic; fewer where there are not as many.
    """
    by_relevance = np.log(words_KW) - (1 - relevance) * np.log(word_shares_W)
    return np.argsort(-by_relevance, axis=1, kind="stable")[:, :number]
