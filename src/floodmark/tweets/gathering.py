"""What an archive could name a person by, on its way from single files to what all of them know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from floodmark.tweets.canonical import whole, words
from floodmark.tweets.fold import fold
from floodmark.tweets.known import Kind
from floodmark.tweets.links import parts, users
from floodmark.tweets.names import is_distinct, is_name, runs, unspaced

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from floodmark.tweets.identifiers import Identifiers

SHORTEST_ID = 7
"""An id of fewer characters, such as `12`, cannot be told from any other number."""
LEAST_DECIMALS = 4
"""A coordinate of fewer decimals is coarser than ten metres, and may be any other number."""


def gather(found: Identifiers, path: Path) -> None:
    """Write the hashes of identifiers, sorted, and beside them names of scripts that put no spaces between words.

    Args:
        found: As collected; emptied.
        path: A file of its own, `.npy`; the names go to the same path with `.txt`.
    """
    ids = [item for item in found.ids if len(item) >= SHORTEST_ID]
    numbered = [item for item in ids if any(c.isdecimal() for c in item)]
    # Without a digit, an annotator's id is a name like others and may be an ordinary word.
    usernames = {*found.usernames, *users(found.urls), *(item for item in ids if item.isalpha())}
    hashes = [
        _hashes(numbered, Kind.ID),
        _hashes((item for item in found.coordinates if len(item.split(".")[-1]) >= LEAST_DECIMALS), Kind.COORDINATES),
        _hashes(parts(pl.Series(list(found.urls), dtype=pl.String)), Kind.URL),
        _hashes((" ".join(run) for name in found.names for run in runs(name)), Kind.RUN),
    ]
    names, inside = _names(usernames | found.names)
    np.save(path, np.unique(np.concatenate([*hashes, names])))
    path.with_suffix(".txt").write_text("\n".join(sorted(inside)), encoding="utf-8")
    for item in (found.ids, found.usernames, found.names, found.urls, found.coordinates):
        item.clear()


def _hashes(texts: Iterable[str] | pl.Series, kind: Kind) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    series = texts if isinstance(texts, pl.Series) else pl.Series(list(texts), dtype=pl.String)
    total, _, lengths = whole(words(series))
    return total[lengths > 0] | np.uint64(kind)


def _names(names: set[str]) -> tuple[np.ndarray[tuple[int], np.dtype[np.uint64]], set[str]]:
    """Hashes of user and display names by how sure it is that they are names, and those that stand inside words."""
    found = words(pl.Series([fold(name) for name in sorted(names)], dtype=pl.String))
    total, _, lengths = whole(found)
    single = found.word.gather(found.start[:-1][lengths == 1]).to_list()
    kinds = [Kind.NAME if is_distinct(word) else Kind.WORD if is_name(word) else Kind.SHORT for word in single]
    letters = found.word.str.len_chars().to_numpy()
    behind = np.concatenate([[0], np.cumsum(letters)])
    # Several words of few letters are no name that can be told from words.
    long = (lengths > 1) & (behind[found.start[1:]] - behind[found.start[:-1]] > 4)
    hashes = np.concatenate([total[lengths == 1] | np.array(kinds, np.uint64), total[long] | np.uint64(Kind.NAME)])
    return hashes, {word for word, kind in zip(single, kinds, strict=True) if kind != Kind.SHORT and unspaced(word)}
