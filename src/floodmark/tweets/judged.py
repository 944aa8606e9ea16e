"""Human labels on their way out: scrubbed as tweets are, under the pseudonyms of what they judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from floodmark.tweets import schema
from floodmark.tweets.coarse import slug
from floodmark.tweets.finishing import lumped
from floodmark.tweets.hiding import hide
from floodmark.tweets.identifiers import Identifiers
from floodmark.tweets.links import linked
from floodmark.tweets.reached import reached
from floodmark.tweets.survey import scrubbed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from floodmark.tweets.known import Known
    from floodmark.tweets.labels import HumanLabel
    from floodmark.tweets.pseudonyms import Pseudonyms

KEYS = ("tweet", "text_hash", "annotator", "label", "source", "text")


def identifiers(human: Sequence[HumanLabel]) -> Identifiers:
    """Ids of what was judged and of who did, and whom the texts mention, link to and say how to reach."""
    texts = scrubbed([item.text for item in human])
    emails, phones = reached(texts["folded"], texts["text"])
    ids = {name for item in human for name in (item.tweet, item.annotator) if name}
    usernames = set(texts["mentions"].explode().drop_nulls())
    urls = linked(texts["folded"], texts["text"])
    return Identifiers(ids=ids, emails=emails, phones=phones, usernames=usernames, urls=urls)


def judged(human: Sequence[HumanLabel], pseudonyms: Pseudonyms) -> pl.DataFrame:
    """Labels with texts scrubbed by pattern; names may still stand in them."""
    rows = [
        (
            item.tweet and pseudonyms.of("tweet", item.tweet),
            pseudonyms.of_text(item.text),
            item.annotator and pseudonyms.of("annotator", item.annotator),
            item.label,
            slug(item.source),
        )
        for item in human
    ]
    names = ("tweet", "text_hash", "annotator", "label", "source")
    table = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String()), orient="row")
    return table.with_columns(scrubbed([item.text for item in human])["text"])


def human_table(labels: pl.DataFrame, persons: pl.DataFrame, known: Known, kept: Sequence[str]) -> pl.DataFrame:
    """The table as it leaves.

    Args:
        labels: As `judged` gives them.
        persons: Columns `tweet`, `text_hash`, `persons`: of tweets whose annotations name somebody.
        known: Identifiers.
        kept: Sources that stay.
    """
    hidden = labels.with_columns(lumped("source", kept), text=hide(labels["text"], _named(labels, persons), known))
    rows = hidden.sort(KEYS, nulls_last=True)
    return schema.build(schema.HUMAN, rows.with_columns(label_row=pl.int_range(len(rows), dtype=pl.Int32)))


def _named(labels: pl.DataFrame, persons: pl.DataFrame) -> pl.Series:
    """Lists of whom annotations name in the tweet of each label, known by its id or by its text."""
    named = labels.select("tweet", "text_hash")
    for key in ("tweet", "text_hash"):
        of = persons.group_by(key).agg(pl.col("persons").explode().alias(f"by_{key}"))
        named = named.join(of, on=key, how="left", maintain_order="left")
    empty = pl.lit([], dtype=pl.List(pl.String))
    return named.select(
        pl.concat_list(pl.col("by_tweet").fill_null(empty), pl.col("by_text_hash").fill_null(empty)).alias("persons")
    )["persons"]
