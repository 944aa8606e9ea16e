"""Section `anonymise`: how coarse a tweet becomes before anything else may read it."""

from __future__ import annotations

from typing import Literal

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
    ordinary_authors: int = Field(
        ge=2,
        le=10**9,
        description="a one-word name, or a run of words within a name, that this many people use, in as many tweets of "
        "their own words, is taken for ordinary and stays, authors, 2 or more; one tweet without a known author counts "
        "as one more",
    )
    place_level: Literal["country", "admin", "city", "cell"] = Field(
        description="places finer than this become what they lie in: country, admin (a region), city, or cell (10 km)"
    )
    k: int = Field(
        ge=1,
        le=10**6,
        description="time, place and language that fewer persons share are made coarser until this many do, persons, 1 "
        "(nothing is) to a million",
    )
