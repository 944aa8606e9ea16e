"""DeepLabV3+ (Chen et al. 2018): a residual encoder, pooling by dilated convolutions, and a decoder with one skip."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F

from floodmark.water.models.base import WaterNetwork, unit

if TYPE_CHECKING:
    from collections.abc import Sequence


class DeepLabV3Plus(WaterNetwork):
    """Channels of rain and ground to one map per output, at half or a quarter of the resolution that is worked at.

    The encoder halves twice before its first stage (He et al. 2016) and once before every other. The global mean of the
    paper would let a cell depend on the extent, so each cell has the mean over the ground within `pooled_cells` of its
    own: over a training window of that side, it is the global mean.
    """

    def __init__(
        self,
        channels: Sequence[str],
        outputs: int,
        upsample: int,
        widths: Sequence[int],
        blocks: Sequence[int],
        dilations: Sequence[int],
        pyramid_width: int,
        skip_width: int,
        pooled_cells: int,
    ) -> None:
        """Build it.

        Args:
            channels: Names of the input channels.
            outputs: Output maps.
            upsample: Side in points that a cell is repeated to at first.
            widths: Channels of each stage of the encoder.
            blocks: Residual blocks of each stage.
            dilations: Of the 3 by 3 convolutions of the pyramid.
            pyramid_width: Channels of each branch of the pyramid and of the decoder.
            skip_width: Channels that the first stage hands to the decoder.
            pooled_cells: Side of the window whose mean every cell of it is to see, cells.
        """
        super().__init__()
        self.upsample = upsample
        self.stem = unit(len(channels), widths[0], 7, stride=2)
        before = [widths[0], *widths[:-1]]
        self.stages = nn.ModuleList(
            _stage(a, b, count, 2 if level else 1)
            for level, (a, b, count) in enumerate(zip(before, widths, blocks, strict=True))
        )
        stride = 4 * 2 ** (len(widths) - 1)
        self.multiple = stride // upsample
        self.pooled = 2 * (-(-pooled_cells // self.multiple)) - 1
        self.branches = nn.ModuleList(
            [unit(widths[-1], pyramid_width, 1), *(unit(widths[-1], pyramid_width, 3, 1, rate) for rate in dilations)]
        )
        self.mean = nn.Conv2d(widths[-1], pyramid_width, 1)
        self.project = unit(pyramid_width * (len(dilations) + 2), pyramid_width, 1)
        self.skip = unit(widths[0], skip_width, 1)
        self.decoder = nn.Sequential(
            unit(pyramid_width + skip_width, pyramid_width), unit(pyramid_width, pyramid_width)
        )
        self.head = nn.Conv2d(pyramid_width, outputs, 1)
        self.reach = -(-(self._reach(blocks, dilations, stride) + upsample - 1) // upsample)

    def _reach(self, blocks: Sequence[int], dilations: Sequence[int], stride: int) -> int:
        """In points: of the encoder, of the pyramid on its coarse cells, and of the decoder on cells of four points."""
        encoder = 3 + 2  # stem, and the pooling on cells of two
        for level, count in enumerate(blocks):
            # The halving convolution of a stage looks around on the cells before it.
            side = 4 * 2**level
            encoder += 2 * count * side - (side // 2 if level else 0)
        pyramid = max([1, *dilations, self.pooled // 2]) * stride
        # An interpolation looks one cell further, and any point of a cell may be up to its side away.
        return encoder + pyramid + (2 * stride - 1) + (4 * 4 - 1)

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        """Map (batch, channels, height, width) to (batch, outputs, height, width)."""
        x = self.padded(x_BCHW)
        if self.upsample > 1:
            x = F.interpolate(x, scale_factor=float(self.upsample), mode="nearest")
        x = F.max_pool2d(self.stem(x), 3, 2, 1)
        x = low = self.stages[0](x)
        for stage in self.stages[1:]:
            x = stage(x)
        x = self._pyramid(x)
        if len(self.stages) > 1:
            x = F.interpolate(x, size=low.shape[-2:], mode="bilinear")
        x = self.head(self.decoder(torch.cat([x, self.skip(low)], 1)))
        if self.upsample < 4:
            x = F.interpolate(x, scale_factor=4.0 / self.upsample, mode="bilinear")
        return x[..., : x_BCHW.shape[-2], : x_BCHW.shape[-1]]

    def _pyramid(self, x: torch.Tensor) -> torch.Tensor:
        """The mean around, the cell, and the cells at each dilation, joined."""
        mean = F.avg_pool2d(x, self.pooled, 1, self.pooled // 2, count_include_pad=False)
        joined: torch.Tensor = self.project(torch.cat([self.mean(mean), *(branch(x) for branch in self.branches)], 1))
        return joined


class _Block(nn.Module):
    """Two convolutions and what came in, made as wide and as coarse as they are (He et al. 2016)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            unit(inputs, outputs, stride=stride),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        same = inputs == outputs and stride == 1
        self.around = (
            nn.Identity()
            if same
            else nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), nn.BatchNorm2d(outputs))
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.around(x) + self.layers(x))


def _stage(inputs: int, outputs: int, blocks: int, stride: int) -> nn.Sequential:
    rest = (_Block(outputs, outputs, 1) for _ in range(blocks - 1))
    return nn.Sequential(_Block(inputs, outputs, stride), *rest)
