"""A temporal CNN: convolutions over time and space for the rain, then over space for rain and ground together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from floodmark.errors import UserError
from floodmark.water.models.base import WaterNetwork, rain_channels, unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from floodmark.settings.train_water import Orientation


class TemporalFeatures(nn.Module):
    """Rain over time and space, joined with the channels that have no time.

    The history `rain_0..` is an axis of its own: each of `depth` convolutions over (time, row, column) takes two steps
    away while there are as many, and one over all steps that are left takes the rest. Then come `depth` residual
    convolutions over (row, column), each dilated twice as far as the one before (Yu and Koltun 2016), because water
    gathers from farther away than a few undilated convolutions can look.

    Attributes:
        reach: No input farther than this changes a feature, cells.
    """

    def __init__(self, channels: Sequence[str], width: int, depth: int, heightmap: Orientation) -> None:
        """Build it.

        Args:
            channels: Names of the input channels.
            width: Features.
            depth: Convolutions over time and space, and again over space.
            heightmap: `inverted` turns the channel `elevation` upside down.

        Raises:
            UserError: if the channels have no rain, or no elevation that could be inverted.
        """
        super().__init__()
        self.rain = rain_channels(channels)
        self.still = [place for place in range(len(channels)) if place not in self.rain]
        if not self.rain:
            raise UserError(
                f"a temporal CNN reads the history of rain, not only {', '.join(channels)}: add rain to inputs"
            )
        if heightmap == "inverted" and "elevation" not in channels:
            raise UserError("heightmap: inverted turns the channel elevation: add heightmap to inputs, or say upright")
        turned = [heightmap == "inverted" and channels[place] == "elevation" for place in self.still]
        self.register_buffer("sign_C11", 1 - 2 * torch.tensor(turned)[:, None, None].float(), persistent=False)
        steps, layers = len(self.rain), []
        for index in range(depth):
            layers.append(_InTime(width if index else 1, width, min(steps, 3)))
            steps -= layers[-1].steps - 1
        self.over_time = nn.Sequential(*layers)
        self.last = _InTime(width, width, steps, 1)
        self.join = unit(width + len(self.still), width)
        self.over_space = nn.ModuleList(_Residual(width, 2**index) for index in range(depth))
        self.reach = depth + 1 + sum(1 + 2**index for index in range(depth))

    def ground(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        """The channels that have no time, the elevation turned if it is to be."""
        ground: torch.Tensor = x_BCHW[:, self.still] * self.sign_C11
        return ground

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        """Map (batch, channels, height, width) to (batch, features, height, width)."""
        rain_BTDHW = self.over_time(x_BCHW[:, self.rain].unsqueeze(2))
        x = self.join(torch.cat([self.last(rain_BTDHW).squeeze(1), self.ground(x_BCHW)], 1))
        for block in self.over_space:
            x = block(x)
        return x


class TemporalCNN(WaterNetwork):
    """Features in time and space, read off in each cell; nothing is halved, so `multiple` is 1."""

    def __init__(self, channels: Sequence[str], outputs: int, width: int, depth: int, heightmap: Orientation) -> None:
        """Build it: see `TemporalFeatures`; `outputs` is how many maps there are."""
        super().__init__()
        self.features = TemporalFeatures(channels, width, depth, heightmap)
        self.head = nn.Conv2d(width, outputs, 1)
        self.multiple, self.reach = 1, self.features.reach

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        """Map (batch, channels, height, width) to (batch, outputs, height, width)."""
        maps: torch.Tensor = self.head(self.features(x_BCHW))
        return maps


class _Residual(nn.Module):
    """Two convolutions, the first dilated, added to what came in."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            unit(width, width, dilation=dilation),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x + self.layers(x))


class _InTime(nn.Module):
    """A convolution over `steps` and `cells` by `cells`, which keeps only the steps that it is whole on.

    It is one over space of the steps beside each other, the same for all: equal to torch's in three dimensions, and
    quicker, for torch has fast kernels for the layout of maps alone.
    """

    def __init__(self, inputs: int, outputs: int, steps: int, cells: int = 3) -> None:
        super().__init__()
        self.steps = steps
        self.layers = unit(inputs * steps, outputs, cells)

    def forward(self, x_BTDHW: torch.Tensor) -> torch.Tensor:
        batch, before = x_BTDHW.shape[:2]
        after = before - self.steps + 1
        beside = torch.cat([x_BTDHW[:, first : first + after] for first in range(self.steps)], 2).flatten(0, 1)
        mapped: torch.Tensor = self.layers(beside.contiguous(memory_format=torch.channels_last))
        return mapped.view(batch, after, *mapped.shape[1:])
