"""Section `diagnose_text`: why a text model falls short of a lexicon where people judge."""

from typing import Annotated, Literal

from pydantic import Field

from floodmark.settings.base import Section

TextLearner = Literal["lstm", "transformer", "mean_vectors", "tfidf"]
Change = Literal[
    "clean_labels", "vader_labels", "more_dropout", "small", "slow", "small_batches", "mean_pool", "sentence_encoder"
]


class DiagnoseText(Section):
    """Learning curve, label noise, domain, and one change at a time, each over several seeds."""

    shares: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = Field(
        description="shares of the training tweets learnt from, above 0 to below 1; all of them are learnt from besides"
    )
    curve_seeds: int = Field(ge=1, le=50, description="seeds of each point of the learning curve, 1 to 50")
    flipped: tuple[Annotated[float, Field(gt=0, lt=0.5)], ...] = Field(
        description="shares of the training labels turned at random, above 0 to below 0.5"
    )
    flipped_models: tuple[TextLearner, ...] = Field(
        description="models that learn from turned labels: lstm, transformer, mean_vectors, tfidf"
    )
    domain_models: tuple[TextLearner, ...] = Field(
        description="models that learn from people's labels too, for the diagnosis alone: the same names"
    )
    folds: int = Field(ge=2, le=20, description="folds in which a source's own labels are learnt from, 2 to 20")
    min_texts: int = Field(
        ge=20, le=100_000, description="least texts of a source that is scored, or learnt from, alone, 20 to 100000"
    )
    changes: tuple[Change, ...] = Field(
        description="changes of both networks, one at a time; docs/reference/results.md says what each is"
    )
    spare_tweets: int = Field(
        ge=0, le=10_000_000, description="most tweets without class emoji that `vader_labels` adds, tweets, 0 to 1e7"
    )
    seeds: int = Field(ge=1, le=50, description="seeds of everything but the learning curve, 1 to 50")
