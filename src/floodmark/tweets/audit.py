"""The gate looks back: every identifier of the raw archive is searched for in the tables just written."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import polars as pl

from floodmark.errors import UserError
from floodmark.tweets import schema
from floodmark.tweets.columns import forbidden
from floodmark.tweets.hiding import sure
from floodmark.tweets.known import Kind
from floodmark.tweets.shapes import PLACEHOLDERS, shapes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from floodmark.tweets.known import Known

ROWS = 65_536


def audit(paths: Sequence[Path], known: Known) -> dict[str, Any]:
    """Search the written tables.

    Raises:
        UserError: if anything was found; the message counts by kind and quotes nothing.
    """
    leaks: Counter[str] = Counter()
    for path in paths:
        for part in _parts(path):
            for column in part:
                cells = column.explode() if isinstance(column.dtype, pl.List) else column
                if cells.dtype != pl.String:
                    continue
                cells = cells.drop_nulls() if column.name == "text" else cells.drop_nulls().unique()
                if column.name in schema.CLOSED:
                    # Words of ours: some user may well be called `user` or `photo`.
                    leaks["class"] += int((~cells.is_in(schema.CLOSED[column.name])).sum())
                    continue
                hits = sure(known.find(cells), known)
                leaks.update(Kind(kind).name for kind in hits.kind)
                if column.name == "text":
                    for text in cells.filter(forbidden(cells).is_not_null()):
                        leaks.update(shapes(PLACEHOLDERS.sub(" ", text)))
    if leaks.total():
        found = ", ".join(f"{number} {kind}" for kind, number in sorted(leaks.items()) if number)
        raise UserError(
            f"identifiers of the archive would have survived ({found}): nothing was written. Please report this with "
            "the kinds and numbers, not with the tweets"
        )
    names = known.count(Kind.NAME, Kind.WORD, Kind.RUN) - len(known.ordinary)
    return {
        "searched": {"ids": known.count(Kind.ID), "names": names, "urls": known.count(Kind.URL),
                     "coordinates": known.count(Kind.COORDINATES),
                     "ordinary_names": len(known.ordinary) + known.count(Kind.SHORT)},
        "leaks": 0,
    }  # fmt: skip


def _parts(path: Path) -> Iterator[pl.DataFrame]:
    rows = pl.scan_parquet(path)
    for start in range(0, rows.select(pl.len()).collect().item(), ROWS):
        yield rows.slice(start, ROWS).collect()
