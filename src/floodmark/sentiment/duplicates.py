"""Tweets that say the same: retweets, copies with another link or a word more, and texts cut off at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from floodmark.sentiment.minhash import similar
from floodmark.sentiment.union import Union

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

SHINGLE = 3
"""Words of a shingle; of two, short texts with opposite ends would be alike."""

_WORD = regex.compile(r"<[a-z]+>|[\p{L}\p{M}\p{N}]+")
_RETWEET = regex.compile(r"\brt:?\s+<user>:?")


def words(text: str) -> list[str]:
    """Lower-case words of a scrubbed text, without placeholders and without the heads of retweets."""
    found = _WORD.findall(_RETWEET.sub(" ", text.lower()))
    return [str(word) for word in found if not word.startswith("<")]


def shingles(found: Sequence[str]) -> frozenset[str]:
    """Every `SHINGLE` words in a row; a shorter text is one shingle."""
    return frozenset(" ".join(found[at : at + SHINGLE]) for at in range(max(1, len(found) - SHINGLE + 1)))


def clusters(
    texts: Sequence[str], same: Iterable[tuple[int, int]], first_words: int, least_jaccard: float
) -> list[int]:
    """The cluster of each text, named by its least index.

    Texts are duplicates if their sets of shingles are similar, or they have the same set of words, or the same
    `first_words` first ones. The last catches what similarity cannot: retweets cut off at the end, and quotations with
    a long comment behind them. A text without words is only its own duplicate.

    Args:
        texts: Scrubbed texts.
        same: Pairs of indices known to be duplicates, such as a retweet and its original.
        first_words: See above.
        least_jaccard: Jaccard similarity of the shingles, from which on texts are duplicates.
    """
    union = Union(len(texts))
    seen: dict[Hashable, int] = {}
    shingled: dict[frozenset[str], int] = {}
    for index, text in enumerate(texts):
        found = words(text)
        if not found:
            continue
        union.join(shingled.setdefault(shingles(found), index), index)
        union.join(seen.setdefault(frozenset(found), index), index)
        if len(found) >= first_words:
            union.join(seen.setdefault(tuple(found[:first_words]), index), index)
    place = list(shingled.values())
    for one, other in similar(list(shingled), least_jaccard):
        union.join(place[one], place[other])
    for one, other in same:
        union.join(one, other)
    return [union.root(index) for index in range(len(texts))]
