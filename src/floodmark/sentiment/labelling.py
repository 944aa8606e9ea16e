"""Tweets labelled by their emoji, each used once, in splits that share nobody and nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from floodmark.learning.seeds import generator
from floodmark.progress import say, track
from floodmark.sentiment.duplicates import clusters, words
from floodmark.sentiment.emoji import LabelEmoji
from floodmark.sentiment.grouping import groups, separate, split_groups, threads
from floodmark.storage import write_json, write_table

if TYPE_CHECKING:
    from pathlib import Path

    from floodmark.settings.label_tweets import LabelTweets

SPLITS = ("train", "validation", "test")
CLASSES = ("negative", "positive")
RELATIONS = ("alike", "conversation", "author")
"""What holds tweets together, the strongest first; photos that look alike count as one."""
COLUMNS = ("tweet", "text", "label", "margin", "split", "group", "photo", "time", "event", "lang", "human", "fate")


def label(inputs: tuple[Path, Path, Path], outputs: tuple[Path, ...], settings: LabelTweets, seed: int) -> None:
    """Write `labelled.parquet`, `judged.parquet` and the metrics.

    Every tweet keeps a row. Its `fate` says what became of it: `labelled`, or the first that holds of `no emoji`,
    `tie` (or too small a margin), `no words` (nothing is left to read without the emoji), `human` (judged by people,
    near-duplicate of a text that they judged, or in the conversation of such a tweet), `duplicate` (of a tweet that is
    used), `linked` (shares an author or a conversation with another split, or has a photo that looks like one there)
    and `balanced away` (of the larger class of its split, where `balance` is on). Only `labelled` tweets have a label
    and a split.

    `judged` is the table of human labels with the label emoji taken out of its texts as well, so that no model can
    read in front of people what it could not read in training.

    Args:
        inputs: Anonymised tweets, anonymised human labels, manifest of the photos.
        outputs: Where the two tables and the metrics go, in that order.
        settings: Emoji, duplicates and shares.
        seed: Where the draws begin.
    """
    tweets, human, manifest = inputs
    table, judged_table, metrics = outputs
    frame = pl.read_parquet(tweets).sort("tweet")
    talks = threads(frame["tweet"].to_list(), frame["conversation"].to_list())
    frame = frame.with_columns(conversation=pl.Series(talks, dtype=pl.String))
    judged = pl.read_parquet(human)
    emoji = LabelEmoji.of(settings)
    frame = _classes(frame.join(_photos(manifest), on="tweet", how="left"), emoji, settings.min_margin)
    judged = judged.with_columns(pl.Series("text", [emoji.strip(text) for text in judged["text"]], pl.String))
    frame = _fates(frame, judged, settings)
    frame = _split(frame, settings, seed)
    if settings.balance:
        frame = _balance(frame, seed)
    frame = _adopt(frame)
    write_table(table, frame.select(COLUMNS).sort("tweet"))
    write_table(judged_table, judged)
    report = _metrics(frame)
    write_json(metrics, report)
    say(f"{report['labelled']} of {len(frame)} tweets labelled in {report['groups']} groups")


def _photos(manifest: Path) -> pl.DataFrame:
    """The usable photo of each tweet, of several the first by pseudonym, and the group of photos like it."""
    usable = pl.read_parquet(manifest).filter(pl.col("status") == "usable").sort("photo")
    return usable.group_by("tweet").agg(pl.col("photo").first(), alike=pl.col("group").first())


def _classes(frame: pl.DataFrame, emoji: LabelEmoji, min_margin: int) -> pl.DataFrame:
    """Add `sign` (-1, 0, 1), `margin`, `emoji` and the text that models may see."""
    texts = frame["text"].to_list()
    counts = [emoji.count(text) for text in track(texts, "counting emoji")]
    balance = np.array([positive - negative for negative, positive in counts], np.int32).reshape(-1)
    return frame.with_columns(
        pl.Series("emoji", [sum(count) for count in counts], pl.Int32),
        pl.Series("margin", np.abs(balance), pl.Int32),
        pl.Series("sign", np.where(np.abs(balance) >= min_margin, np.sign(balance), 0), pl.Int8),
        pl.Series("text", [emoji.strip(text) for text in texts], pl.String),
    )


def _fates(frame: pl.DataFrame, judged: pl.DataFrame, settings: LabelTweets) -> pl.DataFrame:
    """Add `fate` (all but `linked` and `balanced away`), `cluster` and `human`."""
    cluster = clusters(
        [*frame["text"], *judged["text"]], _same(frame, judged), settings.duplicate_words, settings.duplicate_jaccard
    )
    of_judged = set(cluster[len(frame) :])
    known, hashes = set(judged["tweet"].drop_nulls()), set(judged["text_hash"])
    frame = frame.with_columns(
        pl.Series("cluster", cluster[: len(frame)], pl.Int64),
        pl.Series("wordless", [not words(text) for text in frame["text"]], pl.Boolean),
        human=pl.col("tweet").is_in(known) | pl.col("text_hash").is_in(hashes),
    ).with_columns(seen=pl.col("human") | pl.col("cluster").is_in(of_judged))
    # A conversation has the name of its first tweet, which may be judged and not in the archive.
    talks = set(frame.filter("seen")["conversation"].drop_nulls()) | known
    frame = frame.with_columns(
        fate=pl.when(pl.col("emoji") == 0).then(pl.lit("no emoji"))
        .when(pl.col("sign") == 0).then(pl.lit("tie"))
        .when("wordless").then(pl.lit("no words"))
        .when(pl.col("seen") | pl.col("conversation").is_in(talks)).then(pl.lit("human"))
        .otherwise(pl.lit("labelled"))
    )  # fmt: skip
    # Of each cluster one tweet is used: an original rather than a retweet, with a photo, early.
    best = (
        frame.filter(pl.col("fate") == "labelled")
        .sort("retweet", pl.col("photo").is_null(), "time", "tweet", nulls_last=True)
        .unique("cluster", keep="first", maintain_order=True)["tweet"]
    )
    is_copy = (pl.col("fate") == "labelled") & ~pl.col("tweet").is_in(best.to_list())
    return frame.with_columns(fate=pl.when(is_copy).then(pl.lit("duplicate")).otherwise("fate"))


def _same(frame: pl.DataFrame, judged: pl.DataFrame) -> list[tuple[int, int]]:
    """Rows that are one text whatever they say, judged rows behind the tweets: retweets and judgements by id."""
    place = {tweet: index for index, tweet in enumerate(frame["tweet"])}
    judgements = [(len(frame) + row, tweet) for row, tweet in enumerate(judged["tweet"]) if tweet is not None]
    for row, tweet in judgements:
        place.setdefault(tweet, row)
    retweets = [(row, original) for row, original in enumerate(frame["retweet_of"]) if original in place]
    return [(row, place[tweet]) for row, tweet in [*retweets, *judgements]]


def _split(frame: pl.DataFrame, settings: LabelTweets, seed: int) -> pl.DataFrame:
    """Add `group`, `label` and `split`, and the fate `linked`."""
    used = frame.filter(pl.col("fate") == "labelled")
    relations = [used[name].to_list() for name in RELATIONS]
    group = groups(relations, max(1, int(settings.max_group_share * len(used))))
    stratum = (used["sign"] > 0).cast(pl.Int64) * 2 + used["photo"].is_not_null().cast(pl.Int64)
    shares = (1 - settings.validation_share - settings.test_share, settings.validation_share, settings.test_share)
    split = split_groups(group, stratum.to_numpy(), shares, generator(seed, "label_tweets", "splits"))
    aside = separate(split, relations)
    names = used["tweet"].to_list()
    added = pl.DataFrame(
        {
            "tweet": names,
            "group": [names[index] for index in group],
            "split": [None if out else SPLITS[where] for where, out in zip(split, aside, strict=True)],
        },
        schema={"tweet": pl.String, "group": pl.String, "split": pl.String},
    )
    frame = frame.join(added, on="tweet", how="left")
    is_used = pl.col("split").is_not_null()
    return frame.with_columns(
        label=pl.when(is_used).then((pl.col("sign") > 0).cast(pl.Int8)),
        fate=pl.when((pl.col("fate") == "labelled") & ~is_used).then(pl.lit("linked")).otherwise("fate"),
    )


def _balance(frame: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Take label and split from tweets of the larger class of each split, drawn at random, until both are as many."""
    away: list[str] = []
    for split in SPLITS:
        part = frame.filter(pl.col("split") == split)
        sides = [part.filter(pl.col("label") == label)["tweet"].to_numpy() for label in range(len(CLASSES))]
        smaller, larger = sorted(sides, key=len)
        rng = generator(seed, "label_tweets", "balance", split)
        away += rng.choice(larger, len(larger) - len(smaller), replace=False).tolist()
    leaves = pl.col("tweet").is_in(away)
    return frame.with_columns(
        label=pl.when(~leaves).then("label"),
        split=pl.when(~leaves).then("split"),
        fate=pl.when(leaves).then(pl.lit("balanced away")).otherwise("fate"),
    )


