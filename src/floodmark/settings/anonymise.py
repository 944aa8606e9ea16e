"""Section `anonymise`: how coarse a tweet becomes before anything else may read it."""

from __future__ import annotations

from pydantic import Field

from floodmark.settings.base import Section


class Anonymise(Section):
    """Widths of the classes that hide one tweet among others."""

    time_floor_minutes: int = Field(ge=1, le=10080, description="times are floored to this many minutes, 1 to 10080")
    common_authors: int = Field(
        ge=1,
        le=10**9,
        description="a language, client, country or event of fewer authors becomes `other`, authors, 1 or more; one "
        "tweet without a known author counts as one more",
    )
    ordinary_tweets: int = Field(
        ge=2,
        le=10**9,
        description="a one-word name, or a run of words within a name, that this many tweets use is taken for ordinary "
        "and stays, tweets, 2 or more",
    )
