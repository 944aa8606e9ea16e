"""The last look: names out of texts, classes applied, nobody left alone, and the tables as they leave."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from floodmark.tweets import quasi, schema
from floodmark.tweets.coarse import OTHER, PLACE_TYPES, log_bin
from floodmark.tweets.hiding import hide
from floodmark.tweets.shapes import PLACEHOLDERS
from floodmark.tweets.survey import SHELF_BEGINS, USERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from floodmark.tweets.known import Known
    from floodmark.tweets.quasi import Quasi

COLUMNS = ("lang", "source", "event")
PEOPLE = 2**15
"""Readings of users that are worked on at a time, about."""


class Rules(NamedTuple):
    """What all tweets together decided.

    Attributes:
        known: Identifiers, and which of them are ordinary words.
        kept: By column, the classes that stay.
    """

    known: Known
    kept: dict[str, list[str]]


def finish(path: Path, rules: Rules) -> Path:
    """Hide names and lump rare classes of one bucket, in its file; beside it goes what groups are counted by."""
    tweets = pl.read_ipc(path)
    # An archive's names are in few texts; who annotates persons does so in others too.
    at = (tweets["hit"] | (tweets["persons"].list.len() > 0)).arg_true()
    hidden = hide(tweets["text"].gather(at), tweets["persons"].gather(at), rules.known)
    tweets = tweets.with_columns(text=tweets["text"].clone().scatter(at, hidden)).drop("hit", "persons")
    tweets = tweets.with_columns(lumped(column, rules.kept[column]) for column in COLUMNS)
    path.unlink()
    tweets.write_ipc(path)
    counted = path.with_suffix(".quasi")
    quasi.identifiers(tweets).write_ipc(counted)
    return counted


def lumped(column: str, kept: Sequence[str]) -> pl.Expr:
    """A column whose rare classes are one."""
    value = pl.col(column)
    return pl.when(value.is_null() | value.is_in(kept)).then(value).otherwise(pl.lit(OTHER)).alias(column)


def found(texts: pl.Series) -> pl.Series:
    """Kinds of what was replaced in each text, sorted."""
    kinds = texts.str.extract_all(PLACEHOLDERS.pattern).list.unique().list.sort()
    return kinds.list.eval(pl.element().str.strip_chars("<>"))


def publish(path: Path, groups: Quasi, minutes: int) -> None:
    """Bring one bucket into the form of `schema.TWEETS`, in its file."""
    tweets = quasi.suppress(pl.read_ipc(path), groups, minutes)
    tweets = tweets.with_columns(found=found(tweets["text"]))
    path.unlink()
    schema.build(schema.TWEETS, tweets).write_ipc(path)


def users_ranges(files: Sequence[Path]) -> list[tuple[str, str]]:
    """From which pseudonym on, and up to which, users are worked on at a time."""
    readings = pl.scan_ipc(list(files)).select(pl.len()).collect().item() if files else 0
    number = min(max(1, readings // PEOPLE), len(SHELF_BEGINS))
    return list(pairwise(["", *(SHELF_BEGINS[len(SHELF_BEGINS) * k // number] for k in range(1, number)), "~"]))


def users_table(between: tuple[str, str], files: Sequence[Path], aliases: Path) -> pl.DataFrame:
    """Users of some pseudonyms with the largest of their counts, in order.

    Args:
        between: One of `users_ranges`.
        files: Readings of users, as `survey.USERS`.
        aliases: What `people.write_aliases` wrote.
    """
    counts = ("followers", "following", "tweets")
    rows = pl.scan_ipc(list(files)) if files else USERS.to_frame().lazy()
    # Of all other names no more are in memory than belong here: to join all of them takes as much as all else.
    others = pl.scan_ipc(aliases)
    ours, gone = (others.filter(_within(between, name)).collect() for name in ("same", "user"))
    stay = _within(between, "user") & ~pl.col("user").is_in(gone["user"].implode())
    some = rows.filter(stay | pl.col("user").is_in(ours["user"].implode())).join(ours.lazy(), on="user", how="left")
    some = some.with_columns(user=pl.coalesce("same", "user"))
    total = some.group_by("user").agg(pl.col(counts).max()).sort("user").collect()
    binned = {name: [log_bin(number) for number in total[name]] for name in counts}
    return schema.build(
        schema.USERS, total.with_columns(pl.Series(name, bins, pl.Int8) for name, bins in binned.items())
    )


def _within(between: tuple[str, str], column: str) -> pl.Expr:
    low, high = between
    return (pl.col(column) >= low) & (pl.col(column) < high)


def places_table(places: pl.DataFrame, kept: Sequence[str], used: set[str]) -> pl.DataFrame:
    """The coarse places that tweets still name."""
    rows = places.filter(pl.col("place").is_in(used)).unique("place", keep="first", maintain_order=True).sort("place")
    types = [*PLACE_TYPES, "cell"]
    return schema.build(schema.PLACES, rows.with_columns(lumped("country", kept), lumped("place_type", types)))
