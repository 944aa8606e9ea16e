"""Section `label_tweets`: which emoji give a tweet its class, and how tweets are split."""

from __future__ import annotations

from pydantic import Field

from floodmark.settings.base import Section


class LabelTweets(Section):
    """Emoji as distant supervision, and splits that share no author, conversation, photo or text."""

    positive: str = Field(min_length=1, description="emoji of the positive class, separated by blanks")
    negative: str = Field(min_length=1, description="emoji of the negative class, separated by blanks")
    emoticons: bool = Field(
        description="whether emoticons such as :-) and :( mark a class like emoji, and leave the texts like them"
    )
    min_margin: int = Field(
        ge=1, le=10, description="least difference between the counts of both classes, emoji, 1 to 10; ties have none"
    )
    duplicate_jaccard: float = Field(
        ge=0.3,
        le=1,
        description="Jaccard similarity of their three-word shingles from which on texts are duplicates, 0.3 to 1",
    )
    duplicate_words: int = Field(
        ge=3, le=50, description="texts that agree in this many first words are duplicates, words, 3 to 50"
    )
    validation_share: float = Field(gt=0, lt=0.5, description="share of labelled tweets for validation, 0 to 0.5")
    test_share: float = Field(gt=0, lt=0.5, description="share of labelled tweets for testing, 0 to 0.5")
    max_group_share: float = Field(
        gt=0, le=1, description="largest share of the labelled tweets that one group may hold, 0 to 1"
    )
    balance: bool = Field(
        description="whether tweets of the larger class of each split are set aside at random until both are as many"
    )
