"""Numbers of an archive in texts of any origin: which are meant, and which merely look alike.

An id is no part of a decimal. Coordinates are decimals that are exact, all of their text, or beside another.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
import regex

from floodmark.tweets.canonical import WORD
from floodmark.tweets.known import Kind
from floodmark.tweets.shapes import PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from floodmark.tweets.known import Hits, Known

LEAST_DIGITS = 7
"""A number of fewer digits may be any number."""
EXACT_DIGITS = 9
"""A coordinate of fewer digits may be any decimal, unless it stands alone or beside another."""
NEAR = 8
"""Words between the two coordinates of a point."""
_WORD = regex.compile(WORD)
_NUMBER = regex.compile(r"\d+(?:\.\d+)?")


class _Coordinate(NamedTuple):
    """One that may be any decimal: which hit, in which text, from which word on, and what stands there."""

    at: int
    row: int
    first: int
    cut: str
    digits: int


def likely_numbers(texts: pl.Series, hits: Hits, bare: NDArray[np.bool_], known: Known) -> list[str]:
    """What stands there of each hit, or nothing where it is a number that merely looks like an identifier.

    Args:
        texts: All.
        hits: What is known in them.
        bare: Which texts are cut out of bytes.
        known: What the archive knows.
    """
    cuts: list[str] = []
    doubtful: list[_Coordinate] = []
    last, text, places = -1, "", []
    for at, (row, first, length, _, kind) in enumerate(zip(*hits, strict=True)):
        if row != last:
            last, text = row, PLACEHOLDERS.sub(" ", texts[int(row)])
            places = [match.span() for match in _WORD.finditer(text)]
        start, end = places[first][0], places[first + length - 1][1]
        cut = text[start:end]
        digits = sum(letter.isdecimal() for letter in cut)
        cuts.append(cut)
        if digits < sum(letter.isalnum() or letter == "_" for letter in cut):
            continue
        broken = regex.search(r"\d\.$", text[max(start - 2, 0) : start]) or regex.match(r"\.\d", text[end : end + 2])
        # A telephone may be written in groups.
        number = not broken and (kind == Kind.PHONE or bool(_NUMBER.fullmatch(cut)))
        short = kind == Kind.COORDINATES and digits < EXACT_DIGITS
        alone = not bare[row] and text.strip(" +-") == cut
        if number and short and not alone:
            doubtful.append(_Coordinate(at, int(row), int(first), cut, digits))
        if not number or digits < LEAST_DIGITS or (short and not alone):
            cuts[at] = ""
    for one in _together(doubtful, known):
        cuts[one.at] = one.cut
    return cuts


def _together(coordinates: Sequence[_Coordinate], known: Known) -> list[_Coordinate]:
    """Those beside another: two of many digits, or a place; strangers of few are near one another by chance."""
    near = [
        (one, other)
        for one, other in pairwise(coordinates)
        if one.row == other.row and other.first - one.first <= NEAR + 2 and one.cut != other.cut
    ]
    hits = known.find(pl.Series([f"{one.cut} {other.cut}" for one, other in near], dtype=pl.String))
    places = set(hits.row[hits.kind == Kind.POINT].tolist())
    found = [
        pair for number, pair in enumerate(near) if number in places or min(one.digits for one in pair) >= LEAST_DIGITS
    ]
    return [one for pair in found for one in pair]
