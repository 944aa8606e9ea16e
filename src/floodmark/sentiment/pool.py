"""The photos of one split, from which the pairs of tweet and photo come that may matter to a draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from floodmark.learning.device import pick_device
from floodmark.progress import track
from floodmark.sentiment.confidence import Batches, Confidence, Expected, Scores
from floodmark.sentiment.lottery import numbers
from floodmark.sentiment.pairs import Pairs
from floodmark.sentiment.similarity import Similarity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

HELD = 2**24
"""At most this many similarities are held at once, or those of one tile."""
PICKED = 2**23
"""At most this many are picked from at once: where every photo is a candidate, all of them are pairs."""


class Rules(NamedTuple):
    """What confidence means, and how photos are drawn.

    Attributes:
        scale: Factor on the cosine.
        contrast: m, the photos of one contrast.
        seed: Of the draws.
        block_size: Tweets at once; changes memory only.
        original_batches: Confidence is the softmax over `contrast` photos as they come.
        weighted: Candidates are drawn by their likelihood instead of uniformly.
        fallback: Where there is no candidate, the surest photo is taken.
        max_reuse: Most tweets that one photo is lent to; None sets no limit.
    """

    scale: float
    contrast: int
    seed: int
    block_size: int
    original_batches: bool = False
    weighted: bool = False
    fallback: bool = True
    max_reuse: int | None = None


class Pool:
    """The photos that may be drawn."""

    def __init__(
        self, images_NE: NDArray[np.float16], photo_keys: NDArray[np.uint64], order: NDArray[np.int64], rules: Rules
    ) -> None:
        """Take unit vectors and keys of those photos that `order` names, in the order in which ties are decided."""
        self.size = len(order)
        self._similarity = Similarity(images_NE, order, pick_device())
        self._keys, self._rules = photo_keys[order], rules
        self._confidence: Confidence = (
            Batches(rules.scale, rules.contrast)
            if rules.original_batches
            else Expected(rules.scale, rules.contrast, self.size)
        )

    def pairs(
        self,
        texts_TE: NDArray[np.float16],
        tweet_keys: NDArray[np.uint64],
        confidence: float | None = None,
        surest: int = 1,
    ) -> Iterator[Pairs]:
        """Pairs by block: those at or above a confidence, and the surest ones of every tweet.

        Args:
            texts_TE: Unit vectors of the tweets.
            tweet_keys: Their keys.
            confidence: From which a pair may matter; a few below it may come along.
            surest: How many to list of every tweet at least.
        """
        tile = self._similarity.tile.texts
        step = max(tile, min(self._rules.block_size, HELD // self.size // tile * tile))
        told = f"comparing {len(texts_TE)} tweets with {self.size} photos"
        for start in track(range(0, len(texts_TE), step), told):
            scores = self._confidence.scores(self._similarity.cosines(texts_TE[start : start + step]))
            floor_T = scores.peaks
            if surest > 1:
                floor_T = scores.values.topk(min(surest, self.size), 1).values[:, -1].double().cpu().numpy()
            if confidence is not None:
                floor_T = np.minimum(floor_T, self._confidence.at_most(scores.totals, confidence))
            rows = max(1, PICKED // self.size)
            for top in range(0, len(floor_T), rows):
                yield self._pick(scores, floor_T, slice(top, top + rows), start, tweet_keys)
            del scores  # before the next block takes as much memory

    def _pick(
        self, scores: Scores, floor_T: NDArray[np.float64], rows: slice, start: int, tweet_keys: NDArray[np.uint64]
    ) -> Pairs:
        values_TN = scores.values[rows]
        least_T = torch.from_numpy(floor_T[rows]).to(values_TN)
        wanted_TN = values_TN >= least_T[:, None]
        row, photo = (index.cpu().numpy() for index in wanted_TN.nonzero(as_tuple=True))
        value = values_TN[wanted_TN].cpu().numpy().astype(np.float64)
        row = row + (rows.start or 0)
        number = numbers(tweet_keys[start + row], self._keys[photo], value if self._rules.weighted else None)
        return Pairs(start + row, photo, self._confidence.of(value, scores.totals[row]), number)
