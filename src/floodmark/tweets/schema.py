"""The allow-list: every column that leaves `anonymise`, why it is needed, and what was done to it.

A field of the archive that is not named here does not leave. The tables are built from these lists and checked against
them, so that a new column has to be argued for in this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from floodmark.tweets.coarse import COUNTRIES, MEDIA_KINDS, OTHER, PLACE_TYPES
from floodmark.tweets.labels import STEPS
from floodmark.tweets.shapes import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping


class Column(NamedTuple):
    """One column that may leave."""

    type: pl.DataType
    reason: str
    rule: str


KEYED = "keyed hash"
BINNED = "bin k holds 2^(k-1) to 2^k - 1, bin 0 holds 0"
COMMON = "a class that enough authors have, else `other`"
_TEXT, _BIN, _FLAG, _LIST = pl.String(), pl.Int8(), pl.Boolean(), pl.List(pl.String())

TWEETS = {
    "tweet": Column(_TEXT, "joins", KEYED),
    "author": Column(_TEXT, "whole authors stay in one split", KEYED),
    "conversation": Column(_TEXT, "whole conversations stay in one split", KEYED),
    "retweet_of": Column(_TEXT, "retweets collapse with their original", KEYED),
    "reply_to": Column(_TEXT, "who answers what", KEYED + " of the tweet"),
    "reply_to_user": Column(_TEXT, "who answers whom", KEYED + " of the user"),
    "mentions": Column(_LIST, "who talks to whom", KEYED + " of the user"),
    "text": Column(_TEXT, "what the models read", "folded, then personal data replaced by placeholders"),
    "found": Column(_LIST, "what was personal can be counted", "kinds of the placeholders in the text"),
    "text_hash": Column(_TEXT, "human labels that carry no id are joined by it", KEYED + " of the raw text"),
    "time": Column(pl.Datetime("ms", "UTC"), "sentiment over time", "floored; to the day or left out among too few"),
    "time_minutes": Column(pl.Int32(), "how exact the time is", "width of the interval that begins at the time"),
    "lang": Column(_TEXT, "models know languages", COMMON + "; left out among too few"),
    "source": Column(_TEXT, "automatic posts have clients of their own", COMMON),
    "event": Column(_TEXT, "floods are compared", COMMON + "; must look like a slug"),
    "place": Column(_TEXT, "joins places", KEYED + " of a coarse place; left out among too few"),
    "likes": Column(_BIN, "reach", BINNED),
    "retweets": Column(_BIN, "reach", BINNED),
    "replies": Column(_BIN, "reach", BINNED),
    "quotes": Column(_BIN, "reach", BINNED),
    "reply": Column(_FLAG, "replies can be left out", "yes or no"),
    "retweet": Column(_FLAG, "retweets are no independent sample", "yes or no"),
    "photos": Column(_LIST, "joins photos", KEYED + " of the file name"),
    "media_kinds": Column(_LIST, "tells a video from nothing", "photo, video, animated_gif or other"),
}
USERS = {
    "user": Column(_TEXT, "joins authors", KEYED),
    "followers": Column(_BIN, "reach", BINNED),
    "following": Column(_BIN, "reach", BINNED),
    "tweets": Column(_BIN, "activity", BINNED),
}
PLACES = {
    "place": Column(_TEXT, "joins tweets", KEYED),
    "country": Column(_TEXT, "coarse place", "code of ISO 3166-1 that enough authors have, else `other`"),
    "place_type": Column(_TEXT, "how coarse the place was", "one of the API's five types, cell or other"),
}
HUMAN = {
    "label_row": Column(pl.Int32(), "names a row", "order of the sorted table"),
    "tweet": Column(_TEXT, "joins tweets", KEYED),
    "text_hash": Column(_TEXT, "joins tweets", KEYED + " of the raw text"),
    "annotator": Column(_TEXT, "agreement between annotators", KEYED),
    "text": Column(_TEXT, "what the models read", "as in tweets"),
    "label": Column(_TEXT, "the truth", "one of five steps from negative to positive"),
    "source": Column(
        _TEXT, "where the labels are from", "a class that enough judgements have, else `other`; must look like a slug"
    ),
}

CLOSED: dict[str, frozenset[str]] = {
    "media_kinds": MEDIA_KINDS | {OTHER},
    "country": COUNTRIES | {OTHER},
    "place_type": PLACE_TYPES | {"cell", OTHER},
    "label": frozenset(STEPS),
    "found": KINDS,
}
"""Columns of our own words, whatever a user may be called: they hold nothing else."""


def build(columns: Mapping[str, Column], table: pl.DataFrame) -> pl.DataFrame:
    """These columns of a table, in this order and of these types; all others stay behind."""
    return table.select(pl.col(name).cast(column.type, strict=True) for name, column in columns.items())
