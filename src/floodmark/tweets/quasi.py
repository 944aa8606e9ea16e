"""Nobody alone: time, place and language together must fit k persons, or are made coarser until they do.

k-anonymity (Sweeney 2002) over (time, place, language), counted in persons, for one person may write a hundred tweets
of one place. A group of fewer than k loses its place first, then the hour of its time, then its language, then its
time: places are rare, a flood is followed by days, and what is asked of these tweets needs their language least.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from floodmark.tweets.lookup import among

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

DAY_MS = 86_400_000
DAY_MINUTES = 1440
STEPS = ("place", "hour", "lang", "time")
"""What a group of too few loses, in this order."""
ROWS = 2**16
"""Tweets that are counted at a time, about."""
_SEED = 11
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


class Quasi(NamedTuple):
    """Which groups lose what.

    Attributes:
        small: By step, sorted hashes of the groups that have too few persons before it.
        report: How many tweets lost what, and the groups that are left.
    """

    small: dict[str, NDArray[np.uint64]]
    report: dict[str, Any]


def identifiers(tweets: pl.DataFrame) -> pl.DataFrame:
    """What is counted of tweets: `time` (ms, -1 if unknown), and `place`, `lang` (0 if unknown), `person` as hashes."""
    return tweets.select(
        pl.col("time").fill_null(-1),
        pl.when(pl.col("place").is_not_null())
        .then(pl.col("place").hash(_SEED))
        .otherwise(pl.lit(0, pl.UInt64))
        .alias("place"),
        pl.when(pl.col("lang").is_not_null())
        .then(pl.col("lang").hash(_SEED))
        .otherwise(pl.lit(0, pl.UInt64))
        .alias("lang"),
        pl.coalesce("author", "tweet").hash(_SEED).alias("person"),
    )


def count(files: Sequence[Path], k: int) -> Quasi:
    """Find the groups of fewer than k persons.

    Args:
        files: Tables of `identifiers`, which together are all tweets.
        k: Persons.
    """
    small: dict[str, list[NDArray[np.uint64]]] = {step: [np.zeros(0, np.uint64)] for step in STEPS}
    lost = dict.fromkeys(STEPS, 0)
    sizes = [pl.Series([], dtype=pl.UInt32)]
    for part in _days(files):
        for step in STEPS:
            group = _groups(part)
            few = pl.DataFrame({"person": part["person"], "group": group}).select(
                pl.col("person").n_unique().over("group") < k
            )["person"]
            small[step].append(group.filter(few).unique().to_numpy())
            lost[step] += int((few & _has(part, step)).sum())
            part = _coarser(part, few, step)
        left = part.with_columns(group=_groups(part)).filter(
            (pl.col("time") >= 0) | (pl.col("place") + pl.col("lang") > 0)
        )
        sizes.append(left.group_by("group").agg(pl.col("person").n_unique())["person"])
    report = {
        "k": k,
        "suppressed": lost,
        "groups": sum(map(len, sizes)),
        "smallest_group": pl.concat(sizes).min(),
    }
    return Quasi({step: np.unique(np.concatenate(parts)) for step, parts in small.items()}, report)


def suppress(tweets: pl.DataFrame, found: Quasi, minutes: int) -> pl.DataFrame:
    """The tweets, each as coarse as its group must be, and `time_minutes`, the width of the interval from `time` on.

    Args:
        tweets: As counted.
        found: Which groups lose what.
        minutes: To which times were floored.
    """
    keys = identifiers(tweets)
    wide = pl.Series(np.zeros(len(tweets), np.bool_))
    for step in STEPS:
        few = pl.Series(among(_groups(keys).to_numpy(), found.small[step]))
        keys = _coarser(keys, few, step)
        if step == "hour":
            wide = few
            tweets = tweets.with_columns(time=pl.when(few).then(pl.col("time") // DAY_MS * DAY_MS).otherwise("time"))
        else:
            tweets = tweets.with_columns(pl.when(few).then(None).otherwise(step).alias(step))
    width = pl.when(wide).then(max(minutes, DAY_MINUTES)).otherwise(minutes)
    return tweets.with_columns(time_minutes=pl.when(pl.col("time").is_not_null()).then(width.cast(pl.Int32)))


def _days(files: Sequence[Path]) -> Iterator[pl.DataFrame]:
    """All that is counted, with every day's in one piece."""
    if not files:
        return
    rows = pl.scan_ipc(list(files))
    number = max(1, rows.select(pl.len()).collect().item() // ROWS)
    for part in range(number):
        yield rows.filter((pl.col("time") // DAY_MS) % number == part).collect()


def _groups(part: pl.DataFrame) -> pl.Series:
    """A hash of time, place and language, shape (tweets,)."""
    total = part["time"].to_numpy().astype(np.uint64) * _FACTOR
    for column in ("place", "lang"):
        total = (total ^ part[column].to_numpy()) * _FACTOR
        total ^= total >> np.uint64(31)
    return pl.Series(total)


def _coarser(part: pl.DataFrame, few: pl.Series, step: str) -> pl.DataFrame:
    """What is counted, after some tweets lost something."""
    if step == "hour":
        # A millisecond tells a day from its first hour: the width of a time leaves with it.
        return part.with_columns(
            time=pl.when(few & (pl.col("time") >= 0)).then(pl.col("time") // DAY_MS * DAY_MS + 1).otherwise("time")
        )
    nothing = -1 if step == "time" else 0
    return part.with_columns(pl.when(few).then(pl.lit(nothing, part[step].dtype)).otherwise(step).alias(step))


def _has(part: pl.DataFrame, step: str) -> pl.Series:
    """Which tweets have what a step takes."""
    return part["time"] >= 0 if step in ("hour", "time") else part[step] > 0
