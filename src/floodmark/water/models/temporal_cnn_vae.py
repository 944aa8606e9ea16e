"""The temporal CNN's features with the decoder half of a variational autoencoder: maps drawn from a sampled code."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F

from floodmark.learning.distributed import mean
from floodmark.water.models.base import WaterNetwork, unit
from floodmark.water.models.temporal_cnn import TemporalFeatures
from floodmark.water.models.vae import bounded, divergence, sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from floodmark.settings.train_water import Orientation


class TemporalCNNVAE(WaterNetwork):
    """Rain and ground to a normal distribution over a coarse map of codes, and codes to maps of water.

    The code is a map, not one vector, so that ground of any extent has one; nothing but the code (and, where
    `ground_seen`, the ground) reaches the decoder. In training the code is sampled, in evaluation it is its mean.
    """

    def __init__(
        self,
        channels: Sequence[str],
        outputs: int,
        width: int,
        depth: int,
        heightmap: Orientation,
        relief: bool,
        code: int,
        halvings: int,
        divergence_weight: float,
        ground_seen: bool,
    ) -> None:
        """Build it.

        Args:
            channels: Names of the input channels.
            outputs: Output maps.
            width: Features: see `TemporalFeatures`.
            depth: Convolutions: see `TemporalFeatures`.
            heightmap: See `TemporalFeatures`.
            relief: See `TemporalFeatures`.
            code: Numbers in each cell of the code.
            halvings: How often the resolution is halved to that of the code.
            divergence_weight: Weight of the divergence in the loss (Higgins et al. 2017: beta).
            ground_seen: Whether the decoder reads the channels without time too (Sohn et al. 2015).
        """
        super().__init__()
        self.features = TemporalFeatures(channels, width, depth, heightmap, relief)
        self.divergence_weight, self.ground_seen = divergence_weight, ground_seen
        widths = [width * 2**level for level in range(halvings + 1)]
        self.down = nn.Sequential(*(unit(a, b, stride=2) for a, b in pairwise(widths)))
        self.distribution = nn.Conv2d(widths[-1], 2 * code, 1)
        self.unfold = unit(code, widths[-1], 1)
        self.up = nn.ModuleList(unit(b, a) for a, b in zip(widths[-2::-1], widths[:0:-1], strict=True))
        ground = self.features.ground.channels if ground_seen else 0
        self.draw = nn.Sequential(unit(width + ground, width), nn.Conv2d(width, outputs, 1))
        self.multiple = 2**halvings
        # Each halving convolution looks one cell of its input around, each doubling's one of its output; a cell of the
        # code spans `multiple` cells.
        self.reach = self.features.reach + 3 * (self.multiple - 1) + self.multiple + 1

    def encode(self, x_BCHW: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and log variance of the code of maps padded to `multiple`, (batch, code, rows, columns) of it."""
        mean_BDHW, log_variance_BDHW = self.distribution(self.down(self.features(x_BCHW))).chunk(2, 1)
        return mean_BDHW, bounded(log_variance_BDHW)

    def decode(self, code_BDHW: torch.Tensor, x_BCHW: torch.Tensor) -> torch.Tensor:
        """Maps of the extent of x, of which only the ground is read and only where `ground_seen`."""
        x = self.unfold(code_BDHW)
        for block in self.up:
            x = block(F.interpolate(x, scale_factor=2.0, mode="nearest"))
        if self.ground_seen:
            x = torch.cat([x, self.features.ground(x_BCHW[:, self.features.still])], 1)
        maps: torch.Tensor = self.draw(x)
        return maps

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        """Map (batch, channels, height, width) to (batch, outputs, height, width), drawn from the code's mean."""
        x = self.padded(x_BCHW)
        return self.decode(self.encode(x)[0], x)[..., : x_BCHW.shape[-2], : x_BCHW.shape[-1]]

    def penalised(self, x_BCHW: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Maps drawn from a sampled code, and the divergence in nats a cell of ground times its weight.

        A loss that is the mean of a cell's negative log likelihood, plus this, is minus the lower bound of Kingma and
        Welling (2014, eq. 3) a cell where the weight is 1.
        """
        x = self.padded(x_BCHW)
        mean_BDHW, log_variance_BDHW = self.encode(x)
        maps = self.decode(sample(mean_BDHW, log_variance_BDHW), x)
        nats = mean(divergence(mean_BDHW, log_variance_BDHW).sum(1)) / self.multiple**2
        return maps[..., : x_BCHW.shape[-2], : x_BCHW.shape[-1]], self.divergence_weight * nats
