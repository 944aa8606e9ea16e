"""Which classes may stay: those that are no user's name, however many have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from floodmark.tweets.coarse import CLIENTS
from floodmark.tweets.confusables import plain
from floodmark.tweets.fold import fold
from floodmark.tweets.hiding import sure
from floodmark.tweets.joined import joined
from floodmark.tweets.names import DISTINCT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from floodmark.tweets.known import Known


def stays(values: Sequence[str], known: Known) -> list[str]:
    """The values that neither are nor hold a name; long names count inside a word too."""
    return [value for value in values if value in CLIENTS or not _named(value, known)]


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
