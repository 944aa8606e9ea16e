"""What any model has to beat: the most frequent class, and a lexicon made for social media."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def constant(truth: NDArray[np.integer]) -> NDArray[np.int64]:
    """The class that people chose most often, for every text: the best that an answer without reading can do."""
    return np.full(len(truth), np.bincount(truth, minlength=2).argmax() if len(truth) else 0, np.int64)


def vader(texts: Sequence[str]) -> tuple[NDArray[np.int64], int]:
    """VADER (Hutto and Gilbert 2014): negative (0) below a compound score of 0, positive (1) from there on.

    Returns:
        Classes, and for how many texts the lexicon had nothing to say (a compound score of exactly 0).
    """
    compound = vader_scores(texts)
    return (compound >= 0).astype(np.int64), int((compound == 0).sum())


def vader_scores(texts: Sequence[str]) -> NDArray[np.float64]:
    """VADER's compound score of each text, -1 to 1; exactly 0 where the lexicon has nothing to say."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyser = SentimentIntensityAnalyzer()
    return np.array([analyser.polarity_scores(text)["compound"] for text in texts], float)
