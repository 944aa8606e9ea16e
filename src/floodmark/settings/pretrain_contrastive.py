"""Section `pretrain_contrastive`: encoders of rain with terrain and of water, trained against one another."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from floodmark.settings.base import Section


class PretrainContrastive(Section):
    """Encoders, contrast, and how the retrieval on unseen storms is judged."""

    inputs: list[Literal["heightmap", "terrain", "rain", "routed", "settled", "simulated", "permanent"]] = Field(
        min_length=1, description="kinds of channels that the encoder of rain and terrain reads"
    )
    depths: list[Annotated[int, Field(ge=0, le=36)]] = Field(
        min_length=2,
        max_length=5,
        description="ConvNeXt blocks of 2 to 5 stages at strides 2, 4, 8 and so on, 0 to 36 each",
    )
    dims: list[Annotated[int, Field(ge=4, le=2048)]] = Field(
        min_length=2, max_length=5, description="channels of the stages, as many as depths, 4 to 2048 each"
    )
    layer_scale: float = Field(
        gt=0, le=1, description="what the trained layer scale of every block begins with, above 0 to 1"
    )
    pooled_cells: int = Field(
        ge=1, le=64, description="a window's features are averaged over this many parts in each direction, 1 to 64"
    )
    embedding: int = Field(ge=2, le=2048, description="length of the embedding of each part of a window, 2 to 2048")
    epochs: int = Field(ge=0, le=10000, description="epochs at most, 0 to 10000")
    steps_per_epoch: int = Field(ge=1, le=1000000, description="batches an epoch; windows are drawn by their weight")
    batch_size: int = Field(ge=2, le=65536, description="pairs of windows of one contrast, 2 to 65536")
    learning_rate: float = Field(gt=0, le=1, description="peak rate of AdamW")
    weight_decay: float = Field(ge=0, le=1, description="decoupled weight decay")
    patience: int = Field(ge=1, le=10000, description="epochs without a better validation recall before stopping")
    resamples: int = Field(
        ge=100, le=100000, description="bootstrap samples of the 95 % intervals, and permutations of the pairs"
    )

    @model_validator(mode="after")
    def _equally_many(self) -> PretrainContrastive:
        if len(self.depths) != len(self.dims):
            raise ValueError(f"depths {self.depths} and dims {self.dims} must be equally many")
        return self
