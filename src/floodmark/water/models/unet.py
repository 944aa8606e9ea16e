"""A small U-Net (Ronneberger et al. 2015) over maps of any size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F

from floodmark.water.models.base import WaterNetwork

if TYPE_CHECKING:
    from collections.abc import Sequence


class UNet(WaterNetwork):
    """Channels of terrain and rain to one map per output.

    Batch normalisation, not group normalisation: its statistics are fixed after training, so that a prediction does not
    depend on the extent it is made for. Maps are padded to a multiple of the coarsest cell and cropped again.

    Attributes:
        multiple: Side of the coarsest cell, cells.
        reach: No input farther than this changes an output, cells.
    """

    def __init__(self, channels: Sequence[str], outputs: int, widths: Sequence[int]) -> None:
        """Build it.

        Args:
            channels: Names of the input channels.
            outputs: Output maps.
            widths: Channels at each level, finest first; every level halves the resolution.
        """
        super().__init__()
        before = [len(channels), *widths[:-1]]
        self.down = nn.ModuleList(_block(a, b) for a, b in zip(before, widths, strict=True))
        self.up = nn.ModuleList(
            _block(coarse + fine, fine) for fine, coarse in zip(widths[-2::-1], widths[:0:-1], strict=True)
        )
        self.head = nn.Conv2d(widths[0], outputs, 1)
        self.multiple = 2 ** (len(widths) - 1)
        # Two 3 by 3 convolutions at every level, down and up, the coarsest once; a pooled cell spans `multiple` cells.
        self.reach = 4 * (self.multiple - 1) + 3 * self.multiple

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        """Map (batch, channels, height, width) to (batch, outputs, height, width)."""
        height, width = x_BCHW.shape[-2:]
        x = self.padded(x_BCHW)
        skips = []
        for level, block in enumerate(self.down):
            if level:
                x = F.max_pool2d(x, 2)
            x = block(x)
            skips.append(x)
        for block, skip in zip(self.up, skips[-2::-1], strict=True):
            x = self.join(block, x, skip)
        maps: torch.Tensor = self.head(x)
        return maps[..., :height, :width]

    def join(self, block: nn.Module, x: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
        """A coarse map and one twice finer by a block of the way up."""
        joined: torch.Tensor = block(torch.cat([F.interpolate(x, scale_factor=2.0, mode="nearest"), skip], 1))
        return joined


def _block(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
        nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )
