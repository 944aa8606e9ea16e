"""Who is who: ids and user names of one archive, joined so that both give one pseudonym."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from floodmark.tweets.pseudonyms import Pseudonyms


class People:
    """The users of an archive.

    An id and the user names seen with it are one person; so are two ids that shared a name, which is how a renamed
    account stays whole. The pseudonym is that of the person's first user name in alphabetical order, lower-cased, or
    of the id where the archive knows no name: it depends on the archive, never on the order of its files.
    """

    def __init__(self, identities: Iterable[tuple[str | None, str | None]], pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._parent: dict[str, str] = {}
        for user_id, username in identities:
            nodes = [f"#{user_id}"] if user_id else []
            nodes += [username.lower()] if username else []
            for node in nodes:
                self._parent.setdefault(node, node)
            if len(nodes) == 2:
                self._join(*nodes)

    def _root(self, node: str) -> str:
        while (above := self._parent[node]) != node:
            self._parent[node] = node = self._parent[above]
        return node

    def _join(self, one: str, other: str) -> None:
        # Names sort before ids and then by alphabet, so that the root is the name a person is known by.
        first, second = sorted((self._root(one), self._root(other)), key=lambda node: (node.startswith("#"), node))
        self._parent[second] = first

    def of_id(self, user_id: str) -> str:
        """The pseudonym of a user id."""
        node = f"#{user_id}"
        return self._pseudonyms.of("user", self._root(node) if node in self._parent else node)

    def of_name(self, username: str) -> str:
        """The pseudonym of a user name, in any case."""
        node = username.lower()
        return self._pseudonyms.of("user", self._root(node) if node in self._parent else node)
