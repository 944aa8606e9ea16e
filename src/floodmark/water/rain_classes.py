"""How hard it rained before a map: the class by which scores are told apart."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from floodmark.water.history import unscaled
from floodmark.water.moments import EMULATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from floodmark.water.dataset import Windows


def recent_rain(windows: Windows, source: int, frames: int) -> float:
    """Mean rate over the ground of the newest channels that together hold at least so many frames, mm h-1.

    A channel counts by its frames. Where channels are pooled by their largest rate, it is the mean of those.

    Args:
        windows: What make_windows wrote.
        source: Row of the moment that rain is known up to.
        frames: How many of the newest frames count.
    """
    sizes = np.array(windows.statistics["pattern"], float)
    newest = np.cumsum(sizes[::-1])[::-1] - sizes < frames
    channels = windows.inputs(["rain"], EMULATE, source, 0, 0, *windows.grid.shape)[: len(sizes)][newest]
    rates = unscaled(channels, windows.statistics["rain_scaling"]).mean((1, 2))
    if windows.statistics["reducer"] == "sum":
        rates = rates / sizes[newest]
    return float((rates * sizes[newest]).sum() / sizes[newest].sum())


def rain_class(rain: float, limits: Sequence[float]) -> int:
    """Which class a rate is of, 0 to len(limits); a rate at a limit is of the class above."""
    return int(np.searchsorted(np.asarray(limits), rain, side="right"))


def class_names(limits: Sequence[float]) -> list[str]:
    """Names of the classes as subsets of scores."""
    spans = [f"rain_{low:g}_to_{high:g}" for low, high in pairwise(limits)]
    return [f"rain_below_{limits[0]:g}", *spans, f"rain_from_{limits[-1]:g}"]
