"""Tweets that say the same: retweets, copies with another link, and texts cut off at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WORD = regex.compile(r"<[a-z]+>|[\p{L}\p{M}\p{N}]+")
_PREFIX = regex.compile(r"\s*RT\s+<user>:?\s*", regex.IGNORECASE)


class Union:
    """Disjoint sets of 0 .. n-1, with their sizes (Tarjan 1975)."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))
        self.size = [1] * count

    def root(self, item: int) -> int:
        """The least member's set, named by one of its members."""
        while self._parent[item] != item:
            self._parent[item] = item = self._parent[self._parent[item]]
        return item

    def join(self, one: int, other: int, limit: int | None = None) -> bool:
        """Make one set of two, unless it would grow beyond the limit; says whether they are one now."""
        one, other = sorted((self.root(one), self.root(other)))
        if one == other:
            return True
        if limit is not None and self.size[one] + self.size[other] > limit:
            return False
        self._parent[other] = one
        self.size[one] += self.size[other]
        return True


def words(text: str) -> list[str]:
    """Lower-case words of a scrubbed text, without placeholders and without the head of a retweet."""
    found = _WORD.findall(_PREFIX.sub("", text.lower(), count=1))
    return [str(word) for word in found if not word.startswith("<")]


def clusters(texts: Sequence[str], same: Iterable[tuple[int, int]], first_words: int) -> list[int]:
    """The cluster of each text, named by its least index.

    Texts are duplicates if they have the same set of words, or the same `first_words` first ones, which catches
    retweets cut off at the end and news with another link. A text without words is only its own duplicate.

    Args:
        texts: Scrubbed texts.
        same: Pairs of indices known to be duplicates, such as a retweet and its original.
        first_words: See above.
    """
    union = Union(len(texts))
    seen: dict[tuple[str, ...], int] = {}
    for index, text in enumerate(texts):
        found = words(text)
        if not found:
            continue
        keys = [("set", *sorted(set(found)))]
        if len(found) >= first_words:
            keys.append(("first", *found[:first_words]))
        for key in keys:
            union.join(seen.setdefault(key, index), index)
    for one, other in same:
        union.join(one, other)
    return [union.root(index) for index in range(len(texts))]
