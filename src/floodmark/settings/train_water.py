"""Section `train_water`: how the water models learn."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from floodmark.settings.base import Section

Inputs = Annotated[
    list[Literal["heightmap", "terrain", "rain", "routed", "settled", "simulated", "permanent"]],
    Field(min_length=1, description="kinds of channels that the model reads"),
]
LossName = Literal["cross_entropy_dice", "focal", "tversky", "soft_index", "log_depth"]
Orientation = Literal["upright", "inverted"]
Channels = Annotated[int, Field(ge=4, le=1024)]
DepthWeight = Annotated[
    float, Field(ge=0, le=100, description="weight of the error of the depth's logarithm in wet cells, 0 to 100")
]
WetWeight = Annotated[float, Field(gt=0, le=1000, description="weight of a wet cell, a dry one being 1, to 1000")]


class SoftIndex(Section):
    """Cross-entropy and a soft critical success index (Rahman and Wang 2016)."""

    wet_weight: WetWeight
    overlap_share: float = Field(
        ge=0, le=1, description="share of the soft critical success index, the rest being cross-entropy"
    )
    depth_weight: DepthWeight


class CrossEntropyDice(Section):
    """Cross-entropy and Dice (Milletari et al. 2016)."""

    wet_weight: WetWeight
    dice_share: float = Field(ge=0, le=1, description="share of the Dice loss, the rest being cross-entropy")
    depth_weight: DepthWeight


class Focal(Section):
    """The focal loss (Lin et al. 2017)."""

    focus: float = Field(ge=0, le=10, description="power that the chance of being wrong is raised to, 0 to 10")
    wet_share: float = Field(gt=0, lt=1, description="weight of a wet cell, that of a dry one being the rest to 1")
    depth_weight: DepthWeight


class Tversky(Section):
    """The Tversky loss (Salehi et al. 2017)."""

    false_alarm_weight: float = Field(gt=0, le=1000, description="price of a false alarm, a hit being 1, to 1000")
    miss_weight: float = Field(gt=0, le=1000, description="price of a miss, a hit being 1, to 1000")
    depth_weight: DepthWeight


class LogDepth(Section):
    """Regression of the depth's logarithm in all cells."""

    wet_weight: WetWeight
    entropy_weight: float = Field(gt=0, le=100, description="weight of the cross-entropy that teaches the logits")
    depth_weight: float = Field(gt=0, le=100, description="weight of the error of the depth's logarithm, to 100")


class Losses(Section):
    """Numbers of the losses that a model may name."""

    soft_index: SoftIndex = Field(description="cross-entropy and a soft critical success index")
    cross_entropy_dice: CrossEntropyDice = Field(description="cross-entropy and Dice")
    focal: Focal = Field(description="cross-entropy that leaves cells alone which are right")
    tversky: Tversky = Field(description="misses and false alarms at a price each")
    log_depth: LogDepth = Field(description="regression of the depth's logarithm")


class Model(Section):
    """What every model has: its inputs, its loss, and how long and how fast it learns."""

    inputs: Inputs
    loss: LossName = Field(description="name of the loss, of those in losses")
    epochs: int = Field(ge=1, le=10000, description="epochs of emulate at most")
    nowcast_epochs: int = Field(ge=1, le=10000, description="epochs of nowcast at most, from the weights of emulate")
    learning_rate: float = Field(gt=0, le=1, description="peak rate of AdamW")

    @property
    def network(self) -> dict[str, Any]:
        """The params that the network itself is built from: those that not every model has."""
        return self.model_dump(exclude=set(Model.model_fields))


class TemporalCNN(Model):
    """Convolutions over time and space."""

    width: Channels = Field(description="features, 4 to 1024")
    depth: int = Field(ge=1, le=8, description="convolutions over time and space, and again residual ones over space")
    heightmap: Orientation = Field(description="inverted: the channel elevation is turned upside down")
    relief: bool = Field(
        description="whether elevation, if heightmap is read, is told against the mean of the ground around or as it is"
    )


class TemporalCNNVAE(TemporalCNN):
    """The temporal CNN's features with the decoder half of a variational autoencoder."""

    code: int = Field(ge=1, le=1024, description="numbers in each cell of the code, 1 to 1024")
    halvings: int = Field(ge=1, le=4, description="halvings of the resolution to that of the code, 1 to 4")
    divergence_weight: float = Field(
        ge=0, le=100, description="weight of the divergence of the code, nats a cell of ground, 0 to 100"
    )
    ground_seen: bool = Field(description="whether the decoder reads the channels that have no time besides the code")


