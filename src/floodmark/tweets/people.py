"""Who is who: ids and user names of one archive, joined so that both give one pseudonym."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

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


def aliases(files: Sequence[Path], pseudonyms: Pseudonyms) -> pl.DataFrame:
    """Pseudonyms of users as they were known in one place, and those that they get where these differ.

    An id and the user names seen with it are one person; so are two ids that shared a name, which is how a renamed
    account stays whole. The pseudonym is that of the person's first user name in alphabetical order, lower-cased, or
    of the id where the archive knows no name: it depends on the archive, never on the order of its files.

    Args:
        files: Tables of `identities`.
        pseudonyms: Of the study.

    Returns:
        A table of `ALIASES`.
    """
    shared = (_shared(files) if files else IDENTITIES.to_frame()).select("name", id="#" + pl.col("id"))
    nodes = pl.concat([shared["name"], shared["id"].alias("name")]).unique()
    # Names sort before ids and then by alphabet, so that the first of a person's nodes is the name to be known by.
    nodes = nodes.to_frame().sort(pl.col("name").str.starts_with("#"), "name")["name"]
    places = pl.DataFrame({"node": nodes, "place": pl.int_range(len(nodes), eager=True)})
    one, other = (
        shared.join(places, left_on=end, right_on="node", maintain_order="left")["place"] for end in shared.columns
    )
    first = _first(one.to_numpy(), other.to_numpy(), len(nodes))
    moved = np.flatnonzero(first != np.arange(len(first)))
    both = (pseudonyms.of_each("user", nodes.gather(at)) for at in (moved, first[moved]))
    return pl.DataFrame(dict(zip(ALIASES, both, strict=True)), schema=ALIASES)


def write_aliases(files: Sequence[Path], path: Path, pseudonyms: Pseudonyms) -> None:
    """Keep `aliases` on disk: an archive may have as many as it has persons."""
    aliases(files, pseudonyms).write_ipc(path)


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


def _first(one: NDArray[np.int64], other: NDArray[np.int64], nodes: int) -> NDArray[np.int64]:
    """Of every node the first that edges lead to, by way of any others.

    Args:
        one: A node of each edge.
        other: Its other node.
        nodes: How many there are.
    """
    first = np.arange(nodes)
    while True:
        before = first.copy()
        least = np.minimum(first[one], first[other])
        for end in (one, other):
            np.minimum.at(first, before[end], least)
        # What stands for a node's first stands for the node.
        first = first[first]
        if (first == before).all():
            return first
