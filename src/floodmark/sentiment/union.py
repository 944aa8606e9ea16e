"""Disjoint sets: what is together with what, link by link."""

from __future__ import annotations


class Union:
    """Disjoint sets of 0 .. n-1, with their sizes (Tarjan 1975)."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))
        self.size = [1] * count

    def root(self, item: int) -> int:
        """The set of an item, named by its least member."""
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
