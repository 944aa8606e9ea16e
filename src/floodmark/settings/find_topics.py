"""Section `find_topics`: what the tweets are about."""

from typing import Annotated

from pydantic import Field

from floodmark.settings.base import Section


class FindTopics(Section):
    """Latent Dirichlet allocation over the words of all tweets."""

    count: int = Field(ge=1, le=500, description="topics, 1 to 500")
    compare_counts: tuple[Annotated[int, Field(ge=1, le=500)], ...] = Field(
        max_length=20, description="other counts whose coherence is reported, topics, 1 to 500 each, at most 20 of them"
    )
    words: int = Field(ge=2, le=100, description="top words of a topic, 2 to 100")
    min_tweets: int = Field(
        ge=1, le=1_000_000, description="tweets a word must occur in to be counted and shown, 1 to 1e6; keeps names out"
    )
    max_share: float = Field(gt=0, le=1, description="words in more than this share of the tweets are left out, to 1")
    fit_tweets: int = Field(
        ge=10, le=10**9, description="at most this many tweets are fitted, 10 or more; all of them are given a topic"
    )
    iterations: int = Field(ge=1, le=1000, description="passes over the fitted tweets, 1 to 1000")
