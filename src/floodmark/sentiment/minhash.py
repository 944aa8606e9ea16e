"""Sets that are nearly equal: MinHash with banding finds candidates, their exact Jaccard similarity decides.

Broder, "On the resemblance and containment of documents" (1997); banding as in Leskovec, Rajaraman and Ullman, "Mining
of Massive Datasets", chapter 3.
"""

from __future__ import annotations

import hashlib
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

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

SMALL = 50
"""Sets of a bucket up to which comparing pair by pair is faster."""


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
    flat = _flatten(sets)
    union = Union(len(sets))
    bands, rows = banding(threshold)
    rng = generator(0, "minhash")
    for _ in track(range(bands), "comparing texts, bands"):
        for members in _buckets(_band(flat, rows, rng)):
            if len(members) > SMALL:
                yield from _compare_many(members, flat, threshold, union)
                continue
            for one, other in combinations(members, 2):
                if union.root(one) != union.root(other) and jaccard(sets[one], sets[other]) >= threshold:
                    union.join(one, other)
                    yield one, other


class _Flat(NamedTuple):
    """All sets, one after another.

    Attributes:
        members: Number of every member of every set.
        starts: Where each set starts among them.
        sizes: Members of each set.
        hashes: 64 random-looking bits of each member, by its number.
    """

    members: NDArray[np.int64]
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    hashes: NDArray[np.uint64]


def _flatten(sets: Sequence[frozenset[str]]) -> _Flat:
    number: dict[str, int] = {}
    members = np.fromiter((number.setdefault(item, len(number)) for items in sets for item in items), np.int64)
    sizes = np.array([len(items) for items in sets], np.int64)
    bits = (int.from_bytes(hashlib.blake2b(item.encode(), digest_size=8).digest(), "little") for item in number)
    return _Flat(members, np.cumsum(sizes) - sizes, sizes, np.fromiter(bits, np.uint64))


def _band(flat: _Flat, rows: int, rng: np.random.Generator) -> NDArray[np.uint64]:
    """One number per set, equal where the minima of all rows are: multiply-add hashing modulo 2^64."""
    key = np.zeros(len(flat.starts), np.uint64)
    for factor, offset in rng.integers(0, 2**64, (rows, 2), np.uint64):
        hashes = flat.hashes * (factor | np.uint64(1)) + offset
        least = np.minimum.reduceat(hashes[flat.members], flat.starts)
        key = (key ^ least) * np.uint64(0x9E3779B97F4A7C15)
    return key


def _buckets(keys: NDArray[np.uint64]) -> Iterator[list[int]]:
    """Indices of equal keys, where there are two or more."""
    order = np.argsort(keys, kind="stable")
    ends = np.flatnonzero(np.diff(keys[order])) + 1
    for members in np.split(order, ends):
        if len(members) > 1:
            yield members.tolist()


def _compare_many(members: list[int], flat: _Flat, threshold: float, union: Union) -> Iterator[tuple[int, int]]:
    """The same for a bucket that is large, such as the warnings that a bot makes from one template.

    Each set is compared with all before it at once, if any of them is not connected with it yet; with the one just
    before first, which is enough among copies.
    """
    parts = [
        flat.members[start : start + flat.sizes[at]] for at, start in zip(members, flat.starts[members], strict=True)
    ]
    rows, sizes = np.concatenate(parts), flat.sizes[members]
    starts = np.cumsum(sizes) - sizes
    root = np.array([union.root(at) for at in members])
    held = np.zeros(len(flat.hashes), bool)
    for at in range(1, len(members)):
        held[parts[at]] = True
        for first in (at - 1, 0):
            apart = np.flatnonzero(root[first:at] != root[at]) + first
            if not len(apart):
                continue
            both = np.add.reduceat(
                held[rows[starts[first] : starts[at]]], starts[first:at] - starts[first], dtype=np.int64
            )
            both = both[apart - first]
            for one in apart[both / (sizes[apart] + sizes[at] - both) >= threshold].tolist():
                if root[one] != root[at]:
                    union.join(members[one], members[at])
                    root[root == root[one]] = root[at]
                    yield members[one], members[at]
        held[parts[at]] = False
