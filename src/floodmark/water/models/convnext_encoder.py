"""A ConvNeXt (Liu et al. 2022) of timm's stages over maps of any size, with the features of every stage for a decoder.

The layer scale of each block is a weight that training moves, and begins at a value of the params: the paper's 1e-6 is
meant for networks of dozens of blocks, in which it grows over hundreds of epochs.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from torch import nn

from floodmark.learning.torchvision_shim import fit_torchvision

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

STEM = 2
"""Side of the patches that the stem makes one cell of. The paper's 4 would lose a stream that is one cell wide."""
RADIUS = 3
"""Cells on each side of its own that a depthwise convolution of 7 by 7 reads."""


class ConvNextEncoder(nn.Module):
    """Maps to features at strides 2, 4, 8 and so on, one for each stage.

    Every operation is a convolution or acts on one cell alone (layer norm over the channels of a cell), so that a
    feature depends on the ground within reach of it and not on the extent.

    Attributes:
        strides: Side of each stage's cells, in cells of the input.
        reaches: Cells beyond its own ground that a feature of each stage depends on.
    """

    def __init__(self, channels: int, depths: Sequence[int], dims: Sequence[int], layer_scale: float) -> None:
        """Build it, with the weights of the paper's section A.1: truncated normal of deviation 0.02.

        Args:
            channels: Of the input.
            depths: Blocks of each stage.
            dims: Channels of each stage.
            layer_scale: What the layer scale begins with.
        """
        super().__init__()
        fit_torchvision()  # timm imports torchvision
        from timm.layers.norm import LayerNorm, LayerNorm2d
        from timm.models.convnext import ConvNeXtStage

        self.strides: list[int] = [STEM * 2**stage for stage in range(len(depths))]
        self.reaches: list[int] = list(
            accumulate(RADIUS * depth * stride for depth, stride in zip(depths, self.strides, strict=True))
        )
        self.stem = nn.Sequential(nn.Conv2d(channels, dims[0], STEM, stride=STEM), LayerNorm2d(dims[0]))
        self.stages = nn.ModuleList(
            ConvNeXtStage(
                dims[max(stage - 1, 0)],
                dims[stage],
                stride=2 if stage else 1,
                depth=depth,
                ls_init_value=layer_scale,
                norm_layer=LayerNorm2d,
                norm_layer_cl=LayerNorm,
            )
            for stage, depth in enumerate(depths)
        )
        self.stages.apply(_begin)

    def forward(self, x_BCHW: torch.Tensor) -> list[torch.Tensor]:
        """Features of every stage, finest first; height and width must be multiples of the last stride."""
        x = self.stem(x_BCHW)
        features = []
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        return features


def _begin(module: nn.Module) -> None:
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.trunc_normal_(module.weight, std=0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
