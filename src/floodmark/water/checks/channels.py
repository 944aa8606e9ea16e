"""Where a digit stands among the channels that a network of water reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from floodmark.water import features
from floodmark.water.layout import GROUPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from floodmark.settings.make_windows import MakeWindows

ELEVATION, MISSING, SIMULATED, PERMANENT = "elevation", "rain_missing", "simulated_depth", "permanent_water"


def channel_names(groups: Sequence[str], windows: MakeWindows) -> list[str]:
    """Names of the channels of these groups, in the order of `layout.GROUPS`, as the windows of the study have them."""
    rain = len(windows.pattern)
    routed = rain if isinstance(windows.routed_pattern, str) else len(windows.routed_pattern)
    names = {
        "heightmap": [ELEVATION],
        "terrain": list(features.NAMES),
        "rain": [*(f"rain_{index}" for index in range(rain)), MISSING],
        "routed": [f"routed_{index}" for index in range(routed)],
        "simulated": [SIMULATED],
        "permanent": [PERMANENT],
    }
    return [name for group in GROUPS if group in groups for name in names[group]]


def ground_channels(names: Sequence[str]) -> list[int]:
    """Places of the channels that tell of the ground and of nothing else."""
    return [place for place, name in enumerate(names) if name == ELEVATION or name in features.NAMES]


def rain_channels(names: Sequence[str]) -> list[int]:
    """Places of the history of rain, oldest first."""
    return [place for place, name in enumerate(names) if name.startswith("rain_") and name != MISSING]


def lay_out(names: Sequence[str], rain_BHW: torch.Tensor, ground_BHW: torch.Tensor) -> torch.Tensor:
    """The input of a network: rain in the whole history, ground in every channel of it, and zero in all others.

    Args:
        names: Of the channels.
        rain_BHW: Rain.
        ground_BHW: Ground.

    Returns:
        Shape (batch, channels, height, width).
    """
    x_BCHW = rain_BHW.new_zeros((len(rain_BHW), len(names), *rain_BHW.shape[-2:]))
    x_BCHW[:, rain_channels(names)] = rain_BHW[:, None]
    x_BCHW[:, ground_channels(names)] = ground_BHW[:, None]
    return x_BCHW.contiguous(memory_format=torch.channels_last)
