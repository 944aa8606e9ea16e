"""A U-Net that corrects what can be reckoned of the water: what is learnt is the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F

from floodmark.errors import UserError
from floodmark.water.models.base import WaterNetwork
from floodmark.water.models.unet import UNet

if TYPE_CHECKING:
    from collections.abc import Sequence

GUIDES = ("settled_rain", "simulated_depth")
"""Depths that are reckoned, not learnt: rain that settled where it fell, and our own simulator on coarser cells."""


class GuidedUNet(WaterNetwork):
    """Each map is a rising line of the reckoned depths' logarithms, plus a U-Net's correction that begins at nothing.

    A wet depth is reached where the reckoned depths are past some depth, the surer the farther: a logistic regression
    on them alone, which is what an untrained correction leaves. The U-Net reads all channels, these among them.
    """

    def __init__(self, channels: Sequence[str], outputs: int, widths: Sequence[int]) -> None:
        """Build it.

        Args:
            channels: Names of the input channels.
            outputs: Output maps.
            widths: Channels of the U-Net at each level, finest first.

        Raises:
            UserError: if none of GUIDES is among the channels.
        """
        super().__init__()
        self.guides = [index for index, name in enumerate(channels) if name in GUIDES]
        if not self.guides:
            raise UserError(
                f"guided_unet corrects reckoned depths, which {', '.join(channels)} lack: add settled or simulated to "
                "train_water.guided_unet.inputs"
            )
        self.correction = UNet(channels, outputs, widths)
        nn.init.zeros_(self.correction.head.weight)
        nn.init.zeros_(self.correction.head.bias)  # type: ignore[arg-type]
        self.offset_K11 = nn.Parameter(torch.zeros(outputs, 1, 1))
        self.steepness_KG = nn.Parameter(torch.ones(outputs, len(self.guides)))
        self.multiple, self.reach = self.correction.multiple, self.correction.reach

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        """Map (batch, channels, height, width) to (batch, outputs, height, width)."""
        steepness_KG = F.softplus(self.steepness_KG) / len(self.guides)
        line = torch.einsum("kg,bghw->bkhw", steepness_KG, x_BCHW[:, self.guides]) + self.offset_K11
        maps: torch.Tensor = line + self.correction(x_BCHW)
        return maps
