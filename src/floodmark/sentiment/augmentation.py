"""Photos lent to tweets that have none: the most fitting ones of the same split, by CLIP.

One pass over the cosines of every tweet and photo yields the confidences, the candidates and the draws. It repeats to
the last bit for any block size, order of photos or tweets, shards and threads: cosines come from blocks of one shape,
likelihoods are summed as whole numbers, and a draw is the smallest of keyed numbers, which no neighbour changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from floodmark.learning.threads import one_thread
from floodmark.sentiment.lottery import keys
from floodmark.sentiment.matching import Match, match
from floodmark.sentiment.pairs import Pairs, Runs
from floodmark.sentiment.pool import Pool, Rules

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

NEAR = 1e-4
"""Confidences this close to a limit may fall on its other side on another device; they are counted."""
NOTHING = -1
STRIP = 1024
"""Vectors that are looked at at once, so that they stay in the cache."""


class Choices(NamedTuple):
    """What was drawn for each tweet, every array of shape (tweets, limits).

    Attributes:
        photo: The photo drawn among those at or above each limit, the surest one where there is none and the rules
            fall back, -1 where there is nothing.
        confidence: How sure that photo is, NaN where there is none.
        rank: One more than the number of photos that are surer, 0 where there is none.
        candidates: Photos at or above each limit.
        near: Photos within NEAR of each limit.
    """

    photo: NDArray[np.int64]
    confidence: NDArray[np.float64]
    rank: NDArray[np.int64]
    candidates: NDArray[np.int64]
    near: NDArray[np.int64]


def choose(
    tweets: Sequence[str],
    texts_TE: NDArray[np.float16],
    photos: Sequence[str],
    images_NE: NDArray[np.float16],
    limits: Sequence[float],
    rules: Rules,
) -> Choices:
    """Draw one photo for each tweet and limit.

    A vector that is not finite belongs to nothing: its photo is never drawn, its tweet gets none.

    Args:
        tweets: Pseudonyms of the tweets.
        texts_TE: Their unit vectors.
        photos: Pseudonyms of the photos that may be drawn, distinct.
        images_NE: Their unit vectors.
        limits: Confidences from which a photo is a candidate.
        rules: See there.
    """
    none = np.zeros((len(tweets), len(limits)), np.int64)
    choices = Choices(none + NOTHING, np.full(none.shape, np.nan), none, none.copy(), none.copy())
    rows, columns = (np.flatnonzero(_finite(vectors)) for vectors in (texts_TE, images_NE))
    if not len(rows) or not len(columns):
        return choices
    # Ties between photos go to the first pseudonym, in whichever order they came; batches take them shuffled.
    photo_keys = keys(photos, rules.seed, "photo")
    by = photo_keys if rules.original_batches else photos
    order = np.array(sorted(columns.tolist(), key=by.__getitem__))
    pool = Pool(images_NE, photo_keys, order, rules)
    distinct = sorted(set(limits))
    found = _choose(texts_TE[rows], keys(tweets, rules.seed, "tweet")[rows], pool, distinct, rules)
    found.photo[:] = np.where(found.photo == NOTHING, NOTHING, order[found.photo])
    for whole, part in zip(choices, found, strict=True):
        whole[rows] = part[:, [distinct.index(limit) for limit in limits]]
    return choices


def _finite(vectors_NE: NDArray[np.float16]) -> NDArray[np.bool_]:
    """Rows without infinity or NaN, by their sum; torch widens float16 in an eighth of numpy's time."""
    finite = np.empty(len(vectors_NE), np.bool_)
    with one_thread():
        for start in range(0, len(vectors_NE), STRIP):
            strip = torch.from_numpy(vectors_NE[start : start + STRIP].copy())  # torch warns of what it may not write
            finite[start : start + STRIP] = strip.float().sum(1).isfinite().numpy()
    return finite


def _choose(
    texts_TE: NDArray[np.float16], tweet_keys: NDArray[np.uint64], pool: Pool, limits: Sequence[float], rules: Rules
) -> Choices:
    """Draw among the photos of a pool; limits are distinct and rise."""
    blocks = Pairs.bundle(pool.pairs(texts_TE, tweet_keys, limits[0] - 2 * NEAR))
    if rules.max_reuse is None:
        parts = [_free(pairs, limits, rules.fallback) for pairs in blocks]
        return Choices(*(np.concatenate(part) for part in zip(*parts, strict=True)))

    def surest(rows: NDArray[np.int64], count: int) -> Pairs:
        listed = Pairs.join(Pairs.bundle(pool.pairs(texts_TE[rows], tweet_keys[rows], surest=count)))
        return listed._replace(tweet=rows[listed.tweet])

    return _capped(Pairs.join(blocks), limits, rules.max_reuse, pool.size, surest if rules.fallback else None)


def _free(pairs: Pairs, limits: Sequence[float], fallback: bool) -> Choices:
    """The draws of a block of tweets, each on its own."""
    runs = Runs.of(pairs)
    surest = runs.least(-pairs.confidence)
    columns = []
    for limit in limits:
        sure = pairs.confidence >= limit
        candidates = runs.count(sure)
        some = (candidates > 0) | fallback
        lucky = runs.least(np.where(sure, pairs.number, np.inf))
        chosen = np.where(candidates > 0, lucky, surest)
        columns.append(
            (
                np.where(some, pairs.photo[chosen], NOTHING),
                np.where(some, pairs.confidence[chosen], np.nan),
                np.where(some, 1 + runs.count(pairs.confidence > pairs.confidence[chosen][runs.of_pair]), 0),
                candidates,
                runs.count(_near(pairs, limit)),
            )
        )
    return Choices(*(np.stack(parts, 1) for parts in zip(*columns, strict=True)))


def _capped(
    pairs: Pairs,
    limits: Sequence[float],
    max_reuse: int,
    photos: int,
    surest: Callable[[NDArray[np.int64], int], Pairs] | None,
) -> Choices:
    """The draws of all tweets, which compete for the photos."""
    runs = Runs.of(pairs)
    columns = []
    for limit in limits:
        found = match(pairs, limit, max_reuse, photos, surest)
        rows = [found.get(tweet, Match(NOTHING, np.nan, 0)) for tweet in range(len(runs.starts))]
        drawn = (np.array(part) for part in zip(*rows, strict=True))
        columns.append((*drawn, runs.count(pairs.confidence >= limit), runs.count(_near(pairs, limit))))
    return Choices(*(np.stack(parts, 1) for parts in zip(*columns, strict=True)))


def _near(pairs: Pairs, limit: float) -> NDArray[np.bool_]:
    """Pairs so close to the limit that rounding decides; at 0 it never does."""
    return np.asarray((abs(pairs.confidence - limit) < NEAR) & (limit > 0))
