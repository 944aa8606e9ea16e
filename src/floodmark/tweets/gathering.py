"""What an archive could name a person by, on its way from single files to what all of them know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from floodmark.tweets.canonical import Words, whole, words
from floodmark.tweets.columns import fold_all
from floodmark.tweets.identifiers import SHORTEST_ID
from floodmark.tweets.known import Kind, mark
from floodmark.tweets.links import parts, users
from floodmark.tweets.names import SHORTEST, UNSPACED, called, is_distinct, is_name, run_in, unspaced
from floodmark.tweets.reached import dialled

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.tweets.identifiers import Identifiers

_CAPITALS = r"\p{Lu}.*\p{Lu}"
LEAST_DECIMALS = 4
"""A coordinate of fewer decimals is coarser than ten metres, and may be any other number."""


def gather(found: Identifiers, path: Path) -> None:
    """Write the hashes of identifiers, sorted, with the lengths of the sequences behind every first word.

    Args:
        found: As collected; emptied.
        path: A file of its own; the lengths and the names that stand inside words go beside it.
    """
    ids, urls, shown = (pl.Series(list(items), dtype=pl.String) for items in (found.ids, found.urls, found.names))
    ids = ids.filter(ids.str.len_chars() >= SHORTEST_ID)
    # An annotator's id without a digit is a name like others and may be an ordinary word.
    with_digit = ids.str.contains(r"\p{Nd}")
    names = {*found.usernames, *found.names, *users(urls), *ids.filter(~with_digit)}
    exact = [item for item in found.coordinates if _exact(item)]
    groups = {
        Kind.EMAIL: fold_all(pl.Series(list(found.emails), dtype=pl.String)),
        Kind.PHONE: pl.Series(list(dialled(found.phones)), dtype=pl.String),
        Kind.ID: ids.filter(with_digit),
        Kind.COORDINATES: pl.Series(exact, dtype=pl.String),
        Kind.POINT: pl.Series([point for point in found.points if all(map(_exact, point.split()))], dtype=pl.String),
        Kind.URL: fold_all(parts(urls)),
        Kind.RUN: pl.Series(
            [way for name in shown.filter(shown.str.contains(_CAPITALS)) for way in called(name)], dtype=pl.String
        ),
    }
    cut = [(words(texts), kind) for kind, texts in groups.items()]
    hashes, firsts = zip(*(_sequences(item, kind) for item, kind in cut), strict=True)
    named, first, inside = _names(words(fold_all(pl.Series(sorted(names), dtype=pl.String))))
    np.unique(np.concatenate([*hashes, named])).tofile(path)
    np.unique(np.concatenate([*firsts, first])).tofile(path.with_suffix(".firsts"))
    path.with_suffix(".names").write_text("\n".join(sorted(inside)), encoding="utf-8")
    for item in (
        found.ids, found.usernames, found.names, found.urls, found.coordinates, found.points, found.emails,
        found.phones, found.notes,
    ):  # fmt: skip
        item.clear()


def _exact(number: str) -> bool:
    return len(number.partition(".")[2]) >= LEAST_DECIMALS


def _sequences(found: Words, kind: Kind) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    """Hashes of whole texts, marked with their kind, and of their first words, marked with their lengths."""
    total, first, lengths = whole(found)
    some = (lengths > 0) & ((kind != Kind.RUN) | (_letters(found) > SHORTEST))
    return total[some] | np.uint64(kind), mark(first[some], lengths[some])


def _names(found: Words) -> tuple[NDArray[np.uint64], NDArray[np.uint32], set[str]]:
    """The same of user and display names by how sure it is that they are names, and those that stand inside words."""
    total, first, lengths = whole(found)
    single = lengths == 1
    # Several words of few letters are no name that can be told from words, and numbers alone are a date.
    several = (lengths > 1) & (_letters(found) > SHORTEST) & _lettered(found)
    alone = found.word.gather(found.start[:-1][single]).to_list()
    kinds = [Kind.SHORT if not is_name(word) else Kind.NAME if is_distinct(word) else Kind.WORD for word in alone]
    hashes = [total[single] | np.array(kinds, np.uint64), total[several] | np.uint64(Kind.NAME)]
    inside = {word for word, kind in zip(alone, kinds, strict=True) if kind != Kind.SHORT and unspaced(word)}
    if len(found.word):
        begins = np.append(found.word.str.contains(UNSPACED).to_numpy(), [False])[found.start[:-1]]
        for row in np.flatnonzero(begins & (lengths > 1)):
            inside.update(run_in(found.word[int(found.start[row]) : int(found.start[row + 1])].to_list()))
    kept = single | several
    return np.concatenate(hashes), mark(first[kept], lengths[kept]), inside


def _lettered(found: Words) -> NDArray[np.bool_]:
    """Which texts have a word that is no number."""
    some = np.zeros(len(found.start) - 1, np.bool_)
    some[found.row[found.word.str.contains(r"\P{N}").to_numpy()]] = True
    return some


def _letters(found: Words) -> NDArray[np.int64]:
    """Letters of all words of each text."""
    behind = np.concatenate([[0], np.cumsum(found.word.str.len_chars().to_numpy())])
    letters: NDArray[np.int64] = behind[found.start[1:]] - behind[found.start[:-1]]
    return letters
