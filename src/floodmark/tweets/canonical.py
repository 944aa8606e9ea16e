"""Words as they are compared with what an archive knows: lower case, look-alike letters plain, as 64-bit hashes.

Folding has made letters of one form one; here letters of other alphabets that look like Latin ones become these
(Unicode Technical Standard 39, its table of confusables). Hashes stand for words because millions of identifiers are
compared with millions of words: with ten million of each, an innocent word is taken for an identifier once in 20,000
archives.
"""

from __future__ import annotations

import importlib.resources
import json
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import confusable_homoglyphs
import numpy as np
import polars as pl

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
        hash: Of each word, shape (words,).
    """

    row: NDArray[np.int64]
    start: NDArray[np.int64]
    word: pl.Series
    hash: NDArray[np.uint64]


@cache
def _look_alikes() -> dict[int, str]:
    """Letters that look like one of ASCII; no sign that would join two words."""
    file = importlib.resources.files(confusable_homoglyphs).joinpath("confusables.json")
    plain: dict[int, str] = {}
    for letter, others in json.loads(file.read_text(encoding="utf-8")).items():
        like = sorted(other["c"].lower() for other in others if len(other["c"]) == 1 and other["c"].isascii())
        if len(letter) == 1 and not letter.isascii() and letter.isalpha() and like and like[0].isalnum():
            plain[ord(letter)] = like[0]
    return plain


def plain(text: str) -> str:
    """A word, or a folded text, as it is compared."""
    lower = text.casefold()
    return lower if lower.isascii() else lower.translate(_look_alikes())


@cache
def _capitals() -> dict[int, str]:
    """Capitals beyond ASCII that look like one of it and whose small letters do not, such as a Greek Zeta."""
    found = _look_alikes()
    return {
        letter: like
        for letter, like in found.items()
        if chr(letter) != chr(letter).lower() and plain(chr(letter)) != like
    }


def capitals() -> str:
    """These capitals, as a class of characters."""
    return f"[{''.join(map(chr, sorted(_capitals())))}]"


def with_capitals(text: str) -> str:
    """A text as who wrote it in capitals of other alphabets wants it read."""
    return text.translate(_capitals())


def words(texts: pl.Series) -> Words:
    """The words of folded texts, without placeholders."""
    if texts.str.contains(_ONE_WORD).all(ignore_nulls=False):
        # Ids and pseudonyms are millions.
        alone = texts.str.to_lowercase()
        place = np.arange(len(texts) + 1)
        return Words(place[:-1], place, alone, alone.hash(_SEED).to_numpy())
    counts, word = cut(texts.str.replace_all(PLACEHOLDERS.pattern, " "))
    lower = word.str.to_lowercase()
    beyond = lower.str.contains(r"[^\x00-\x7F]").arg_true()
    if len(beyond):
        lower = lower.scatter(beyond, pl.Series([plain(one) for one in word.gather(beyond)], dtype=pl.String))
    start = np.concatenate([[0], np.cumsum(counts)])
    return Words(np.repeat(np.arange(len(texts)), counts), start, lower, lower.hash(_SEED).to_numpy())


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
