"""Draws under a cap: no photo goes to more than so many tweets, and still nothing depends on any order.

The pairs compete by their numbers, the smallest first: a pair is made if the tweet has no photo yet and the photo is
not used up. Since all compare pairs alike, this is the one stable matching (Gale and Shapley 1962): no tweet and photo
would both rather have one another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from floodmark.sentiment.pairs import Pairs

FIRST = 32
"""Surest photos of a tweet that the fallback looks at; four times as many wherever they do not suffice."""


class Match(NamedTuple):
    """What a tweet got: the photo, its confidence, and one more than the number of photos that are surer."""

    photo: int
    confidence: float
    rank: int


def match(
    pairs: Pairs, limit: float, max_reuse: int, photos: int, surest: Callable[[NDArray[np.int64], int], Pairs] | None
) -> dict[int, Match]:
    """What every tweet gets that gets something.

    Args:
        pairs: Those that may matter at this limit.
        limit: Confidence from which a photo is a candidate.
        max_reuse: Most tweets that one photo is lent to.
        photos: How many there are.
        surest: Lists the surest photos of some tweets, for the fallback: tweets without a candidate that is left get
            the surest photos that are left, the surest pairs first. None does not fall back.
    """
    room = np.full(photos, max_reuse)
    taken = _take(pairs, np.flatnonzero(pairs.confidence >= limit), pairs.number, room)
    if surest is None:
        return taken
    left = np.setdiff1d(pairs.tweet, list(taken))
    listed = FIRST
    while len(left):
        wider = surest(left, listed)
        found = _take(wider, np.arange(len(wider.tweet)), -wider.confidence, room.copy())
        # A tweet that found nothing among so few may take a photo from others further down its list.
        if len(found) == len(left) or listed >= photos:
            return taken | found
        listed *= 4
    return taken


def _take(
    pairs: Pairs, allowed: NDArray[np.int64], rank: NDArray[np.float64], room: NDArray[np.int64]
) -> dict[int, Match]:
    """Make the allowed pairs by rising rank, equal ones by their number, and lessen the room of their photos."""
    taken: dict[int, Match] = {}
    for position in allowed[np.lexsort((pairs.number[allowed], rank[allowed]))]:
        tweet, photo = int(pairs.tweet[position]), int(pairs.photo[position])
        if room[photo] and tweet not in taken:
            room[photo] -= 1
            own = slice(*np.searchsorted(pairs.tweet, [tweet, tweet + 1]))
            surer = int((pairs.confidence[own] > pairs.confidence[position]).sum())
            taken[tweet] = Match(photo, float(pairs.confidence[position]), 1 + surer)
    return taken
