"""Section `evaluate_water`: what is scored, predicted and drawn."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from floodmark.settings.base import Section

MODELS = ("temporal_cnn", "temporal_cnn_vae", "contrastive_decoder", "deeplabv3plus", "unet", "guided_unet")
"""Those of `water.models.registry`, which lies in a layer above."""


def _known(name: str) -> str:
    if name not in MODELS:
        raise ValueError(f"must be one of {', '.join(MODELS)}")
    return name


Model = Annotated[str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": list(MODELS)})]


class EvaluateWater(Section):
    """Models to score, intervals, subsets, calibration, and how many events are drawn."""

    models: list[Model] = Field(
        min_length=1, max_length=32, description=f"models of train_water scored: {', '.join(MODELS)}"
    )
    moments: int = Field(
        ge=1, le=100000, description="moments of each held-out event that are scored, spread evenly over its time"
    )
    resamples: int = Field(ge=100, le=100000, description="bootstrap samples of the 95 % intervals")
    climatology_classes: int = Field(
        ge=2, le=100, description="classes of drainage area that wetness is carried to unseen ground by"
    )
    rain_frames: int = Field(
        ge=1, le=10080, description="newest frames whose mean rate over the ground is a map's rain intensity"
    )
    rain_bins: list[Annotated[float, Field(gt=0, le=1000)]] = Field(
        min_length=1,
        max_length=8,
        description="1 to 8 limits between classes of rain intensity, mm h-1, increasing, up to 1000 each",
    )
    min_wet_cells: int = Field(
        ge=1, le=1000000, description="cells that are wet at once in a storm that counts towards min_storms"
    )
    min_storms: int = Field(ge=2, le=100000, description="scores over fewer such storms are marked: too few storms")
    calibration_maps: int = Field(
        ge=1, le=100000, description="validation maps that temperatures are fitted on, at most, spread evenly"
    )
    maps: int = Field(
        ge=0, le=1000, description="test events that are predicted to NetCDF and drawn, the wettest first"
    )

    @model_validator(mode="after")
    def _increasing(self) -> EvaluateWater:
        if sorted(set(self.rain_bins)) != self.rain_bins:
            raise ValueError(f"rain_bins {self.rain_bins} must increase")
        return self
