"""Section `train_water`: how the water models learn."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from floodmark.settings.base import Section

Inputs = Annotated[
    list[Literal["heightmap", "terrain", "rain", "routed", "simulated", "permanent"]],
    Field(min_length=1, description="kinds of channels that the model reads"),
]


class Unet(Section):
    """The U-Net's inputs and size."""

    inputs: Inputs
    widths: list[Annotated[int, Field(ge=4, le=1024)]] = Field(
        min_length=1, max_length=6, description="channels of 1 to 6 levels, finest first, 4 to 1024 each"
    )


class TrainWater(Section):
    """Loss and schedule; a nested section per model."""

    wet_depths: list[Annotated[float, Field(ge=0.001, le=10)]] = Field(
        min_length=1,
        max_length=8,
        description="1 to 8 depths at or above which a cell is wet, m, increasing, 0.001 to 10 each",
    )
    wet_weight: float = Field(gt=0, le=1000, description="weight of a wet cell in the cross-entropy, a dry one being 1")
    overlap_share: float = Field(
        ge=0, le=1, description="share of the soft critical success index in the loss, the rest being cross-entropy"
    )
    depth_weight: float = Field(ge=0, le=100, description="weight of the error of depth in wet cells")
    epochs: int = Field(ge=1, le=10000, description="epochs of emulate at most")
    nowcast_epochs: int = Field(ge=1, le=10000, description="epochs of nowcast at most, from the weights of emulate")
    steps_per_epoch: int = Field(ge=1, le=1000000, description="batches an epoch; windows are drawn by their weight")
    batch_size: int = Field(ge=1, le=4096, description="windows a batch")
    learning_rate: float = Field(gt=0, le=1, description="peak rate of AdamW")
    nowcast_learning_rate: float = Field(gt=0, le=1, description="peak rate of AdamW for nowcast")
    weight_decay: float = Field(ge=0, le=1, description="decoupled weight decay")
    patience: int = Field(ge=1, le=10000, description="epochs without a better validation score before stopping")
    validation_frames: int = Field(
        ge=1, le=100000, description="maps scored after each epoch, spread evenly over the validation windows"
    )
    unet: Unet = Field(description="the model unet")

    @model_validator(mode="after")
    def _increasing(self) -> TrainWater:
        depths = self.wet_depths
        if sorted(set(depths)) != depths:
            raise ValueError(f"wet_depths {depths} must increase")
        return self
