"""All that an archive could name a person by, looked up in texts: on disk, so that no archive is too large."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from floodmark.tweets.canonical import KINDS, MOST_WORDS, Words, sequences, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import polars as pl
    from numpy.typing import NDArray

PART = 2**20
"""Hashes that are compared at a time, eight MiB."""
_SHIFT = np.uint64(44)


class Kind(IntEnum):
    """What an identifier is; the surer one wins where two are written alike."""

    NAME = 0
    """Of a user: several words, or one that is no word of a language."""
    ID = 1
    URL = 2
    COORDINATES = 3
    WORD = 4
    """A name of one word: no identifier if many tweets use it."""
    RUN = 5
    """Words within a display name: likewise."""
    SHORT = 6
    """A name that cannot be told from a word: counted, never found."""


PLACEHOLDER = {Kind.NAME: "name", Kind.WORD: "name", Kind.RUN: "name", Kind.ID: "number", Kind.URL: "url",
               Kind.COORDINATES: "coordinates"}  # fmt: skip


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


class Known:
    """Identifiers as sorted hashes in files.

    Attributes:
        names: One-word names in scripts without spaces, which stand inside words.
        ordinary: Sorted hashes of words and runs that the archive itself uses as words.
    """

    def __init__(self, gathered: Sequence[Path], path: Path) -> None:
        """Merge what `gathering.gather` wrote.

        Args:
            gathered: Its files; they are removed.
            path: Where to keep the whole, `.npy`.
        """
        self.names = {
            name for file in gathered for name in file.with_suffix(".txt").read_text(encoding="utf-8").split("\n") if name
        }
        self.ordinary = np.zeros(0, np.uint64)
        self._path, self._bounds = path, [0]
        self._counts = np.zeros(len(Kind), np.int64)
        self._lengths = np.zeros(2**20, np.uint16)
        with path.open("wb") as file:
            for part in _merged(gathered):
                part.tofile(file)
                self._bounds.append(self._bounds[-1] + len(part))
                self._counts += np.bincount((part & KINDS).astype(np.int64), minlength=len(Kind))
        for file in gathered:
            self._lengths |= np.load(file.with_suffix(".lengths.npy"))
            for suffix in (".npy", ".txt", ".lengths.npy"):
                file.with_suffix(suffix).unlink()

    def find(self, texts: pl.Series) -> Hits:
        """Identifiers in folded texts, ordinary ones included."""
        return self.find_words(words(texts))

    def find_words(self, found: Words) -> Hits:
        """The same in texts that have been cut into words."""
        starts, lengths, hashes = [], [], []
        behind = found.start[1:][found.row]
        place = np.arange(len(found.hash))
        mask = self._lengths[(found.hash >> _SHIFT).astype(np.int64)]
        for length in range(1, MOST_WORDS + 1):
            at = np.flatnonzero((mask >> np.uint16(length - 1)) & np.uint16(1) & (place + length <= behind))
            starts.append(at)
            lengths.append(np.full(len(at), length))
            hashes.append(sequences(found, at, length))
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
        for part in self._parts():
            low, high = np.searchsorted(wanted, [part[0] & ~KINDS, part[-1] & ~KINDS], side="left")
            high += high < len(wanted) and wanted[high] == part[-1] & ~KINDS
            at = np.searchsorted(part, wanted[low:high]).clip(max=len(part) - 1)
            same = part[at] & ~KINDS == wanted[low:high]
            kinds[low:high][same] = np.minimum(kinds[low:high][same], (part[at[same]] & KINDS).astype(np.uint8))
        return kinds[back]

    def _parts(self) -> Iterator[NDArray[np.uint64]]:
        with self._path.open("rb") as file:
            for low, high in zip(self._bounds[:-1], self._bounds[1:], strict=True):
                yield np.fromfile(file, np.uint64, high - low)
