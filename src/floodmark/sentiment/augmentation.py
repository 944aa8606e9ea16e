"""Photos lent to tweets that have none: the most fitting ones of the same split, by CLIP.

A confidence is the chance of a photo in a contrast of m photos, its m - 1 rivals being as likely as the other photos
of its split are on average. With the logits l of one tweet to all N photos and the likelihoods w = exp(l),

    confidence_i = w_i / (w_i + (m - 1) mean(w_j for j != i)),

which is what a softmax over a random batch of m photos expects, without its dependence on order and batches. Leaving
the photo itself out of the mean matters for small collections: with it, no photo among 120 could exceed 0.66.

Everything here repeats to the last bit for any block size, order of photos or thread count: float16 numbers are
multiples of 2^-24, so that products of unit vectors are summed without rounding in float64; the likelihoods are summed
as integers; and a draw is the smallest of keyed hashes, which no neighbour changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from floodmark.learning.seeds import derive
from floodmark.progress import track

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

STEPS = 2**40
"""Likelihoods are summed in units of the largest one over this number."""
CELLS = 2**23
"""At most this many similarities are held at once."""
NOTHING = -1


class Choices(NamedTuple):
    """What was drawn for each tweet.

    Attributes:
        photo: int64 (tweets, limits): the photo drawn among those at or above each limit, the best one where there is
            none, -1 where the pool is empty.
        confidence: float64 (tweets, limits): how sure that photo is, NaN where there is none.
        candidates: int64 (tweets, limits): photos at or above each limit.
    """

    photo: NDArray[np.int64]
    confidence: NDArray[np.float64]
    candidates: NDArray[np.int64]


def confidences(
    texts_TE: NDArray[np.float16], images_NE: NDArray[np.float16], scale: float, contrast: int
) -> NDArray[np.float64]:
    """Confidence of every photo for every text, of shape (texts, photos).

    Args:
        texts_TE: Unit vectors.
        images_NE: Unit vectors, at least one.
        scale: Factor on the cosine.
        contrast: m, the photos of one contrast.
    """
    logits_TN = scale * (texts_TE.astype(np.float64) @ images_NE.astype(np.float64).T)
    own_TN = np.rint(np.exp(logits_TN - logits_TN.max(1, keepdims=True)) * STEPS).astype(np.int64)
    others_TN = own_TN.sum(1, keepdims=True) - own_TN
    # A lone photo has no rivals to be compared with: it counts as likely as they are, a chance of 1 / m.
    rivals_TN = others_TN / (images_NE.shape[0] - 1) if images_NE.shape[0] > 1 else own_TN
    return np.asarray(own_TN / (own_TN + (contrast - 1) * rivals_TN))


def choose(
    tweets: Sequence[str],
    texts_TE: NDArray[np.float16],
    photos: Sequence[str],
    images_NE: NDArray[np.float16],
    limits: Sequence[float],
    scale: float,
    contrast: int,
    seed: int,
    block_size: int,
) -> Choices:
    """Draw one photo for each tweet and limit.

    Args:
        tweets: Pseudonyms of the tweets.
        texts_TE: Their unit vectors.
        photos: Pseudonyms of the photos that may be drawn, distinct.
        images_NE: Their unit vectors.
        limits: Confidences from which a photo is a candidate.
        scale: Factor on the cosine.
        contrast: m, the photos of one contrast.
        seed: Of the draws.
        block_size: Tweets at once; changes memory only.
    """
    shape = (len(tweets), len(limits))
    photo, confidence = np.full(shape, NOTHING, np.int64), np.full(shape, np.nan)
    candidates = np.zeros(shape, np.int64)
    if not len(photos):
        return Choices(photo, confidence, candidates)
    # Ties between photos go to the first pseudonym, in whichever order they came.
    order = np.array(sorted(range(len(photos)), key=lambda column: photos[column]))
    ordered_NE = images_NE[order]
    photo_keys = _keys([photos[column] for column in order], seed, "photo")
    tweet_keys = _keys(tweets, seed, "tweet")
    step = max(1, min(block_size, CELLS // len(photos)))
    for start in track(range(0, len(tweets), step), f"comparing {step} tweets at once with {len(photos)} photos"):
        rows = slice(start, start + step)
        sure_TN = confidences(texts_TE[rows], ordered_NE, scale, contrast)
        for column, limit in enumerate(limits):
            picked, count = _draw(sure_TN, limit, tweet_keys[rows], photo_keys)
            photo[rows, column] = order[picked]
            confidence[rows, column] = sure_TN[np.arange(len(picked)), picked]
            candidates[rows, column] = count
    return Choices(photo, confidence, candidates)


def _draw(
    sure_TN: NDArray[np.float64], limit: float, tweet_keys: NDArray[np.uint64], photo_keys: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The candidate of the smallest keyed hash, which is a uniform draw; the surest photo where there is none."""
    rows, columns = np.nonzero(sure_TN >= limit)
    count = np.bincount(rows, minlength=len(sure_TN))
    picked = sure_TN.argmax(1)
    lottery = mix(tweet_keys[rows] ^ photo_keys[columns])
    ranked = np.lexsort((columns, lottery, rows))
    lucky = ranked[np.flatnonzero(np.diff(rows[ranked], prepend=-1))] if len(ranked) else ranked
    picked[rows[lucky]] = columns[lucky]
    return picked, count


def _keys(names: Sequence[str], seed: int, kind: str) -> NDArray[np.uint64]:
    return np.array([derive(seed, "augment", kind, name) for name in names], np.uint64)


def mix(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64's finaliser (Steele, Lea and Flood 2014): every bit of the result depends on every bit of the key."""
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(keys ^ (keys >> np.uint64(31)))
