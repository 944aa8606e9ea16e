"""Do a topic's top words occur together? Two measures over the tweets themselves, and what chance would give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from floodmark.sentiment.corpus import Corpus

SHUFFLES = 20
"""Deals of the baseline's words, enough to steady its mean."""


def coherence(together_WW: NDArray[np.integer], tweets: int) -> dict[str, float]:
    """UMass coherence (Mimno et al. 2011) and mean NPMI (Bouma 2009) of one topic's words.

    Args:
        together_WW: Tweets that hold both words, on the diagonal those that hold the word, at least one; words by
            falling weight.
        tweets: In all.

    Returns:
        `umass`: mean of ln((together + 1) / alone), the pair's weightier word standing alone; 0 is best.
        `npmi`: from -1 (never together) over 0 (by chance) to 1 (always together).
        Both are 0 where there is no pair.
    """
    if len(together_WW) < 2:
        return {"umass": 0.0, "npmi": 0.0}
    lower, upper = np.tril_indices(len(together_WW), -1)
    both, alone = together_WW[lower, upper], np.diag(together_WW)
    umass = np.log((both + 1) / alone[upper])
    npmi = np.where(both == 0, -1.0, 1.0)
    some = (both > 0) & (both < tweets)
    by_chance = (alone[lower] / tweets * (alone[upper] / tweets))[some]
    share = both[some] / tweets
    npmi[some] = np.log(share / by_chance) / -np.log(share)
    return {"umass": float(umass.mean()), "npmi": float(npmi.mean())}


def coherences(corpus: Corpus, top_KN: NDArray[np.int64]) -> list[dict[str, float]]:
    """Coherence of each topic's top words (topics, words of a topic) over the distinct tweets."""
    words, place = np.unique(top_KN, return_inverse=True)
    together = corpus.together(words)
    return [coherence(together[np.ix_(own, own)], len(corpus.distinct)) for own in place.reshape(top_KN.shape)]


def shuffled_npmi(corpus: Corpus, top_KN: NDArray[np.int64], random: np.random.Generator) -> float:
    """The baseline: mean NPMI of the topics' own words dealt anew among as many lists.

    Words drawn from the whole vocabulary would be mostly rare ones, which hardly ever occur together.
    """
    words = np.unique(top_KN)
    together = corpus.together(words)
    deals = [part for _ in range(SHUFFLES) for part in np.array_split(random.permutation(len(words)), len(top_KN))]
    return float(np.mean([coherence(together[np.ix_(own, own)], len(corpus.distinct))["npmi"] for own in deals]))