class ContrastiveDecoder(Model):
    """A decoder on an encoder of rain and ground that was trained against one of water."""

    depths: list[Annotated[int, Field(ge=0, le=27)]] = Field(
        min_length=1, max_length=4, description="ConvNeXt blocks of 1 to 4 stages, 0 to 27 each"
    )
    dims: list[Channels] = Field(
        min_length=1, max_length=4, description="channels of each stage, 4 to 1024 each, as many as depths"
    )
    layer_scale: float = Field(
        gt=0, le=1, description="scale of every block's addition at first, which is then trained, to 1"
    )
    widths: list[Channels] = Field(
        min_length=1, max_length=4, description="channels of the decoder, finest first, 4 to 1024 each, as many as dims"
    )
    start: Literal["frozen", "tuned", "scratch"] = Field(
        description="the encoder: pretrained and frozen, pretrained and tuned, or from scratch"
    )

    @model_validator(mode="after")
    def _one_each(self) -> ContrastiveDecoder:
        if not len(self.depths) == len(self.dims) == len(self.widths):
            raise ValueError(
                f"depths {self.depths}, dims {self.dims} and widths {self.widths} must be equally many, one a stage"
            )
        return self


class DeepLabV3Plus(Model):
    """Residual encoder, pyramid of dilated convolutions, decoder with one skip."""

    upsample: int = Field(ge=1, le=2, description="points that the side of an input cell is repeated to, 1 or 2")
    widths: list[Channels] = Field(
        min_length=1, max_length=4, description="channels of 1 to 4 stages, 4 to 1024 each; each but the first halves"
    )
    blocks: list[Annotated[int, Field(ge=1, le=32)]] = Field(
        min_length=1, max_length=4, description="residual blocks of each stage, 1 to 32, as many as widths"
    )
    dilations: list[Annotated[int, Field(ge=1, le=64)]] = Field(
        min_length=1, max_length=6, description="of 1 to 6 convolutions of the pyramid, coarsest cells, 1 to 64 each"
    )
    pyramid_width: Channels = Field(description="channels of each branch of the pyramid and of the decoder, 4 to 1024")
    skip_width: Channels = Field(description="channels that skip from the first stage to the decoder, 4 to 1024")
    pooled_cells: int = Field(
        ge=1,
        le=1024,
        description="side of the window whose mean every cell of it sees, cells: that of training windows",
    )

    @model_validator(mode="after")
    def _one_each(self) -> DeepLabV3Plus:
        if len(self.blocks) != len(self.widths):
            raise ValueError(f"blocks {self.blocks} and widths {self.widths} must be equally many: one of each a stage")
        return self


class Unet(Model):
    """The U-Net's size."""

    widths: list[Channels] = Field(
        min_length=1, max_length=6, description="channels of 1 to 6 levels, finest first, 4 to 1024 each"
    )


class GuidedUnet(Unet):
    """A U-Net that corrects reckoned depths."""

    @model_validator(mode="after")
    def _guided(self) -> GuidedUnet:
        if not {"settled", "simulated"} & set(self.inputs):
            raise ValueError(f"inputs {self.inputs} must have settled or simulated: that is what guided_unet corrects")
        return self


class TrainWater(Section):
    """Losses and schedule; a nested section per model."""

    wet_depths: list[Annotated[float, Field(ge=0.001, le=10)]] = Field(
        min_length=1,
        max_length=8,
        description="1 to 8 depths at or above which a cell is wet, m, increasing, 0.001 to 10 each",
    )
    steps_per_epoch: int = Field(ge=1, le=1000000, description="batches an epoch; windows are drawn by their weight")
    batch_size: int = Field(ge=1, le=4096, description="windows a batch")
    nowcast_learning_rate: float = Field(gt=0, le=1, description="peak rate of AdamW for nowcast")
    weight_decay: float = Field(ge=0, le=1, description="decoupled weight decay")
    patience: int = Field(ge=1, le=10000, description="epochs without a better validation score before stopping")
    validation_frames: int = Field(
        ge=1, le=100000, description="maps scored after each epoch, spread evenly over the validation windows"
    )
    threshold_frames: int = Field(
        ge=1,
        le=100000,
        description="maps by which the probability is chosen from which a cell is foretold wet, spread evenly over the "
        "validation windows",
    )
    mixed_precision: bool = Field(description="half-precision products where the device is a GPU; a CPU never does")
    losses: Losses = Field(description="numbers of the losses")
    temporal_cnn: TemporalCNN = Field(description="the model temporal_cnn")
    temporal_cnn_vae: TemporalCNNVAE = Field(description="the model temporal_cnn_vae")
    contrastive_decoder: ContrastiveDecoder = Field(description="the model contrastive_decoder")
    deeplabv3plus: DeepLabV3Plus = Field(description="the model deeplabv3plus")
    unet: Unet = Field(description="the model unet")
    guided_unet: GuidedUnet = Field(description="the model guided_unet")

    @model_validator(mode="after")
    def _increasing(self) -> TrainWater:
        depths = self.wet_depths
        if sorted(set(depths)) != depths:
            raise ValueError(f"wet_depths {depths} must increase")
        return self
