"""Words as they are compared with what an archive knows: lower case, look-alike letters plain, as 64-bit hashes.

Folding has made letters of one form one; here letters that look like others become these, as `confusables` says. Hashes
stand for words because millions of identifiers are compared with millions of words: with ten million of each, an
innocent word is taken for an identifier once in 20,000 archives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from floodmark.tweets.confusables import NO_WORD, SAME, plain
from floodmark.tweets.shapes import PLACEHOLDERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORD = r"[\p{L}\p{M}\p{N}_]+"
_ONE_WORD = r"^[0-9A-Za-z_]+$"
MOST_WORDS = 16
"""A longer identifier is known by its first words."""
_SEED = 20131205
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
KINDS = np.uint64(15)
"""The lowest four bits of a sequence's hash are free for its kind."""


class Words(NamedTuple):
    """The words of texts, one behind another.

    Attributes:
        row: Which text a word is of, shape (words,).
        start: Where in `row` each text begins, and the number of words at last, shape (texts + 1,).
        word: The words, lower-cased and plain.
        hash: Of each word's skeleton, shape (words,).
    """

    row: NDArray[np.int64]
    start: NDArray[np.int64]
    word: pl.Series
    hash: NDArray[np.uint64]


def _skeleton(words: pl.Series) -> pl.Series:
    """Plain words with one letter for all that look alike, if no other word can come of it."""
    odd = words.str.contains_any(NO_WORD).arg_true()
    if not len(odd):
        return words
    return words.clone().scatter(odd, words.gather(odd).str.replace_many(list(SAME), list(SAME.values())))


def words(texts: pl.Series) -> Words:
    """The words of folded texts, without placeholders."""
    if texts.str.contains(_ONE_WORD).all(ignore_nulls=False):
        # Ids and pseudonyms are millions.
        alone = texts.str.to_lowercase()
        place = np.arange(len(texts) + 1)
        return Words(place[:-1], place, alone, _skeleton(alone).hash(_SEED).to_numpy())
    counts, word = cut(texts.str.replace_all(PLACEHOLDERS.pattern, " "))
    lower = word.str.to_lowercase()
    beyond = lower.str.contains(r"[^\x00-\x7F]").arg_true()
    if len(beyond):
        lower = lower.scatter(beyond, pl.Series([plain(one) for one in word.gather(beyond)], dtype=pl.String))
    start = np.concatenate([[0], np.cumsum(counts)])
    return Words(np.repeat(np.arange(len(texts)), counts), start, lower, _skeleton(lower).hash(_SEED).to_numpy())


def cut(texts: pl.Series) -> tuple[NDArray[np.int64], pl.Series]:
    """How many words each text has, and all of them as they are written, one text's behind another's."""
    lists = texts.str.extract_all(WORD)
    word = lists.explode(empty_as_null=False) if len(lists) else pl.Series([], dtype=pl.String)
    return lists.list.len().to_numpy().astype(np.int64), word


def sequences(found: Words, first: NDArray[np.int64], length: int) -> NDArray[np.uint64]:
    """Hashes of the sequences of `length` words that begin at places in `found`; the lowest four bits are 0."""
    total = np.full(len(first), length, np.uint64)
    for offset in range(length):
        total = (total ^ found.hash[first + offset]) * _FACTOR
        total ^= total >> np.uint64(29)
    return total & ~KINDS


def whole(found: Words) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int64]]:
    """Every text as one sequence: its hash, the hash of its first word, and its length in words.

    Texts without words have length 0 and hash 0.
    """
    lengths = np.diff(found.start).clip(max=MOST_WORDS)
    total, first = np.zeros(len(lengths), np.uint64), np.zeros(len(lengths), np.uint64)
    for length in np.unique(lengths[lengths > 0]):
        at = np.flatnonzero(lengths == length)
        total[at] = sequences(found, found.start[at], int(length))
        first[at] = found.hash[found.start[at]]
    return total, first, lengths
