"""The labelled tweets as every model meets them: in one order, with the same split for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

CLASSES = ("negative", "positive")
"""Class i of a model; `label` of a tweet."""
SPLITS = ("train", "validation", "test")
NONE, CANDIDATE = "none", "candidate"
"""Draws of `augment` besides the confidences: no photo is lent, and the one that validation and test see."""


class Photos(NamedTuple):
    """The distinct usable photos.

    Attributes:
        ids: Pseudonyms, in the order of the pixels.
        pixels: uint8 (photos, 3, size, size), mapped from the disk.
        folder: Where they were read, None where they are of no folder.
    """

    ids: list[str]
    pixels: NDArray[np.uint8]
    folder: Path | None = None


def read_tweets(path: Path) -> pl.DataFrame:
    """Every tweet of `labelled.parquet`, ordered by pseudonym."""
    return pl.read_parquet(path).sort("tweet")


def labelled(tweets: pl.DataFrame) -> pl.DataFrame:
    """The tweets that have a class and a split, in the order given."""
    return tweets.filter(pl.col("label").is_not_null() & pl.col("split").is_not_null())


def read_photos(media: Path) -> Photos:
    """Pixels and pseudonyms that `ingest_media` wrote."""
    import numpy as np

    ids = pl.read_parquet(media / "ids.parquet")["photo"].to_list()
    return Photos(ids, np.load(media / "images.npy", mmap_mode="r", allow_pickle=False), media)


def usable_photos(tweets: pl.DataFrame, known: Collection[str]) -> pl.Series:
    """The photo of each tweet that a model can see, null where there is none.

    It is one predicate in two steps, each made once: `ingest_media` names a photo only where a file was found and
    decoded, so that neither an empty list of media, a video nor a missing file counts, and `label_tweets` writes that
    name into `photo`, which every stage reads; and `embed` keeps only those that CLIP has a vector for.

    Args:
        tweets: With their `photo`.
        known: Photos that have a vector.
    """
    return tweets.select(pl.when(pl.col("photo").is_in(list(known))).then("photo").alias("own_photo"))["own_photo"]


def photo_pools(tweets: pl.DataFrame) -> dict[str, str]:
    """The split each photo belongs to: that of the group of tweets which owns it.

    A group without a labelled tweet has no split; nothing in validation or test is near it, so its photos join the
    training pool, unless one of its owners is judged by people. A photo that tweets of two splits own belongs to
    neither and is left out.

    Args:
        tweets: All tweets, with their group, split and usable photo.

    Returns:
        Photo to `train`, `validation` or `test`, ordered by photo.
    """
    splits = tweets.filter(pl.col("split").is_not_null()).group_by("group").agg(pl.col("split").min().alias("of_group"))
    owned = (
        tweets.filter(pl.col("photo").is_not_null())
        .join(splits, on="group", how="left")
        .with_columns(known=pl.coalesce("split", "of_group"))
        .with_columns(pool=pl.col("known").fill_null("train"))
        .group_by("photo")
        .agg(pl.col("pool").unique(), judged=(pl.col("human") & pl.col("known").is_null()).any())
        .filter((pl.col("pool").list.len() == 1) & ~pl.col("judged"))
        .sort("photo")
    )
    return dict(zip(owned["photo"].to_list(), owned["pool"].list.first().to_list(), strict=True))
