"""What every network of water promises to those who train it and predict with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from torch import nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch


RAIN = re.compile(r"rain_\d+")
"""Names of the channels that are a history, oldest first."""


class WaterNetwork(nn.Module):
    """Channels of rain and terrain to one map per output, for ground of any extent.

    After training, an output depends on the inputs within `reach` of it and on where `multiple` divides the ground,
    and on nothing else: neither on the extent nor on other maps of a batch. So tiles of a prediction join seamlessly.

    Attributes:
        multiple: Side of the coarsest cell, cells.
        reach: No input farther than this changes an output, cells.
    """

    multiple: int
    reach: int

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        """A logit for each wet depth, then the depth on the scale of `losses.encode_depth`, shape BKHW."""
        raise NotImplementedError

    def penalised(self, x_BCHW: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The maps for training, and what the network adds to the loss, such as a divergence: nothing by default."""
        maps: torch.Tensor = self(x_BCHW)
        return maps, maps.new_zeros(())

    def padded(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        """With zeros to the south and east, up to a multiple of the coarsest cell."""
        below, right = (-side % self.multiple for side in x_BCHW.shape[-2:])
        return F.pad(x_BCHW, (0, right, 0, below)) if below or right else x_BCHW


def unit(inputs: int, outputs: int, kernel: int = 3, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    """Convolution, batch normalisation (fixed after training, so that the extent does not matter) and ReLU."""
    return nn.Sequential(
        nn.Conv2d(
            inputs, outputs, kernel, stride=stride, padding=dilation * (kernel // 2), dilation=dilation, bias=False
        ),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def rain_channels(channels: Sequence[str]) -> list[int]:
    """Places of the rain history among the channels, oldest first."""
    return [place for place, name in enumerate(channels) if RAIN.fullmatch(name)]
