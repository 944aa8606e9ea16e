"""The second look: of every tweet its last state, under its author's one name, and what all tweets together decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from floodmark.tweets.hiding import suspect
from floodmark.tweets.known import Kind
from floodmark.tweets.people import aliases_among
from floodmark.tweets.shapes import PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.tweets.archive import Archive
    from floodmark.tweets.known import Hits

_COUNTED = ("person", "text")
CLASSES = ("lang", "source", "event", "country")
_SEED = 7


class Least(NamedTuple):
    """Persons that make something common: a class that they have, a word that they use."""

    having: int
    using: int


@dataclass
class Settled:
    """What came of one bucket.

    Attributes:
        path: Its tweets, as `survey.TWEETS` with texts, mentions and `hit`: whether an identifier may be in the text.
        duplicates: How many states of tweets were dropped.
        uses: Columns `hash`, `what`, `value`: by whom and in which texts words and runs that are names are used, of
            each as many as matter.
        voices: Columns `column`, `value`, `person`: who has which class, of each class as many as matter.
    """

    path: Path
    duplicates: int
    uses: pl.DataFrame
    voices: pl.DataFrame


def settle(bucket: tuple[int, int], archive: Archive, places: pl.DataFrame, work: Path, least: Least) -> Settled:
    """Settle the tweets of some shelves.

    Args:
        bucket: First shelf, and the one behind the last.
        archive: What the first look left.
        places: Raw and coarse pseudonyms of places, as `survey.PLACES`.
        work: Where to write.
        least: What makes something common.
    """
    states = archive.shelves(*bucket)
    tweets = _last(states).drop("retrieved", "total")
    persons = pl.concat([tweets["author"], tweets["reply_to_user"], tweets["mentions"].explode()])
    same = aliases_among(archive.aliases, persons)
    tweets = tweets.with_columns(
        pl.col("author", "reply_to_user").replace(same),
        pl.col("mentions").list.eval(pl.element().replace(same)).list.unique().list.sort(),
    )
    tweets = tweets.rename({"place": "raw"}).join(places, on="raw", how="left", maintain_order="left").drop("raw")
    hits = archive.known.find(tweets["text"])
    path = work / f"bucket-{bucket[0]:04d}"
    tweets.with_columns(hit=suspect(tweets["text"], hits, archive.known)).write_ipc(path)
    return Settled(path, len(states) - len(tweets), uses(hits, tweets, least.using), _voices(tweets, least.having))


def uses(hits: Hits, tweets: pl.DataFrame, least: int) -> pl.DataFrame:
    """By whom and in which texts each word or run is used that is also a name, of each `least` at most.

    A retweet is nobody's own words, and texts that differ in links and mentions alone are one.

    Args:
        hits: What stands in the texts.
        tweets: Columns `tweet`, `author`, `text`, `retweet`.
        least: Persons, and texts, that make it ordinary.
    """
    said = tweets.select(
        "retweet",
        person=pl.coalesce("author", "tweet").hash(_SEED),
        text=pl.col("text").str.replace_all(PLACEHOLDERS.pattern, "").str.split(" ").list.eval(
            pl.element().filter(pl.element() != "")
        ).list.join(" ").str.to_lowercase().hash(_SEED),
    )  # fmt: skip
    doubtful = (hits.kind == Kind.WORD) | (hits.kind == Kind.RUN)
    found = said[hits.row[doubtful]].with_columns(hash=pl.Series(hits.hash[doubtful], dtype=pl.UInt64))
    long: pl.DataFrame = found.filter(~pl.col("retweet")).unpivot(_COUNTED, index="hash", variable_name="what")
    return long.unique().group_by("hash", "what").agg(pl.col("value").head(least)).explode("value")


def ordinary(parts: Sequence[pl.DataFrame], least: int) -> NDArray[np.uint64]:
    """Hashes of words and runs that this many persons use, in as many texts, sorted."""
    if not parts:
        return np.zeros(0, np.uint64)
    total = pl.concat(parts).unique().group_by("hash", "what").len().filter(pl.col("len") >= least)
    both = total.group_by("hash").len().filter(pl.col("len") == len(_COUNTED))
    return np.sort(both["hash"].to_numpy())


def common(parts: Sequence[pl.DataFrame], least: int) -> dict[str, list[str]]:
    """By column, the values that at least `least` persons have."""
    total = pl.concat(parts).unique().group_by("column", "value").agg(persons=pl.len())
    kept = total.filter(pl.col("persons") >= least).sort("column", "value")
    return {column: kept.filter(pl.col("column") == column)["value"].to_list() for column in CLASSES}


def _last(states: pl.DataFrame) -> pl.DataFrame:
    """The last state of every tweet: retrieved later, counted more, known better; the rest only decides ties."""
    again = states["tweet"].is_duplicated()
    if not again.any():
        return states.sort("tweet")
    best: dict[str, tuple[tuple[object, ...], dict[str, object]]] = {}
    for row in states.filter(again).iter_rows(named=True):
        order = (row["retrieved"], row["total"], len(row["media_kinds"]), row["text"], repr(row))
        if row["tweet"] not in best or order > best[row["tweet"]][0]:
            best[row["tweet"]] = order, row
    chosen = pl.DataFrame([row for _, row in best.values()], schema=states.schema)
    return pl.concat([states.filter(~again), chosen]).sort("tweet")


def _voices(tweets: pl.DataFrame, least: int) -> pl.DataFrame:
    """Persons by the classes they have; a tweet without a known author is one more person's."""
    person = pl.coalesce("author", "tweet").hash(_SEED).alias("person")
    parts = [
        tweets.select(pl.lit(column).alias("column"), pl.col(column).alias("value"), person)
        .drop_nulls("value")
        .unique()
        for column in CLASSES
    ]
    return pl.concat(parts).group_by("column", "value").agg(pl.col("person").head(least)).explode("person")
