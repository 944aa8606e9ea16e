"""What people judged: one label a text, however many annotators saw it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from pathlib import Path

LABELS = ("negative", "neutral", "positive")


class Judged(NamedTuple):
    """The texts that people agree on.

    Attributes:
        texts: label_row (of the first judgement), text, label, source, annotators; ordered by label_row.
        judgements: How many were read.
        ties: Texts left out because no label has the most votes.
        agreement: Share of pairs of judgements of one text that agree; null where no text has two.
    """

    texts: pl.DataFrame
    judgements: int
    ties: int
    agreement: float | None


def read_judged(path: Path) -> Judged:
    """Majority vote over the judgements of each text, texts without a majority being left out.

    Args:
        path: `judged.parquet`, whose texts have no label emoji and are for models, or `human.parquet`, whose texts do.
    """
    rows = pl.read_parquet(path).filter(pl.col("label").is_in(LABELS)).sort("label_row")
    votes = rows.group_by("text_hash", "label").len("votes")
    top = (
        votes.sort("votes", descending=True)
        .group_by("text_hash")
        .agg(
            pl.col("label").filter(pl.col("votes") == pl.col("votes").max()).alias("winners"),
            pl.col("votes").sum().alias("annotators"),
            (pl.col("votes") * (pl.col("votes") - 1)).sum().alias("agreeing"),
        )
    )
    decided = top.filter(pl.col("winners").list.len() == 1).select(
        "text_hash", "annotators", pl.col("winners").list.first().alias("label")
    )
    first = rows.unique("text_hash", keep="first", maintain_order=True).select(
        "label_row", "text_hash", "text", "source"
    )
    texts = (
        first.join(decided, on="text_hash")
        .sort("label_row")
        .select("label_row", "text", "label", "source", "annotators")
    )
    pairs = int((top["annotators"] * (top["annotators"] - 1)).sum())
    agreement = float(top["agreeing"].sum() / pairs) if pairs else None
    return Judged(texts, len(rows), len(top) - len(decided), agreement)
