"""Sets that are nearly equal: MinHash with banding finds candidates, their exact Jaccard similarity decides.

Broder, "On the resemblance and containment of documents" (1997); banding as in Leskovec, Rajaraman and Ullman, "Mining
of Massive Datasets", chapter 3.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from floodmark.learning.seeds import generator
from floodmark.progress import track
from floodmark.sentiment.union import Union

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

HASHES = 160
"""Hash functions in all, shared out among the bands."""
RECALL = 0.99
"""Chance, at least, that a pair just at the threshold becomes a candidate; more similar ones have a better one."""


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of the members of either set that both have."""
    both = len(one & other)
    return both / (len(one) + len(other) - both)


def banding(threshold: float) -> tuple[int, int]:
    """Bands, and rows of each: the most rows, and so the fewest false candidates, that keep `RECALL`.

    A pair of similarity s agrees in all r rows of one of b bands with the chance 1 - (1 - s^r)^b.
    """
    rows = max(r for r in range(1, HASHES + 1) if r == 1 or recall(threshold, HASHES // r, r) >= RECALL)
    return HASHES // rows, rows


def recall(similarity: float, bands: int, rows: int) -> float:
    """Chance that a pair of this similarity becomes a candidate."""
    return float(1 - (1 - similarity**rows) ** bands)


def similar(sets: Sequence[frozenset[str]], threshold: float) -> Iterator[tuple[int, int]]:
    """Pairs of indices whose Jaccard similarity is at or above the threshold: enough of them to connect all that are.

    A pair that others connect already is not looked at, so a thousand copies of one text cost a thousand comparisons
    and not half a million. The same sets give the same pairs, whatever the seed of the study.

    Args:
        sets: None of them empty.
        threshold: Above 0 to 1.
    """
    if len(sets) < 2:
        return
    hashes, starts = _hashes(sets)
    union = Union(len(sets))
    bands, rows = banding(threshold)
    rng = generator(0, "minhash")
    for _ in track(range(bands), "comparing texts, bands"):
        for members in _buckets(_band(hashes, starts, rows, rng)):
            for position, other in enumerate(members):
                for one in members[:position]:
                    if union.root(one) != union.root(other) and jaccard(sets[one], sets[other]) >= threshold:
                        union.join(one, other)
                        yield one, other


def _hashes(sets: Sequence[frozenset[str]]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """64 random-looking bits of every member of every set, one set after another, and where each set starts."""
    known: dict[str, int] = {}
    for members in sets:
        for member in members:
            if member not in known:
                known[member] = int.from_bytes(hashlib.blake2b(member.encode(), digest_size=8).digest(), "little")
    flat = np.fromiter((known[member] for members in sets for member in members), np.uint64)
    sizes = [len(members) for members in sets]
    return flat, np.cumsum([0, *sizes[:-1]])


def _band(
    hashes: NDArray[np.uint64], starts: NDArray[np.int64], rows: int, rng: np.random.Generator
) -> NDArray[np.uint64]:
    """One number per set, equal where the minima of all rows are: multiply-add hashing modulo 2^64."""
    key = np.zeros(len(starts), np.uint64)
    for factor, offset in rng.integers(0, 2**64, (rows, 2), np.uint64):
        least = np.minimum.reduceat(hashes * (factor | np.uint64(1)) + offset, starts)
        key = (key ^ least) * np.uint64(0x9E3779B97F4A7C15)
    return key


def _buckets(keys: NDArray[np.uint64]) -> Iterator[list[int]]:
    """Indices of equal keys, where there are two or more."""
    order = np.argsort(keys, kind="stable")
    ends = np.flatnonzero(np.diff(keys[order])) + 1
    for members in np.split(order, ends):
        if len(members) > 1:
            yield members.tolist()
