"""Section `find_topics`: what the tweets are about."""

from typing import Annotated

from pydantic import Field

from floodmark.settings.base import Section

Topics = Annotated[int, Field(ge=1, le=500)]


class FindTopics(Section):
    """Latent Dirichlet allocation over the words of all tweets."""

    count: Topics | None = Field(
        description="topics, 1 to 500; null: of `candidate_counts` the one with the highest NPMI coherence among those "
        "within `perplexity_tolerance`"
    )
    candidate_counts: tuple[Topics, ...] = Field(
        min_length=1,
        max_length=20,
        description="counts that are tried and reported, topics, 1 to 500 each, 1 to 20 of them",
    )
    perplexity_tolerance: float = Field(
        ge=0, le=1, description="share above the lowest perplexity that a count to be chosen may have, 0 to 1"
    )
    held_out_share: float = Field(
        gt=0, le=0.5, description="share of the drawn tweets held out for perplexity, above 0 to 0.5"
    )
    runs: int = Field(ge=2, le=50, description="fits of every count with seeds of their own, 2 to 50")
    min_jaccard: float = Field(
        gt=0,
        le=1,
        description="Jaccard index of a topic's top words and its matches', mean over runs, from which it is called "
        "stable, above 0 to 1; 0.33 is half of the words",
    )
    words: int = Field(ge=2, le=100, description="top words of a topic, 2 to 100")
    relevance: float = Field(
        ge=0,
        le=1,
        description="weight of a word's probability in the topic against its lift over all tweets, 0 to 1 (λ of "
        "Sievert and Shirley 2014, who found 0.6)",
    )
    min_tweets: int = Field(
        ge=1,
        le=1_000_000,
        description="tweets, copies apart, a word must occur in to be counted and shown, 1 to 1e6; keeps names out",
    )
    max_share: float = Field(gt=0, le=1, description="words in more than this share of the tweets are left out, to 1")
    fit_tweets: int = Field(
        ge=10,
        le=10**9,
        description="at most this many tweets are drawn to fit and to hold out, 10 or more; all are given a topic",
    )
    iterations: int = Field(ge=1, le=1000, description="passes over the fitted tweets, 1 to 1000")
