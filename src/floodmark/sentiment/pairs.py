"""Tweets with photos that may matter to them, and what is counted tweet by tweet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

BUNDLE = 2**16
"""Least pairs of a bundle; where every photo is a candidate, those of all tweets would be too many to hold."""


class Pairs(NamedTuple):
    """Tweets with photos that may matter to them, ordered by tweet and photo; every tweet has its surest photo.

    With a pair of some confidence, all pairs of that tweet that are surer are there.

    Attributes:
        tweet: Row of the tweet.
        photo: Column of the photo.
        confidence: Of the pair.
        number: Of the pair in the draw; the smallest wins.
    """

    tweet: NDArray[np.int64]
    photo: NDArray[np.int64]
    confidence: NDArray[np.float64]
    number: NDArray[np.float64]

    @classmethod
    def join(cls, blocks: Iterable[Pairs]) -> Pairs:
        """The pairs of several blocks as one."""
        return cls(*(np.concatenate(parts) for parts in zip(*blocks, strict=True)))

    @classmethod
    def bundle(cls, blocks: Iterable[Pairs]) -> Iterator[Pairs]:
        """The same pairs in fewer blocks: those of few tweets are dearer to count than to find."""
        held: list[Pairs] = []
        count = 0
        for block in blocks:
            held.append(block)
            count += len(block.tweet)
            if count >= BUNDLE:
                yield cls.join(held)
                held, count = [], 0
        if held:
            yield cls.join(held)


@dataclass(frozen=True)
class Runs:
    """Where the pairs of each tweet are.

    Attributes:
        starts: Position of the first pair of each tweet.
        of_pair: For each pair, which of the runs it is in.
    """

    starts: NDArray[np.int64]
    of_pair: NDArray[np.int64]

    @classmethod
    def of(cls, pairs: Pairs) -> Self:
        """The runs of some pairs."""
        new = np.diff(pairs.tweet, prepend=-1) != 0
        return cls(np.flatnonzero(new), np.cumsum(new) - 1)

    def count(self, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How many pairs of each tweet are chosen."""
        return np.asarray(np.bincount(self.of_pair[chosen], minlength=len(self.starts)))

    def least(self, numbers: NDArray[np.float64]) -> NDArray[np.int64]:
        """Position of the pair with the least number of each tweet, the first of equal ones."""
        smallest = np.minimum.reduceat(numbers, self.starts)
        hits = np.flatnonzero(numbers == smallest[self.of_pair])
        return np.asarray(hits[np.unique(self.of_pair[hits], return_index=True)[1]])
