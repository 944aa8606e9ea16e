"""Defects of the networks that this project replaces, each put back on its own, and small digits to show them on."""

from __future__ import annotations

import torch
from torch import nn

from floodmark.water.checks.digits import Sizes, read_digits
from floodmark.water.checks.learn import Pace, learn
from floodmark.water.checks.tasks import make_task
from floodmark.water.losses import FloodLoss
from floodmark.water.models.base import WaterNetwork
from floodmark.water.models.unet import UNet

CHANNELS = ["elevation", "rain_0", "rain_1", "rain_missing", "simulated_depth"]
WET_DEPTHS = (0.1, 0.3)
LOSS = FloodLoss(WET_DEPTHS, 0.1, 3.0, 0.5)
PACE = Pace(epochs=4, batch_size=16, learning_rate=0.01, weight_decay=0.01, shift=1)


def small_sets():
    return read_digits(None, Sizes(training=400, validation=40, test=160))


def learnt(network, name, sets, loss=LOSS, pace=PACE):
    """By score, over all held-out digits."""
    task = make_task(name, CHANNELS, WET_DEPTHS, sets.training, seed=3)
    found = learn(network, loss, task, sets, pace, 3, torch.device("cpu"))
    return {score: units[:, 0].sum() / units[:, 1].sum() for score, units in found.counts.items()}, found.baselines


def sound(channels=CHANNELS):
    torch.manual_seed(0)
    return UNet(channels, len(WET_DEPTHS) + 1, [8, 16, 32])


class Blind(WaterNetwork):
    """A decoder that never sees what was encoded, but draws as well as any."""

    multiple, reach = 4, 20

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.decoder = sound()
        self.canvas = nn.Parameter(torch.randn(1, len(CHANNELS), 28, 28))

    def forward(self, x_BCHW):
        return self.decoder(self.canvas).expand(len(x_BCHW), -1, -1, -1)


class Frozen(WaterNetwork):
    """ConvNeXt whose blocks are scaled by a constant 1e-6 that no training changes, then a map from its mean."""

    multiple, reach = 4, 28

    def __init__(self, gamma=1e-6, width=24):
        super().__init__()
        torch.manual_seed(0)
        self.gamma, self.stem = gamma, nn.Conv2d(len(CHANNELS), width, 4, 4)
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(width, width, 7, padding=3, groups=width),
                nn.GroupNorm(1, width),
                nn.Conv2d(width, 4 * width, 1),
                nn.GELU(),
                nn.Conv2d(4 * width, width, 1),
            )
            for _ in range(3)
        )
        self.head = nn.Linear(width, (len(WET_DEPTHS) + 1) * 28 * 28)

    def forward(self, x_BCHW):
        x = self.stem(x_BCHW)
        for block in self.blocks:
            x = x + self.gamma * block(x)
        return self.head(x.mean((2, 3))).unflatten(1, (-1, 28, 28))


def raw_dice(maps_BKHW, depth_BHW):
    """Dice on logits that no sigmoid has squashed, smoothed by 100."""
    wet, drawn = (depth_BHW >= WET_DEPTHS[0]).float(), maps_BKHW[:, 0]
    return 1 - (2 * (wet * drawn).sum() + 100) / (wet.sum() + drawn.sum() + 100)
