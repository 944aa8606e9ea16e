"""Section `evaluate_water`: what is scored, predicted and drawn."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from floodmark.settings.base import Section

MODELS = ("unet",)
"""Those of `water.models.registry`, which lies in a layer above."""


def _known(name: str) -> str:
    if name not in MODELS:
        raise ValueError(f"must be one of {', '.join(MODELS)}")
    return name


Model = Annotated[str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": list(MODELS)})]


class EvaluateWater(Section):
    """Models to score, intervals, and how many events are drawn."""

    models: list[Model] = Field(min_length=1, max_length=32, description="models of train_water scored: unet")
    resamples: int = Field(ge=100, le=100000, description="bootstrap samples of the 95 % intervals")
    climatology_classes: int = Field(
        ge=2, le=100, description="classes of drainage area that wetness is carried to unseen ground by"
    )
    maps: int = Field(
        ge=0, le=1000, description="test events that are predicted to NetCDF and drawn, the wettest first"
    )
