"""What people judged: every judgement of each text, and the one class that most of them stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Judged(NamedTuple):
    """The texts that people saw.

    Attributes:
        texts: label_row (of the first judgement), text, source; one row a text, ordered by label_row.
        judgements: label_row (of the text), tweet, text_hash, annotator, label; one row a judgement that counts.
        repeats: Judgements that do not count, since their annotator had judged that text before.
    """

    texts: pl.DataFrame
    judgements: pl.DataFrame
    repeats: int


class Decided(NamedTuple):
    """The texts that people agree on.

    Attributes:
        texts: As in `Judged`, with the class that has the most votes as `label`, and `annotators`, those who voted.
        ties: Texts left out because no class has the most votes.
        voteless: Texts left out because all their labels are of no class.
    """

    texts: pl.DataFrame
    ties: int
    voteless: int


def read_judged(path: Path) -> Judged:
    """Gather the judgements of each text: those of one tweet, or of one raw text by its keyed hash.

    Args:
        path: `judged.parquet`, whose texts have no label emoji and are for models, or `human.parquet`, whose texts do.
    """
    rows = _gathered(pl.read_parquet(path).sort("label_row"))
    texts = rows.filter(pl.col("label_row") == pl.col("of")).select("label_row", "text", "source")
    named = rows.filter(pl.col("annotator").is_not_null())
    first = named.unique(["of", "annotator"], keep="first", maintain_order=True)
    counting = pl.concat([first, rows.filter(pl.col("annotator").is_null())]).sort("label_row")
    columns = (pl.col("of").alias("label_row"), "tweet", "text_hash", "annotator", "label")
    return Judged(texts, counting.select(columns), len(rows) - len(counting))


def _gathered(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `of`: the least label_row among the judgements of the same text, through any chain of ids and hashes."""
    rows = rows.with_columns(of=pl.col("label_row"))
    while True:
        by_hash = rows.with_columns(pl.col("of").min().over("text_hash"))
        of_tweet = pl.col("of").min().over("tweet")
        merged = by_hash.with_columns(pl.when(pl.col("tweet").is_null()).then("of").otherwise(of_tweet).alias("of"))
        if merged["of"].equals(rows["of"]):
            return rows
        rows = merged


def decide(judged: Judged, classes: Mapping[str, str | None]) -> Decided:
    """The majority vote on each text, in which a label counts for its class.

    Args:
        judged: What people said.
        classes: The class that each label stands for; labels of none do not vote.
    """
    votes = judged.judgements.with_columns(label=pl.col("label").replace_strict(classes, return_dtype=pl.String))
    counts = votes.drop_nulls("label").group_by("label_row", "label").len("votes")
    top = counts.group_by("label_row").agg(
        pl.col("label").filter(pl.col("votes") == pl.col("votes").max()).alias("winners"),
        pl.col("votes").sum().alias("annotators"),
    )
    winners = top.filter(pl.col("winners").list.len() == 1).select(
        "label_row", pl.col("winners").list.first().alias("label"), "annotators"
    )
    texts = judged.texts.join(winners, on="label_row").sort("label_row")
    return Decided(texts, len(top) - len(winners), len(judged.texts) - len(top))
