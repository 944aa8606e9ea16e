"""Human labels on their way out: scrubbed as tweets are, under the pseudonyms of what they judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from floodmark.tweets import schema
from floodmark.tweets.coarse import slug
from floodmark.tweets.finishing import lumped
from floodmark.tweets.hiding import hide
from floodmark.tweets.identifiers import Identifiers
from floodmark.tweets.survey import scrubbed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from floodmark.tweets.known import Known
    from floodmark.tweets.labels import HumanLabel
    from floodmark.tweets.pseudonyms import Pseudonyms

KEYS = ("tweet", "text_hash", "annotator", "label", "source", "text")


def identifiers(human: Sequence[HumanLabel]) -> Identifiers:
    """Ids of what was judged and of who did."""
    return Identifiers(ids={name for item in human for name in (item.tweet, item.annotator) if name})


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


def human_table(labels: pl.DataFrame, known: Known, kept: Sequence[str]) -> pl.DataFrame:
    """The table as it leaves.

    Args:
        labels: As `judged` gives them.
        known: Identifiers.
        kept: Sources that stay.
    """
    nobody = pl.Series([[]] * len(labels), dtype=pl.List(pl.String()))
    hidden = labels.with_columns(lumped("source", kept), text=hide(labels["text"], nobody, known))
    rows = hidden.sort(KEYS, nulls_last=True)
    return schema.build(schema.HUMAN, rows.with_columns(label_row=pl.int_range(len(rows), dtype=pl.Int32)))
