"""Section `evaluate_human`: every model against human judgement."""

from typing import Literal

from pydantic import Field

from floodmark.settings.base import Section


class EvaluateHuman(Section):
    """Which text models are judged, and how sure the scores are."""

    text_models: tuple[Literal["lstm", "transformer"], ...] = Field(description="text models judged: lstm, transformer")
    resamples: int = Field(ge=100, le=100_000, description="bootstrap samples behind each interval, 100 to 100000")
