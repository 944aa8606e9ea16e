"""Section `judge_water`: every water model with time to learn, in `results/`."""

from typing import Annotated, Literal

from pydantic import Field

from floodmark.settings.base import Section
from floodmark.settings.train_water import Inputs

Count = Annotated[int, Field(ge=1, le=10000)]
Moments = Annotated[
    int, Field(ge=1, le=1000, description="maps of each test storm that are scored, at most, spread evenly, 1 to 1000")
]


class Epochs(Section):
    """Epochs of each model, 1 to 10000, the best of which counts."""

    temporal_cnn: Count = Field(description="of temporal_cnn")
    temporal_cnn_vae: Count = Field(description="of temporal_cnn_vae")
    contrastive_decoder: Count = Field(description="of contrastive_decoder")
    deeplabv3plus: Count = Field(description="of deeplabv3plus")
    unet: Count = Field(description="of unet")
    guided_unet: Count = Field(description="of guided_unet")


class JudgeWater(Section):
    """How long each model learns, and which variants say why some fall short."""

    epochs: Epochs = Field(description="epochs of each model of evaluate_water.models")
    moments: Moments
    variant_models: list[Literal["temporal_cnn", "temporal_cnn_vae", "contrastive_decoder"]] = Field(
        max_length=3, description="models of which variants are trained; none where empty"
    )
    variant_inputs: list[Inputs] = Field(
        max_length=8, description="kinds of channels that the variants of each model read, up to 8 lists"
    )
    variant_epochs: Count = Field(description="epochs of every variant, 1 to 10000")
