"""Are topics there whatever the seed? Those of several runs matched one to one, and how alike the matches are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Stability(NamedTuple):
    """How alike the topics of one run are to their matches in all others.

    Attributes:
        run: The medoid, whose topics are on average the most alike to their matches.
        cosine: Mean cosine similarity of each of its topics to its matches, (topics,).
        jaccard: Mean Jaccard index of each topic's top words and those of its matches, (topics,).
        random_cosine: Mean over topics if they were matched at random.
        random_jaccard: Likewise.
    """

    run: int
    cosine: NDArray[np.float64]
    jaccard: NDArray[np.float64]
    random_cosine: float
    random_jaccard: float


def cosine(one_KW: NDArray[np.float64], other_KW: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cosine similarity of the word distributions of every topic with every other's, (topics, topics)."""
    one, other = (words / np.linalg.norm(words, axis=1, keepdims=True) for words in (one_KW, other_KW))
    return np.asarray(one @ other.T, np.float64)


def jaccard(one_KN: NDArray[np.int64], other_KN: NDArray[np.int64]) -> NDArray[np.float64]:
    """Shared among all words of two lists of distinct words, for every pair of lists, (lists, lists)."""
    shared = (one_KN[:, None, :, None] == other_KN[None, :, None, :]).sum((2, 3))
    return np.asarray(shared / (one_KN.shape[1] + other_KN.shape[1] - shared), np.float64)


def match(similarity_KK: NDArray[np.float64]) -> NDArray[np.int64]:
    """For each row the column it is matched to, one to one, so that their sum is greatest (Kuhn 1955, Munkres 1957)."""
    from scipy.optimize import linear_sum_assignment

    return np.asarray(linear_sum_assignment(similarity_KK, maximize=True)[1], np.int64)


def stability(words: Sequence[NDArray[np.float64]], tops: Sequence[NDArray[np.int64]]) -> Stability:
    """Match the topics of every run with those of every other (Steyvers and Griffiths 2007; Greene et al. 2014).

    Args:
        words: Per run the probability of each word in each topic, (topics, words); two runs or more.
        tops: Per run the top words of each topic, (topics, words of a topic).
    """
    per_run = [_against_others(run, words, tops) for run in range(len(words))]
    return max(per_run, key=lambda found: (found.cosine.mean(), -found.run))


def _against_others(run: int, words: Sequence[NDArray[np.float64]], tops: Sequence[NDArray[np.int64]]) -> Stability:
    """Under a random matching every pair is as likely as any other, so that its mean is that of all pairs."""
    by_cosine, by_jaccard, all_cosine, all_jaccard = [], [], [], []
    topics = np.arange(len(words[run]))
    for other in range(len(words)):
        if other != run:
            alike, shared = cosine(words[run], words[other]), jaccard(tops[run], tops[other])
            matched = match(alike)
            by_cosine.append(alike[topics, matched])
            by_jaccard.append(shared[topics, matched])
            all_cosine.append(alike.mean())
            all_jaccard.append(shared.mean())
    return Stability(
        run, np.mean(by_cosine, 0), np.mean(by_jaccard, 0), float(np.mean(all_cosine)), float(np.mean(all_jaccard))
    )
