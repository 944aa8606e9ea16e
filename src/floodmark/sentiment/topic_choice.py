"""How many topics: as many as cohere best, among the numbers that foretell held-out tweets nearly as well as any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from floodmark.sentiment.coherence import coherences, shuffled_npmi
from floodmark.sentiment.lda import top_words, topic_shares, topic_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from floodmark.sentiment.corpus import Corpus
    from floodmark.settings.find_topics import FindTopics


class Halves(NamedTuple):
    """Held-out tweets, each cut in two: its topics are told from the first half, which then foretells the second.

    Attributes:
        seen: Word counts (tweets, words).
        asked: Word counts (tweets, words).
    """

    seen: csr_matrix
    asked: csr_matrix


class Judged(NamedTuple):
    """What speaks for one fit.

    Attributes:
        words: Probability of every word in every topic, (topics, words).
        top: Its top words, (topics, words of a topic).
        by_topic: `npmi` and `umass` of each topic.
        scores: `perplexity`, `npmi`, `umass`, and NPMI's baseline `npmi_of_shuffled_words`.
    """

    words: NDArray[np.float64]
    top: NDArray[np.int64]
    by_topic: list[dict[str, float]]
    scores: dict[str, float]


def halve(counts: csr_matrix, random: np.random.Generator) -> Halves:
    """Deal the words of every tweet into two halves at random; tweets of a single word are left out."""
    from scipy.sparse import csr_matrix

    cells = counts[np.asarray(counts.sum(1)).ravel() >= 2].tocoo()
    row, word = np.repeat(cells.row, cells.data), np.repeat(cells.col, cells.data)
    order = np.lexsort((random.random(len(row)), row))
    row, word = row[order], word[order]
    length = np.bincount(row, minlength=cells.shape[0])
    place = np.arange(len(row)) - np.repeat(np.cumsum(length) - length, length)
    first = place < length[row] // 2
    return Halves(
        *(csr_matrix((np.ones(part.sum()), (row[part], word[part])), cells.shape) for part in (first, ~first))
    )


def perplexity(shares_DK: NDArray[np.float64], words_KW: NDArray[np.float64], asked: csr_matrix) -> float:
    """Perplexity of words under p(word) = Σ share · probability in the topic; that of a fair die is its sides.

    With shares told from other words of the same tweets this is document completion (Wallach et al. 2009, section 5.1;
    Asuncion et al. 2009). Scikit-learn's own bound also counts the cost of the topics themselves, in full for however
    few held-out tweets, and so favours few topics.

    Args:
        shares_DK: Of each topic in each tweet, (tweets, topics).
        words_KW: Probability of each word in each topic, (topics, words).
        asked: Word counts (tweets, words), at least one in all.
    """
    cells = asked.tocoo()
    likelihood = np.zeros(len(cells.data))
    for share_D, words_W in zip(shares_DK.T, words_KW, strict=True):  # one topic at a time keeps memory flat
        likelihood += share_D[cells.row] * words_W[cells.col]
    return float(np.exp(-(cells.data * np.log(likelihood)).sum() / cells.data.sum()))


def unigram_perplexity(fitted: csr_matrix, asked: csr_matrix) -> float:
    """The baseline: every word by its share of the fitted words, each counted once more, whatever the tweet."""
    counted = np.asarray(fitted.sum(0), np.float64) + 1
    return perplexity(np.ones((asked.shape[0], 1)), counted / counted.sum(), asked)


def judge(model: Any, corpus: Corpus, held_out: Halves, settings: FindTopics, random: np.random.Generator) -> Judged:
    """Score one model."""
    words = topic_words(model)
    top = top_words(words, corpus.word_shares, settings.relevance, settings.words)
    by_topic = coherences(corpus, top)
    scores = {
        "perplexity": perplexity(topic_shares(model, held_out.seen), words, held_out.asked),
        **{key: float(np.mean([topic[key] for topic in by_topic])) for key in ("npmi", "umass")},
        "npmi_of_shuffled_words": shuffled_npmi(corpus, top, random),
    }
    return Judged(words, top, by_topic, scores)


def choose(scores: Mapping[int, Mapping[str, float]], tolerance: float) -> int:
    """The number with the highest NPMI among those whose perplexity is at most `tolerance` above the lowest.

    Of equals the smallest number. Perplexity alone keeps falling where topics no longer mean anything to people (Chang
    et al. 2009); coherence alone is best with few, trivial topics.

    Args:
        scores: `perplexity` and `npmi` by number.
        tolerance: Share of the lowest perplexity.
    """
    limit = (1 + tolerance) * min(score["perplexity"] for score in scores.values())
    good = [number for number, score in scores.items() if score["perplexity"] <= limit]
    return min(good, key=lambda number: (-scores[number]["npmi"], number))
