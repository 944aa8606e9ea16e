"""A temporal CNN: convolutions over time and space for the rain, then over space for rain and ground together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F

from floodmark.errors import UserError
from floodmark.water.models.base import WaterNetwork, rain_channels, unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from floodmark.settings.train_water import Orientation


class Ground(nn.Module):
    """The channels that have no time, of mean 0 and deviation 1 over a batch in training.

    A depression of a metre is nothing beside hills of a hundred, so that a network given elevation must first unlearn
    where the hills are. It may be given elevation above the mean of the ground around instead, over squares of several
    sizes, each of deviation 1.

    Attributes:
        channels: How many it gives.
        reach: No input farther than this changes them, cells.
    """

    def __init__(self, names: Sequence[str], heightmap: Orientation, sides: Sequence[int]) -> None:
        """Build it.

        Args:
            names: Of the channels that it is given.
            heightmap: `inverted` turns the channel `elevation` upside down.
            sides: Of each square, how far it reaches, cells; with none, elevation stays as it is.

        Raises:
            UserError: if there is no elevation that could be inverted.
        """
        super().__init__()
        if heightmap == "inverted" and "elevation" not in names:
            raise UserError("heightmap: inverted turns the channel elevation: add heightmap to inputs, or say upright")
        self.sign = -1 if heightmap == "inverted" else 1
        self.sides = sides if "elevation" in names else ()
        self.elevation = [place for place, name in enumerate(names) if name == "elevation"]
        self.others = [place for place, name in enumerate(names) if name != "elevation"]
        self.channels = len(self.others) + (len(self.sides) or len(self.elevation))
        self.reach = max(self.sides, default=0)
        self.normalise = nn.BatchNorm2d(self.channels) if self.channels else nn.Identity()

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        """Shape (batch, channels, height, width), others before elevation."""
        height_BCHW = self.sign * x_BCHW[:, self.elevation]
        if self.sides:
            around = [F.avg_pool2d(height_BCHW, 2 * side + 1, 1, side, count_include_pad=False) for side in self.sides]
            height_BCHW = height_BCHW - torch.cat(around, 1)
        ground: torch.Tensor = self.normalise(torch.cat([x_BCHW[:, self.others], height_BCHW], 1))
        return ground


class TemporalFeatures(nn.Module):
    """Rain over time and space, joined with the channels that have no time.

    The history `rain_0..` is an axis of its own: each of `depth` convolutions over (time, row, column) takes two steps
    away while there are as many, and one over all steps that are left takes the rest. Then come `depth` residual
    convolutions over (row, column), each dilated twice as far as the one before (Yu and Koltun 2016), because water
    gathers from farther away than a few undilated convolutions can look.

    Attributes:
        reach: No input farther than this changes a feature, cells.
    """

    def __init__(self, channels: Sequence[str], width: int, depth: int, heightmap: Orientation, relief: bool) -> None:
        """Build it.

        Args:
            channels: Names of the input channels.
            width: Features.
            depth: Convolutions over time and space, and again over space.
            heightmap: `inverted` turns the channel `elevation` upside down.
            relief: Whether elevation is told against the ground around: see `Ground`.

        Raises:
            UserError: if the channels have no rain, or no elevation that could be inverted.
        """
        super().__init__()
        self.rain = rain_channels(channels)
        self.still = [place for place in range(len(channels)) if place not in self.rain]
        if not self.rain:
            raise UserError(f"a temporal CNN reads the rain, not only {', '.join(channels)}: add rain to inputs")
        sides = [2**index for index in range(depth + 1)] if relief else []
        self.ground = Ground([channels[place] for place in self.still], heightmap, sides)
        steps, layers = len(self.rain), []
        for index in range(depth):
            layers.append(_InTime(width if index else 1, width, min(steps, 3)))
            steps -= layers[-1].steps - 1
        self.over_time = nn.Sequential(*layers)
        self.last = _InTime(width, width, steps, 1)
        self.join = unit(width + self.ground.channels, width)
        self.over_space = nn.ModuleList(_Residual(width, 2**index) for index in range(depth))
        self.reach = max(depth, self.ground.reach) + 1 + sum(1 + 2**index for index in range(depth))

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        """Map (batch, channels, height, width) to (batch, features, height, width)."""
        ground_BCHW = self.ground(x_BCHW[:, self.still])
        rain_BTDHW = self.over_time(x_BCHW[:, self.rain].unsqueeze(2))
        x: torch.Tensor = self.join(torch.cat([self.last(rain_BTDHW).squeeze(1), ground_BCHW], 1))
        for block in self.over_space:
            x = block(x)
        return x


class TemporalCNN(WaterNetwork):
    """Features in time and space, read off in each cell; nothing is halved, so `multiple` is 1."""

    def __init__(
        self, channels: Sequence[str], outputs: int, width: int, depth: int, heightmap: Orientation, relief: bool
    ) -> None:
        """Build it: see `TemporalFeatures`; `outputs` is how many maps there are."""
        super().__init__()
        self.features = TemporalFeatures(channels, width, depth, heightmap, relief)
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
        x_BTHWD = x_BTDHW.movedim(2, -1)  # as it lies in memory, where all of a cell is together
        beside = torch.stack([x_BTHWD[:, first : first + after] for first in range(self.steps)], -2)
        mapped: torch.Tensor = self.layers(beside.flatten(0, 1).flatten(-2).movedim(-1, 1))
        return mapped.view(batch, after, *mapped.shape[1:])
