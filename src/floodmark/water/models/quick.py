"""Trained networks in the form that predicts fastest: the same maps to 1e-6, and no training any more.

Batch normalisation that is fixed is a part of the convolution before it. And a U-Net's convolution of a doubled map
beside a finer one is the sum of two: of the finer map as it is, and of the coarse one transposed, since to repeat every
cell and then to weigh 3 by 3 neighbours is to weigh 2 by 2 coarse ones, by sums of the same weights. That is four
ninths of the products, and neither the doubled map nor both beside one another are ever written to memory.
"""

from __future__ import annotations

import copy
import itertools
from typing import TypeVar

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

from floodmark.water.models.base import WaterNetwork
from floodmark.water.models.guided_unet import GuidedUNet
from floodmark.water.models.unet import UNet

Part = TypeVar("Part", bound=nn.Module)


def quick(network: WaterNetwork, *, half: bool = False) -> WaterNetwork:
    """A network of the same maps; the one given stays as it is.

    Args:
        network: In evaluation mode, wherever it lies.
        half: Whether to reckon in bfloat16, which processors with AVX-512 BF16 or AMX do twice as fast, and others far
            slower. Maps are then no longer the same: logits differ by some hundredths. What a guided U-Net is guided by
            stays as exact as it was.
    """
    made: WaterNetwork
    if isinstance(network, GuidedUNet):
        made = copy.deepcopy(network)
        made.add_module("correction", quick(network.correction, half=half))
    else:
        made = QuickUNet(network) if isinstance(network, UNet) else _folded(copy.deepcopy(network))
        made = Half(made) if half else made
    made.requires_grad_(False)
    return made.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


class Half(WaterNetwork):
    """A network in bfloat16 between inputs and maps in float32."""

    def __init__(self, network: WaterNetwork) -> None:
        """Take it over."""
        super().__init__()
        self.network = network.to(torch.bfloat16)
        self.multiple, self.reach = network.multiple, network.reach

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        """Map (batch, channels, height, width) to (batch, outputs, height, width)."""
        maps: torch.Tensor = self.network(x_BCHW.to(torch.bfloat16))
        return maps.float()


class QuickUNet(UNet):
    """A trained U-Net: see `UNet` for what it does, and above for what it saves."""

    def __init__(self, trained: UNet) -> None:
        """Rebuild it.

        Args:
            trained: In evaluation mode.
        """
        WaterNetwork.__init__(self)  # its blocks are not built but taken from the trained one
        self.down = nn.ModuleList(_folded(copy.deepcopy(block)) for block in trained.down)
        self.up = nn.ModuleList(_Up(block) for block in trained.up)
        self.head = copy.deepcopy(trained.head)
        self.multiple, self.reach = trained.multiple, trained.reach

    def join(self, block: nn.Module, x: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
        """Without the doubled map."""
        joined: torch.Tensor = block(x, skip)
        return joined


class _Up(nn.Module):
    """A block of the way up, which reads a coarse map and one twice finer; it has as many outputs as the finer one."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        both, *rest = list(_folded(copy.deepcopy(block)).children())
        weight, bias = both.get_parameter("weight").detach(), both.get_parameter("bias").detach()
        outputs, inputs = weight.shape[:2]
        self.coarse = nn.ConvTranspose2d(inputs - outputs, outputs, 4, stride=2, padding=1, bias=False)
        self.fine = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.rest = nn.Sequential(*rest)
        self.coarse.weight = nn.Parameter(doubled(weight[:, :-outputs]))
        self.fine.weight, self.fine.bias = nn.Parameter(weight[:, -outputs:]), nn.Parameter(bias)

    def forward(self, x: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
        maps: torch.Tensor = self.rest(self.fine(skip).add_(self.coarse(x)))
        return maps


def doubled(weight_OI33: torch.Tensor) -> torch.Tensor:
    """What a transposed convolution of stride 2 weighs by, to be a convolution 3 by 3 of the map with every cell twice.

    Each tap of the convolution stands over two by two of the transposed one's four by four.

    Returns:
        Shape (inputs, outputs, 4, 4).
    """
    outputs, inputs = weight_OI33.shape[:2]
    flipped = weight_OI33.detach().flip(2, 3).reshape(-1, 1, 3, 3)
    spread = F.conv2d(flipped, flipped.new_ones(1, 1, 2, 2), padding=1)
    return spread.view(outputs, inputs, 4, 4).transpose(0, 1).contiguous()


def _folded(module: Part) -> Part:
    """In place: every batch normalisation that follows a convolution in a `Sequential` becomes a part of it."""
    for part in module.modules():
        if isinstance(part, nn.Sequential):
            for place, (one, following) in enumerate(itertools.pairwise(list(part))):
                if isinstance(one, nn.Conv2d) and isinstance(following, nn.BatchNorm2d):
                    part[place], part[place + 1] = fuse_conv_bn_eval(one, following), nn.Identity()
    return module
