"""Who is who: ids and user names of one archive, joined so that both give one pseudonym."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from floodmark.tweets.identifiers import person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from floodmark.tweets.pseudonyms import Pseudonyms

ROWS = 2**17
"""Ids with names that are compared at a time, about."""
_SEED = 13
IDENTITIES = pl.Schema({"id": pl.String(), "name": pl.String()})
ALIASES = pl.Schema({"user": pl.String(), "same": pl.String()})


def identities(pairs: Iterable[tuple[str | None, str | None]]) -> pl.DataFrame:
    """Ids with the lower-cased names seen with them; without a name only where none was at hand.

    Args:
        pairs: User id and user name; either may be unknown. A name without an id joins nothing.
    """
    rows = {(user_id, name.lower() if name else None) for user_id, name in pairs if user_id}
    return pl.DataFrame(sorted(rows, key=str), schema=IDENTITIES, orient="row")


def aliases(files: Sequence[Path], pseudonyms: Pseudonyms) -> dict[str, str]:
    """Pseudonyms of users as they were known in one place, and those that they get where these differ.

    An id and the user names seen with it are one person; so are two ids that shared a name, which is how a renamed
    account stays whole. The pseudonym is that of the person's first user name in alphabetical order, lower-cased, or
    of the id where the archive knows no name: it depends on the archive, never on the order of its files.

    Args:
        files: Tables of `identities`.
        pseudonyms: Of the study.
    """
    if not files:
        return {}
    shared = _shared(files)
    people = _People(shared.iter_rows())
    known = {person(None, name) for name in shared["name"]} | {person(user_id, None) for user_id in shared["id"]}
    roots = {node: people.root(node) for node in known if node}
    of = pseudonyms.of
    return {of("user", node): of("user", root) for node, root in sorted(roots.items()) if node != root}


def write_aliases(files: Sequence[Path], path: Path, pseudonyms: Pseudonyms) -> None:
    """Keep `aliases` as a table of `ALIASES`: an archive may have as many as it has persons."""
    found = aliases(files, pseudonyms)
    pl.DataFrame({"user": list(found), "same": list(found.values())}, schema=ALIASES).write_ipc(path)


def aliases_among(path: Path, users: pl.Series) -> dict[str, str]:
    """Those of some pseudonyms.

    Args:
        path: What `write_aliases` wrote.
        users: Pseudonyms.
    """
    asked = pl.col("user").is_in(users.drop_nulls().unique().implode())
    return dict(pl.scan_ipc(path).filter(asked).collect().iter_rows())


def _shared(files: Sequence[Path]) -> pl.DataFrame:
    """Ids with names, of which either stands with another name or id too, or the id without any."""
    rows = pl.scan_ipc(list(files))
    number = max(1, rows.select(pl.len()).collect().item() // ROWS)
    found = [IDENTITIES.to_frame()]
    for column in ("id", "name"):
        whose = rows.drop_nulls(column).with_columns(part=pl.col(column).hash(_SEED) % number)
        for part in range(number):
            near = whose.filter(pl.col("part") == part).drop("part").unique().collect()
            found.append(near.filter(pl.col(column).is_duplicated()).drop_nulls("name"))
    return pl.concat(found).unique()


class _People:
    """Names and ids that stand for one person, by union and find."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._parent: dict[str, str] = {}
        for user_id, name in pairs:
            # Names sort before ids and then by alphabet, so that the root is the name a person is known by.
            ends = {self.root(f"#{user_id}"), self.root(name)}
            first, *others = sorted(ends, key=lambda node: (node.startswith("#"), node))
            for other in others:
                self._parent[other] = first

    def root(self, node: str) -> str:
        """What stands for the person behind a name or id."""
        self._parent.setdefault(node, node)
        while (above := self._parent[node]) != node:
            self._parent[node] = node = self._parent[above]
        return node
