"""A U-Net that corrects our own simulator on coarser cells: the water is known roughly, what is learnt is the rest."""

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

GUIDE = "simulated_depth"


class GuidedUNet(WaterNetwork):
    """Each map is a rising line of the simulated depth's logarithm, plus a U-Net's correction that begins at nothing.

    A wet depth is reached where the simulated depth is past some depth, the surer the farther: a logistic regression on
    the simulator alone, which is what an untrained correction leaves. The U-Net reads all channels, the simulated depth
    among them.
    """

    def __init__(self, channels: Sequence[str], outputs: int, widths: Sequence[int]) -> None:
        """Build it.

        Args:
            channels: Names of the input channels.
            outputs: Output maps.
            widths: Channels of the U-Net at each level, finest first.

        Raises:
            UserError: if there is no simulated depth among the channels.
        """
        super().__init__()
        if GUIDE not in channels:
            raise UserError(
                f"guided_unet corrects the simulated depth, which {', '.join(channels)} lack: add simulated to inputs"
            )
        self.guide = list(channels).index(GUIDE)
        self.correction = UNet(channels, outputs, widths)
        nn.init.zeros_(self.correction.head.weight)
        nn.init.zeros_(self.correction.head.bias)  # type: ignore[arg-type]
        self.offset_K11 = nn.Parameter(torch.zeros(outputs, 1, 1))
        self.steepness_K11 = nn.Parameter(torch.ones(outputs, 1, 1))
        self.multiple, self.reach = self.correction.multiple, self.correction.reach

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        """Map (batch, channels, height, width) to (batch, outputs, height, width)."""
        depth_B1HW = x_BCHW[:, self.guide : self.guide + 1]
        line = F.softplus(self.steepness_K11) * depth_B1HW + self.offset_K11
        maps: torch.Tensor = line + self.correction(x_BCHW)
        return maps
