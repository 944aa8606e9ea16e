"""The gate looks back: every identifier of the raw archive is searched for in the tables just written."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import polars as pl

from floodmark.errors import UserError
from floodmark.tweets.links import present, searchable
from floodmark.tweets.names import Names, words
from floodmark.tweets.shapes import FORBIDDEN, PLACEHOLDERS, shapes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from floodmark.tweets.identifiers import Identifiers
    from floodmark.tweets.labels import HumanLabel

SHORTEST_ID = 7
"""An id of fewer characters, such as `12`, cannot be told from any other number."""


def audit(paths: Sequence[Path], identifiers: Identifiers, human: Sequence[HumanLabel], names: Names) -> dict[str, Any]:
    """Search the written tables.

    Returns:
        Metrics: how many identifiers were searched for by kind, how many were too ordinary to be told from words, and
        `leaks`, which is 0.

    Raises:
        UserError: if anything was found; the message counts by kind and quotes nothing.
    """
    wanted = _searchable(identifiers, human, names)
    texts, others = _decode(paths)
    leaks: dict[str, int] = {}
    for kind, values in wanted.items():
        # Columns other than text hold pseudonyms and classes and are compared whole; a class may well be a user's name.
        if kind == "names":
            # As they were scrubbed, word by word: punctuation between words does not hide a name.
            spaced = texts.map_elements(lambda text: " ".join(words(text)), return_dtype=pl.String)
            leaks[kind] = _found_in(texts, values) + _found_in(spaced, values)
        else:
            leaks[kind] = _found_in(texts, values) + len(others & values)
    left = Counter(shape for text in texts for shape in shapes(text))
    leaks.update({shape: left[shape] for shape in FORBIDDEN})
    if any(leaks.values()):
        found = ", ".join(f"{number} {kind}" for kind, number in leaks.items() if number)
        raise UserError(
            f"identifiers of the archive would have survived ({found}): nothing was written. Please report this with "
            "the kinds and numbers, not with the tweets"
        )
    ordinary = len(names.ordinary)
    return {
        "searched": {**{kind: len(values) for kind, values in wanted.items()}, "ordinary_names": ordinary},
        "leaks": 0,
    }


def _searchable(found: Identifiers, human: Sequence[HumanLabel], names: Names) -> dict[str, set[str]]:
    """Lower-cased identifiers that cannot be mistaken for something else."""
    ids = (
        found.ids | {item.tweet for item in human if item.tweet} | {item.annotator for item in human if item.annotator}
    )
    several = {" ".join(name) for group in names.several.values() for name in group}
    return {
        "ids": {item.lower() for item in ids if len(item) >= SHORTEST_ID},
        "names": names.single | several,
        "urls": searchable(found.urls),
        "coordinates": {item for item in found.coordinates if len(item.split(".")[-1]) >= 4},
    }


def _decode(paths: Sequence[Path]) -> tuple[pl.Series, set[str]]:
    """The texts without placeholders, lower-cased, and the distinct values of all other cells."""
    texts: list[pl.Series] = []
    others: set[str] = set()
    for path in paths:
        for column in pl.read_parquet(path):
            flat = column.explode() if isinstance(column.dtype, pl.List) else column
            if column.name == "text":
                texts.append(flat.cast(pl.String))
            else:
                others.update(flat.drop_nulls().cast(pl.String).str.to_lowercase().unique())
    joined = pl.concat(texts) if texts else pl.Series([], dtype=pl.String)
    return joined.str.replace_all(PLACEHOLDERS.pattern, " ").str.to_lowercase(), others


def _found_in(texts: pl.Series, values: set[str]) -> int:
    """How many texts hold one of the values as whole words."""
    return sum(1 for _ in present(texts, values))
