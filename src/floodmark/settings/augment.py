"""Section `augment`: which photo a tweet without one is lent, and how sure that must be."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from floodmark.settings.base import Section


def _confidence(value: object) -> str | int | float:
    """One check for both kinds, so that one line says what is wrong; the value stays as it was written."""
    if value == "none":
        return "none"
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1:
        return value
    raise ValueError("must be 'none' or a number from 0 to below 1")


_SCHEMA = {"anyOf": [{"const": "none"}, {"type": "number", "minimum": 0, "exclusiveMaximum": 1}]}
Confidence = Annotated[str | int | float, PlainValidator(_confidence), WithJsonSchema(_SCHEMA)]


class Confidences(Section, extra="ignore"):
    """The one key of the section that says which models there are, for the stages that only need to know them."""

    min_confidences: tuple[Confidence, ...] = Field(
        min_length=1,
        description="confidence that the assigned photo must reach for a tweet to enter training, a model each: "
        "'none' (only tweets with a photo of their own) or 0 to below 1",
    )

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(set(self.min_confidences)) < len(self.min_confidences):
            raise ValueError(f"min_confidences = {list(self.min_confidences)}: each confidence once")
        return self

    def names(self) -> tuple[str, ...]:
        """The confidences as DVC writes them in the names of stages, and so of columns and folders: none, 0, 0.5."""
        return tuple(str(value) for value in self.min_confidences)


class Augment(Confidences, extra="forbid"):
    """The image's two numbers, and what confidence means."""

    candidate_threshold: float = Field(
        ge=0, lt=1, description="confidence from which photos may be drawn for a tweet, 0 to below 1"
    )
    contrast: int = Field(
        ge=2, le=65536, description="photos that a confidence compares one with itself included, 2 to 65536"
    )
    logit_scale: float | None = Field(
        gt=0, le=1000, description="factor on the cosine before the softmax, to 1000; null: the scale CLIP has learnt"
    )
    confidence: Literal["expected", "original_batches"] = Field(
        description="expected: a photo's expected chance against contrast - 1 others of its split; original_batches: "
        "its softmax among contrast photos in random order, as the system that Floodmark replaces had it"
    )
    draw: Literal["uniform", "weighted"] = Field(
        description="uniform: each candidate is as likely; weighted: by the likelihood that CLIP gives it"
    )
    fallback: bool = Field(description="whether a tweet without a candidate takes the surest photo")
    max_reuse: int | None = Field(
        ge=1, le=10**9, description="most tweets of a split that one photo is lent to, 1 to 1e9; null: no limit"
    )
    block_size: int = Field(ge=1, le=65536, description="tweets compared with all photos at once, 1 to 65536")
