"""How often the right partner is found among others, and what chance would find (recall of Radford et al. 2021)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Candidates:
    """Queries and what each of them may be answered with.

    Attributes:
        allowed_NN: Whether window j is a candidate for query i; every window is one for itself, and for whom it is one
            is one for it.
        storms: The storm of each window, which intervals draw.
    """

    allowed_NN: NDArray[np.bool_]
    storms: NDArray[np.str_]

    @property
    def counts(self) -> NDArray[np.int64]:
        """Candidates of each query, its own partner among them."""
        return np.asarray(self.allowed_NN.sum(1), np.int64)

    def ranks(self, similarity_NN: NDArray[np.floating]) -> NDArray[np.float64]:
        """Rank of each query's own partner among its candidates, from 1; of equals, half come before it.

        Args:
            similarity_NN: Of query i (row) to candidate j (column).
        """
        own_N1 = np.diagonal(similarity_NN)[:, None]
        better = (similarity_NN > own_N1) & self.allowed_NN
        equal = (similarity_NN == own_N1) & self.allowed_NN
        return np.asarray(1 + better.sum(1) + (equal.sum(1) - 1) / 2, np.float64)

    def hits(self, similarity_NN: NDArray[np.floating], among: Sequence[int]) -> NDArray[np.float64]:
        """Whether each query finds its partner among the first k, shape (queries, len(among)).

        Where equals straddle the limit it is the chance that it does.
        """
        own_N1 = np.diagonal(similarity_NN)[:, None]
        better = ((similarity_NN > own_N1) & self.allowed_NN).sum(1)
        equal = ((similarity_NN == own_N1) & self.allowed_NN).sum(1)
        return np.stack([np.clip((k - better) / equal, 0, 1) for k in among], axis=1)

    def chance(self, among: Sequence[int]) -> NDArray[np.float64]:
        """Expected hits of permuted pairs, exactly k of a query's candidates, shape (queries, len(among))."""
        return np.stack([np.minimum(1, k / self.counts) for k in among], axis=1)

    def permuted(
        self, similarity_NN: NDArray[np.floating], among: Sequence[int], rng: np.random.Generator, times: int
    ) -> NDArray[np.float64]:
        """Recall when partners are permuted among the windows of equal candidates, shape (times, len(among))."""
        groups = np.unique(self.allowed_NN, axis=0, return_inverse=True)[1].ravel()
        # Position of every candidate in every query's list: where the permuted partner stands is then looked up.
        masked = np.where(self.allowed_NN, similarity_NN, -np.inf)
        place_NN = np.empty(masked.shape, np.int64)
        order = np.argsort(-masked, axis=1, kind="stable")
        np.put_along_axis(place_NN, order, np.arange(masked.shape[1])[None].repeat(len(masked), 0), axis=1)
        queries = np.arange(len(masked))
        found = np.zeros((times, len(among)))
        for row in range(times):
            partner = queries.copy()
            for group in range(groups.max(initial=-1) + 1):
                members = np.flatnonzero(groups == group)
                partner[members] = rng.permutation(members)
            found[row] = [(place_NN[queries, partner] < k).mean() for k in among]
        return found


def anywhere(storms: Sequence[str]) -> Candidates:
    """Every window of all places and storms is a candidate."""
    return Candidates(np.ones((len(storms), len(storms)), np.bool_), np.asarray(storms, np.str_))


def same_place(storms: Sequence[str], places: Sequence[int]) -> Candidates:
    """Only windows of the same ground are candidates, where terrain tells nothing."""
    place = np.asarray(places)
    return Candidates(place[:, None] == place[None, :], np.asarray(storms, np.str_))