def _adopt(frame: pl.DataFrame) -> pl.DataFrame:
    """Give every other tweet the group it is nearest to: of its duplicate, photo, conversation or author."""
    for relation in ("cluster", *RELATIONS):
        nearest = (
            frame.filter(pl.col("group").is_not_null() & pl.col(relation).is_not_null())
            .group_by(relation)
            .agg(pl.col("group").min().alias("nearest"))
        )
        frame = frame.join(nearest, on=relation, how="left").with_columns(
            group=pl.coalesce("group", "nearest")
        ).drop("nearest")  # fmt: skip
    return frame.with_columns(group=pl.coalesce("group", "tweet"))


def _metrics(frame: pl.DataFrame) -> dict[str, object]:
    used = frame.filter(pl.col("split").is_not_null())
    sizes = used.group_by("group").len()["len"]
    by_split = {
        split: {
            "tweets": len(part := used.filter(pl.col("split") == split)),
            "positive": int((part["label"] == 1).sum()),
            "with_photo": int(part["photo"].is_not_null().sum()),
        }
        for split in SPLITS
    }
    fates = dict(frame.group_by("fate").len().iter_rows())
    order = ("no emoji", "tie", "no words", "human", "duplicate", "linked", "balanced away")
    return {
        "tweets": len(frame),
        "with_emoji": int((frame["emoji"] > 0).sum()),
        "labelled": len(used),
        "by_class": {name: int((used["label"] == index).sum()) for index, name in enumerate(CLASSES)},
        "by_split": by_split,
        "not_labelled": {fate.replace(" ", "_"): fates.get(fate, 0) for fate in order},
        "groups": len(sizes),
        "largest_group": max(sizes.to_list(), default=0),
        "human_tweets": int(frame["human"].sum()),
    }
