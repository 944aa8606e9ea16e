"""Which classes may stay, of those that many have: such as name nobody and say nothing that a text may not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from floodmark.tweets.coarse import CLIENTS
from floodmark.tweets.columns import fold_all, scrub_all
from floodmark.tweets.confusables import plain
from floodmark.tweets.fold import fold
from floodmark.tweets.hiding import sure
from floodmark.tweets.joined import joined
from floodmark.tweets.names import DISTINCT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from floodmark.tweets.known import Known


_REACHED = "<(?:email|phone|number|user|ip|iban|card|nino|postcode|address|coordinates)>"
"""All but links: a host is many a client's name."""
_MONTH, _DAY = "(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_DATE = rf"\b(?:19|20)\d\d(?:{_MONTH}{_DAY}?|[._-]{_MONTH}(?:[._-]{_DAY}){{0,3}})\b"
"""With the last day or month of what lasted: `2015-12-05-06`. It is no telephone, whatever it looks like."""


def stays(values: Sequence[str], known: Known) -> list[str]:
    """The values that neither are nor hold a name, and in which no rule of the scrubber finds whom to reach.

    Long names count inside a word too.
    """
    clean = _clean(values)
    return [value for value in values if value in CLIENTS or (value in clean and not _named(value, known))]


def _clean(values: Sequence[str]) -> set[str]:
    """The values that say nothing personal, as written or with blanks for the signs that stand for them in a slug."""
    written = fold_all(pl.Series(values, dtype=pl.String))
    found = pl.Series([False] * len(values), dtype=pl.Boolean)
    undated = written.str.replace_all(_DATE, " ")
    for said in (undated, undated.str.replace_all(r"[._-]+", " ")):
        found |= scrub_all(said)[0].str.contains(_REACHED)
    return {value for value, personal in zip(values, found, strict=True) if not personal}


def _named(value: str, known: Known) -> bool:
    text = plain(fold(value))
    inside = [
        text[start:end]
        for start in range(len(text))
        for end in range(start + DISTINCT, len(text) + 1)
        if text[start:end].isidentifier()
    ]
    inside += joined(pl.Series([text]))["piece"].to_list()
    hits = sure(known.find(pl.Series([text, *inside], dtype=pl.String)), known)
    return len(hits.row) > 0
