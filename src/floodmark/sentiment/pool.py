"""The photos of one split, from which the pairs of tweet and photo come that may matter to a draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from floodmark.learning.device import pick_device
from floodmark.learning.threads import team
from floodmark.progress import track
from floodmark.sentiment.confidence import Batches, Confidence, Expected
from floodmark.sentiment.lottery import numbers
from floodmark.sentiment.pairs import Pairs
from floodmark.sentiment.similarity import Similarity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

HELD = 2**24
"""At most this many similarities are held at once, or those of one tile."""
SCORED = {"cpu": 2**19, "cuda": 2**26}
"""At most this many are scored at once, or those of one tweet: they stay in a CPU's cache, and keep a GPU busy."""


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
        room_TN = self._similarity.room(min(step, len(texts_TE)))
        rows = max(1, SCORED[room_TN.device.type] // self.size)
        threads = torch.get_num_threads()
        with team() as workers:
            for start in track(range(0, len(texts_TE), step), told):
                torch.set_num_threads(threads)
                cosines_TN = self._similarity.cosines(texts_TE[start : start + step], room_TN)
                firsts = range(start, start + len(cosines_TN), rows)

                def pick(part_TN: torch.Tensor, first: int) -> Pairs:
                    return self._pick(part_TN, first, tweet_keys, confidence, surest)

                yield from workers.map(pick, torch.split(cosines_TN, rows), firsts)

    def _pick(
        self,
        cosines_TN: torch.Tensor,
        start: int,
        tweet_keys: NDArray[np.uint64],
        confidence: float | None,
        surest: int,
    ) -> Pairs:
        """The pairs of a few tweets, of which `start` is the first."""
        values_TN, totals_T, floor_T = self._confidence.scores(cosines_TN)
        if surest > 1:
            floor_T = values_TN.topk(min(surest, self.size), 1).values[:, -1].double().cpu().numpy()
        if confidence is not None:
            floor_T = np.minimum(floor_T, self._confidence.at_most(totals_T, confidence))
        row, photo, value = _reaching(values_TN, torch.from_numpy(floor_T).to(values_TN)[:, None])
        tweet = start + row
        number = numbers(tweet_keys[tweet], self._keys[photo], value if self._rules.weighted else None)
        return Pairs(tweet, photo, self._confidence.of(value, totals_T[row]), number)


def _reaching(
    values_TN: torch.Tensor, floor_T1: torch.Tensor
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Rows, columns and values where a value is not below the floor of its row."""
    if values_TN.device.type == "cpu":  # numpy skips what is not wanted four times as fast as torch
        flat = torch.from_numpy(np.flatnonzero(values_TN.numpy() >= floor_T1.numpy()))
    else:
        flat = (values_TN >= floor_T1).flatten().nonzero()[:, 0]
    value = values_TN.flatten()[flat].cpu().numpy().astype(np.float64)
    row, column = np.divmod(flat.cpu().numpy(), values_TN.shape[1])
    return row, column, value
