"""Maps of water drawn from what the contrast of rain and water has taught an encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import torch
from torch import nn
from torch.nn import functional as F

from floodmark.errors import UserError
from floodmark.learning.weights import load_weights
from floodmark.water.models.base import WaterNetwork
from floodmark.water.models.convnext_encoder import ConvNextEncoder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ENCODERS = "encoders.safetensors"
"""File of pretrain_contrastive that holds both encoders."""
RAIN_ENCODER = "rain.encoder."
"""What the names of the rain encoder's weights begin with there."""


class ContrastiveDecoder(WaterNetwork):
    """The rain encoder of pretrain_contrastive, and a decoder of its features at all strides and of the channels.

    Attributes:
        start: `frozen`: the encoder's weights are those of pretraining and stay so; `tuned`: they begin so; `scratch`:
            they begin at random.
        channels: Names of the input channels.
        shape: What the encoder's weights depend on: depths, dims.
    """

    def __init__(
        self,
        channels: Sequence[str],
        outputs: int,
        start: Literal["frozen", "tuned", "scratch"],
        depths: Sequence[int],
        dims: Sequence[int],
        layer_scale: float,
        widths: Sequence[int],
    ) -> None:
        """Build it with weights at random.

        Args:
            channels: Names of the input channels.
            outputs: Output maps.
            start: Which weights the encoder begins with, and whether they are trained.
            depths: Blocks of each stage of the encoder.
            dims: Channels of each stage of the encoder.
            layer_scale: What the layer scale of the encoder's blocks begins with.
            widths: Channels of the decoder at strides 1, 2, 4 and so on, as many as the encoder has stages.

        Raises:
            UserError: if there are not as many widths as stages.
        """
        super().__init__()
        if not len(widths) == len(dims) == len(depths):
            raise UserError(
                f"train_water.contrastive_decoder: widths {list(widths)}, depths {list(depths)} and dims {list(dims)} "
                "must be equally many"
            )
        self.start, self.channels = start, list(channels)
        self.shape = {"depths": list(depths), "dims": list(dims)}
        self.encoder = ConvNextEncoder(len(channels), depths, dims, layer_scale)
        self.encoder.requires_grad_(start != "frozen")
        self.norms = nn.ModuleList(_CellNorm(dim) for dim in dims)
        coarser = [*widths[1:], dims[-1]]
        skips = [len(channels), *dims[:-1]]
        self.up = nn.ModuleList(
            _block(below + skip, width) for below, skip, width in zip(coarser, skips, widths, strict=True)
        )
        self.head = nn.Conv2d(widths[0], outputs, 1)
        self.multiple = self.encoder.strides[-1]
        self.reach = _reach(self.encoder)

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        """Map (batch, channels, height, width) to (batch, outputs, height, width)."""
        height, width = x_BCHW.shape[-2:]
        padded = self.padded(x_BCHW)
        features = [norm(x) for norm, x in zip(self.norms, self.encoder(padded), strict=True)]
        x = features[-1]
        for block, skip in zip(reversed(self.up), [*features[-2::-1], padded], strict=True):
            x = F.interpolate(x, scale_factor=2.0, mode="nearest")
            x = block(torch.cat([x, skip], 1))
        maps: torch.Tensor = self.head(x)
        return maps[..., :height, :width]


def load_encoder(network: ContrastiveDecoder, folder: Path) -> None:
    """Give the encoder its weights of pretraining, where the network is to start with them; in place.

    Args:
        network: As it was built.
        folder: What pretrain_contrastive wrote.

    Raises:
        UserError: if the file is no model of ours, or its encoder reads other channels or has another size.
    """
    if network.start == "scratch":
        return
    path = folder / ENCODERS
    state, config = load_weights(path)
    if config.get("channels") != network.channels:
        raise UserError(
            f"{path} reads the channels {config.get('channels')} and the contrastive_decoder {network.channels}: make "
            "pretrain_contrastive.inputs and train_water.contrastive_decoder.inputs the same, or start: scratch"
        )
    for name, wanted in network.shape.items():
        if config.get(name) != wanted:
            raise UserError(
                f"{path} has {name} {config.get(name)} and the contrastive_decoder {wanted}: make "
                f"pretrain_contrastive.{name} and train_water.contrastive_decoder.{name} the same, or start: scratch"
            )
    own = {name.removeprefix(RAIN_ENCODER): value for name, value in state.items() if name.startswith(RAIN_ENCODER)}
    network.encoder.load_state_dict(own)


def _reach(encoder: ConvNextEncoder) -> int:
    """Cells beyond its own that an output depends on.

    From the coarsest stage up, `beyond` is that of a cell of the stride at hand: its two convolutions of 3 by 3 read
    2 strides to each side, there the coarser cell, which may stick out by one stride, or the encoder's feature.
    """
    beyond: int = encoder.reaches[-1]
    finer = [(1, 0), *zip(encoder.strides[:-1], encoder.reaches[:-1], strict=True)]
    for stride, skip in reversed(finer):
        beyond = 2 * stride + max(skip, stride + beyond)
    return beyond


class _CellNorm(nn.Module):
    """Layer norm over the channels of each cell: a stage ends in a sum whose size nothing bounds."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels)

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        normed: torch.Tensor = self.norm(x_BCHW.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        return normed


def _block(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
        nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )
