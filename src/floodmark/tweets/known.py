"""All that an archive could name a person by, looked up in texts: on disk, so that no archive is too large."""

from __future__ import annotations

from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from floodmark.tweets.canonical import KINDS, MOST_WORDS, Words, sequences, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import polars as pl
    from numpy.typing import NDArray

PART = 2**18
"""Hashes that are compared at a time, two MiB."""
_BITS = 20


class Kind(IntEnum):
    """What an identifier is; the surer one wins where two are written alike."""

    NAME = 0
    """Of a user: several words, or one that is no word of a language."""
    ID = 1
    URL = 2
    COORDINATES = 3
    EMAIL = 4
    PHONE = 5
    WORD = 6
    """A name of one word: no identifier if many people use it."""
    RUN = 7
    """Words within a display name, and what they are called by: likewise."""
    POINT = 8
    """Both coordinates of one place, in either order."""
    SHORT = 9
    """A name that cannot be told from a word: counted, never found."""


PLACEHOLDER = {Kind.NAME: "name", Kind.WORD: "name", Kind.RUN: "name", Kind.ID: "number", Kind.URL: "url",
               Kind.COORDINATES: "coordinates", Kind.POINT: "coordinates", Kind.EMAIL: "email",
               Kind.PHONE: "phone"}  # fmt: skip


class Hits(NamedTuple):
    """Identifiers found in texts, sorted by text and place.

    Attributes:
        row: Which text.
        word: Which of its words is the first.
        length: Words.
        hash: Of the sequence, the kind aside.
        kind: Of `Kind`.
    """

    row: NDArray[np.int64]
    word: NDArray[np.int64]
    length: NDArray[np.int64]
    hash: NDArray[np.uint64]
    kind: NDArray[np.uint8]


def kept(hits: Hits, which: NDArray[np.bool_]) -> Hits:
    """Some of the hits."""
    return Hits(hits.row[which], hits.word[which], hits.length[which], hits.hash[which], hits.kind[which])


class Known:
    """Identifiers as sorted hashes in files.

    Attributes:
        inside: One-word names in scripts without spaces, which stand inside words.
        ordinary: Sorted hashes of words and runs that the archive itself uses as words.
    """

    def __init__(self, gathered: Sequence[Path], path: Path) -> None:
        """Merge what `gathering.gather` wrote.

        Args:
            gathered: Its files; they are removed.
            path: Where to keep the whole.
        """
        self.inside: set[str] = set()
        self.ordinary = np.zeros(0, np.uint64)
        self._path, self._bounds = path, [0]
        self._counts = np.zeros(len(Kind), np.int64)
        self._lengths = np.zeros(2**_BITS, np.uint16)
        with path.open("wb") as file:
            for part in _merged(gathered):
                part.tofile(file)
                self._bounds.append(self._bounds[-1] + len(part))
                self._counts += np.bincount((part & KINDS).astype(np.int64), minlength=len(Kind))
        for found in gathered:
            marks = np.fromfile(found.with_suffix(".firsts"), np.uint32)
            for less_one in range(MOST_WORDS):
                self._lengths[marks[marks & 31 == less_one] >> 5] |= np.uint16(1 << less_one)
            names = found.with_suffix(".names")
            self.inside.update(name for name in names.read_text(encoding="utf-8").split("\n") if name)
            for written in (found, found.with_suffix(".firsts"), names):
                written.unlink()

    def count(self, *kinds: Kind) -> int:
        """How many identifiers there are of some kinds."""
        return int(self._counts[list(kinds)].sum())

    def find(self, texts: pl.Series) -> Hits:
        """Identifiers in folded texts, ordinary ones included."""
        return self.find_words(words(texts))

    def find_words(self, found: Words) -> Hits:
        """The same in texts that have been cut into words."""
        starts: list[NDArray[np.int64]] = []
        lengths: list[NDArray[np.int64]] = []
        hashes: list[NDArray[np.uint64]] = []
        behind = found.start[1:][found.row]
        place = np.arange(len(found.hash))
        mask = self._lengths[found.hash >> np.uint64(64 - _BITS)]
        for number in range(1, MOST_WORDS + 1):
            begins = ((mask >> np.uint16(number - 1)) & np.uint16(1)).astype(np.bool_)
            at = np.flatnonzero(begins & (place + number <= behind))
            starts.append(at)
            lengths.append(np.full(len(at), number))
            hashes.append(sequences(found, at, number))
        start, length, hash_ = np.concatenate(starts), np.concatenate(lengths), np.concatenate(hashes)
        kind = self._kinds(hash_)
        kept = np.flatnonzero(kind < Kind.SHORT)
        kept = kept[np.lexsort((length[kept], start[kept]))]
        start = start[kept]
        row = found.row[start]
        return Hits(row, start - found.start[row], length[kept], hash_[kept], kind[kept])

    def _kinds(self, hashes: NDArray[np.uint64]) -> NDArray[np.uint8]:
        """The surest kind of each hash, `SHORT` where nothing is known."""
        wanted, back = np.unique(hashes, return_inverse=True)
        kinds = np.full(len(wanted), Kind.SHORT, np.uint8)
        for begin, end in pairwise(self._bounds):
            part = np.fromfile(self._path, np.uint64, end - begin, offset=8 * begin)
            near = slice(*np.searchsorted(wanted, [part[0] & ~KINDS, part[-1] | KINDS]))
            at = np.searchsorted(part, wanted[near])
            same = (at < len(part)) & (part[at.clip(max=len(part) - 1)] & ~KINDS == wanted[near])
            kinds[near][same] = (part[at[same]] & KINDS).astype(np.uint8)
        return kinds[back]


def mark(first: NDArray[np.uint64], lengths: NDArray[np.int64]) -> NDArray[np.uint32]:
    """First words and lengths of sequences in 25 bits, to be found again without their hashes."""
    return ((first >> np.uint64(64 - _BITS)) << np.uint64(5) | (lengths - 1).astype(np.uint64)).astype(np.uint32)


def _merged(gathered: Sequence[Path]) -> Iterator[NDArray[np.uint64]]:
    """All hashes in order, without repetition, a part at a time; those of one sequence stay together."""
    sizes = [file.stat().st_size // 8 for file in gathered]
    number = max(1, sum(sizes) // PART)
    edges = [np.uint64(edge) & ~KINDS for edge in (2**64 * k // number for k in range(1, number))]
    bounds = [
        [0, *(np.searchsorted(np.memmap(file, np.uint64, "r"), edges) if size and edges else []), size]
        for file, size in zip(gathered, sizes, strict=True)
    ]
    for k in range(number):
        slices = [
            np.fromfile(file, np.uint64, int(edge[k + 1] - edge[k]), offset=8 * int(edge[k]))
            for file, edge in zip(gathered, bounds, strict=True)
            if len(edge) > k + 1
        ]
        part = np.unique(np.concatenate([np.zeros(0, np.uint64), *slices]))
        if len(part):
            yield part
