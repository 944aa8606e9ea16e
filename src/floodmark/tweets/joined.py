"""Words that hold more than a name or a number: `tweet_345678901234567001.txt`, `x7001234`, `_orla_quill7_`.

A word is letters, digits and underscores in a row, as user names are made. What a program or a hand has joined to one
of them with an underscore, and letters around a long number, are cut off here. Letters joined to a user name stay with
it, for a name of a few letters stands in many words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import regex

from floodmark.tweets.identifiers import SHORTEST_ID
from floodmark.tweets.names import DISTINCT
from floodmark.tweets.signs import BYTE

if TYPE_CHECKING:
    from collections.abc import Iterator

FORM = "part of a word"
LONGEST = 512
"""Letters of a word; a longer one is made by no hand, and only its numbers are looked at."""
MOST = 8
"""Pieces between underscores that may be one name."""
_LETTER = "[A-Za-z_]"
_SIGN = "[A-Za-z0-9_]"
"""Of a script without spaces a word would be a sentence."""
_SOME = rf"_|\d{{{SHORTEST_ID}}}"
# A table without a value somewhere holds its whole numbers as decimals.
JOINED = (
    rf"{_SIGN}*(?:_|\d{{{SHORTEST_ID}}}{_LETTER}|{_LETTER}\d{{{SHORTEST_ID}}}){_SIGN}*|\b\d{{{SHORTEST_ID},}}\.0+\b"
)
_DIGIT = regex.compile(r"\d")
_NUMBER = regex.compile(rf"\d{{{SHORTEST_ID},}}")
_DECIMAL = regex.compile(r"(\d+)\.0+")
_DIGEST = regex.compile(r"[0-9a-f]{32,}")
"""A hash: a number in it is none."""
_TEXT_IN_HEX = regex.compile(rf"(?:0x)?(?=\d*[a-fA-F]){BYTE}{{8,256}}")
"""A text in hexadecimal digits, which is read as one: a number in it is none either, but for one as long as ids."""
SNOWFLAKE = 17
"""Digits of an id of Twitter's since 2013."""


def joined(texts: pl.Series) -> pl.DataFrame:
    """Columns `row`, `token` and `piece`: of folded texts, each piece of a word that may be a name or a number."""
    near = texts.str.contains(_SOME).fill_null(value=False).arg_true()
    rows = pl.DataFrame({"row": near.cast(pl.Int64), "token": texts.gather(near).str.extract_all(JOINED)})
    rows = rows.explode("token", empty_as_null=False).unique(maintain_order=True)
    pairs = [(token, piece) for token in rows["token"].unique(maintain_order=True) for piece in _pieces(token)]
    said = pl.DataFrame(pairs, schema={"token": pl.String, "piece": pl.String}, orient="row")
    return rows.join(said, "token", maintain_order="left_right")


def _pieces(token: str) -> list[str]:
    if decimal := _DECIMAL.fullmatch(token):
        return [decimal.group(1)]
    if _DIGEST.fullmatch(token):
        return []
    found = _NUMBER.findall(token)
    if _TEXT_IN_HEX.fullmatch(token):
        return [number for number in found if len(number) >= SNOWFLAKE]
    if "_" in token and len(token) <= LONGEST:
        found.append(token.strip("_"))
        if _DIGIT.search(token):
            found += _between(token.split("_"))
    return [piece for piece in dict.fromkeys(found) if piece not in ("", token)]


def _between(parts: list[str]) -> Iterator[str]:
    """Pieces that underscores bound and that no words are, `orla_quill7` but not `hull_flood`, the longest first."""
    for number in range(min(len(parts), MOST), 0, -1):
        for start in range(len(parts) - number + 1):
            piece = "_".join(parts[start : start + number])
            if len(piece) >= DISTINCT and _DIGIT.search(piece):
                yield piece
