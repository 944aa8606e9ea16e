"""What an archive knows of persons out of texts, wherever it stands there: names without an @, ids, codes of links."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import regex

from floodmark.tweets.canonical import plain
from floodmark.tweets.columns import close_all
from floodmark.tweets.fold import bare, fold
from floodmark.tweets.known import PLACEHOLDER, Hits, Kind, Known
from floodmark.tweets.names import UNSPACED
from floodmark.tweets.shapes import PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Sequence

_TOKEN = regex.compile(rf"{PLACEHOLDERS.pattern}|[\p{{L}}\p{{M}}\p{{N}}_]+")


def sure(hits: Hits, known: Known) -> Hits:
    """The hits that are no ordinary words of the archive."""
    doubtful = (hits.kind == Kind.WORD) | (hits.kind == Kind.RUN)
    kept = ~(doubtful & np.isin(hits.hash, known.ordinary))
    return Hits(*(column[kept] for column in hits))


def hide(texts: pl.Series, persons: pl.Series, known: Known) -> pl.Series:
    """Replace identifiers in folded and scrubbed texts.

    A placeholder between the words of a name hides it no more than a comma does. What is cut out may bring the words
    of another name or of a link together, so it goes on until nothing is found.

    Args:
        texts: The texts.
        persons: Lists of the people whom the API's annotations name in each.
        known: What the archive knows.
    """
    hidden = texts.to_list()
    for row in (persons.list.len() > 0).arg_true():
        hidden[row] = _without_persons(hidden[row], persons[row])
    left = np.arange(len(hidden))
    while len(left):
        before = [hidden[row] for row in left]
        after = close_all(_without_inside(_without_known(pl.Series(before, dtype=pl.String), known), known))
        for row, text in zip(left, after, strict=True):
            hidden[row] = text
        left = left[(after != pl.Series(before, dtype=pl.String)).to_numpy()]
    return pl.Series(texts.name, hidden, dtype=pl.String)


def _without_persons(text: str, persons: Sequence[str]) -> str:
    for person in sorted({fold(person) for person in persons} - {""}, key=lambda name: (-len(name), name)):
        # Searched for without accents, which annotations and tweets set differently.
        wanted = regex.compile(rf"(?i)(?<!\w){regex.escape(bare(person))}(?!\w)")
        for match in reversed(list(wanted.finditer(bare(text)))):
            text = f"{text[: match.start()]}<name>{text[match.end() :]}"
    return text


def _without_known(texts: pl.Series, known: Known) -> pl.Series:
    """Once from left to right: of the identifiers that begin at a word, the longest goes."""
    hits = sure(known.find(texts), known)
    rows, first = np.unique(hits.row, return_index=True)
    changed = [
        _cut(texts[int(row)], *(column[part] for column in (hits.word, hits.length, hits.kind)))
        for row, part in zip(rows, map(slice, first, [*first[1:], len(hits.row)]), strict=True)
    ]
    return texts.clone().scatter(rows, pl.Series(changed, dtype=pl.String)) if changed else texts


def _cut(text: str, starts: np.ndarray, lengths: np.ndarray, kinds: np.ndarray) -> str:
    tokens = [match for match in _TOKEN.finditer(text) if not match.group().startswith("<")]
    pieces, behind, word = [], 0, 0
    at = {int(start): (int(length), Kind(kind)) for start, length, kind in zip(starts, lengths, kinds, strict=True)}
    for start, (length, kind) in at.items():
        if start < word:
            continue
        pieces += [text[behind : tokens[start].start()], f"<{PLACEHOLDER[kind]}>"]
        behind, word = tokens[start + length - 1].end(), start + length
    return "".join(pieces) + text[behind:]


def _without_inside(texts: pl.Series, known: Known) -> pl.Series:
    """Names that stand inside words of scripts without spaces."""
    if not known.inside:
        return texts
    longest = max(map(len, known.inside))
    at = texts.str.contains(UNSPACED).fill_null(value=False).arg_true()
    return texts.clone().scatter(at, pl.Series([_inside(text, known, longest) for text in texts.gather(at)], dtype=pl.String))


def _inside(text: str, known: Known, longest: int) -> str:
    like = plain(text)
    pieces, behind, place = [], 0, 0
    while place < len(like) == len(text):
        end = next((end for end in range(min(place + longest, len(like)), place + 1, -1) if like[place:end] in known.inside), 0)
        if end:
            pieces += [text[behind:place], "<name>"]
            behind = end
        place = end or place + 1
    return "".join(pieces) + text[behind:]
