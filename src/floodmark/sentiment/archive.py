"""The archive's tweets behind the texts that people judged: their events, and proof that no model learnt from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from floodmark.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path


def judged_tweets(judgements: pl.DataFrame, tweets: pl.DataFrame) -> pl.DataFrame:
    """Join judgements with the archive by the tweet's id, and by the keyed hash of the raw text.

    Args:
        judgements: label_row, tweet, text_hash.
        tweets: tweet, text_hash, conversation, event.

    Returns:
        label_row, tweet, conversation, event: one row a pair, ordered by label_row, those joined by id first.
    """
    columns = ("label_row", "tweet", "conversation", "event")
    named = judgements.drop("text_hash").join(tweets, on="tweet").select(columns)
    alike = judgements.drop("tweet").join(tweets, on="text_hash").select(columns)
    order = pl.concat([named.with_columns(by_text=False), alike.with_columns(by_text=True)])
    pairs = order.sort("label_row", "by_text", "tweet").unique(
        ["label_row", "tweet"], keep="first", maintain_order=True
    )
    return pairs.select(columns)


def events(judgements: pl.DataFrame, tweets: pl.DataFrame) -> dict[int, str]:
    """The event of each judged text that the archive knows one of, by label_row."""
    found = judged_tweets(judgements, tweets).drop_nulls("event")
    first = found.unique("label_row", keep="first", maintain_order=True)
    return dict(first.select("label_row", "event").iter_rows())


def refuse_learnt(judgements: pl.DataFrame, tweets: pl.DataFrame, labelled: Path) -> None:
    """Check that no judged tweet, and none of a judged tweet's conversation, has a split of the emoji labels.

    Raises:
        UserError: if one has: models would be judged on what they were trained or selected on.
    """
    found = judged_tweets(judgements, tweets)
    talks = found["conversation"].drop_nulls().implode()
    near = tweets.filter(
        pl.col("tweet").is_in(found["tweet"].implode()) | pl.col("conversation").is_in(talks)
    )  # fmt: skip
    used = pl.read_parquet(labelled, columns=["tweet", "split"]).drop_nulls("split")
    learnt = near.join(used, on="tweet", how="semi")
    if len(learnt):
        raise UserError(
            f"{labelled}: {len(learnt)} tweets that people judged, or that are in a conversation with one, are in a "
            "split that models learn from; none may be. The tables do not belong together: run `dvc repro` anew"
        )
