"""What a water model must beat: a dry world, where water usually stands, and where much rain has run together.

A baseline is fitted like a model: on training storms over seen ground alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from floodmark.water import splits
from floodmark.water.features import NAMES
from floodmark.water.fitting import fit_threshold
from floodmark.water.history import unscaled
from floodmark.water.verification import best_threshold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from floodmark.water.dataset import Windows


class Baseline(Protocol):
    """Foretells wet cells of the whole ground."""

    name: str
    parameters: int

    def wet(self, window: Mapping[str, Any]) -> NDArray[np.bool_]:
        """Wet or dry for every cell, shape (rows, columns), given a row of the index."""
        ...


class AllDry:
    """Nothing is ever wet: what a plain loss collapses to."""

    name = "all_dry"
    parameters = 0

    def __init__(self, shape: tuple[int, int]) -> None:
        self.map = np.zeros(shape, bool)

    def wet(self, window: Mapping[str, Any]) -> NDArray[np.bool_]:
        """Dry everywhere."""
        return self.map


class Climatology:
    """A cell is wet where it was wet often enough in training; ground never seen goes by terrain like it.

    On seen ground a cell has its own frequency. Elsewhere it has that of its class, the classes being quantiles of
    drainage area crossed with thirds of depression depth and none. Each has its own threshold, chosen on the training
    storms for the highest critical success index. The same map is foretold for every moment.
    """

    name = "climatology"

    def __init__(self, windows: Windows, task: str, wet_depth: float, classes: int) -> None:
        seen = windows.region == splits.SEEN
        targets = [target for _, target in windows.pairs(task, splits.TRAIN)]
        count = np.zeros(windows.grid.shape, np.int64)
        for target in targets:
            count += windows.depth_whole(target) >= np.float32(wet_depth)
        kinds = terrain_classes(windows.static_raw, seen, classes)
        cells = np.bincount(kinds[seen], minlength=kinds.max() + 1)
        wet_by_kind = np.bincount(kinds[seen], count[seen], minlength=kinds.max() + 1)
        frequency = count / max(len(targets), 1)
        kind_frequency = (wet_by_kind / np.maximum(cells * max(len(targets), 1), 1))[kinds]
        own = _often_enough(frequency, count, seen, len(targets))
        like = _often_enough(kind_frequency, count, seen, len(targets))
        self.map = np.where(seen, frequency >= own, kind_frequency >= like)
        self.chance = np.where(seen, frequency, kind_frequency).astype(np.float32)
        self.parameters = int(seen.sum()) + int((cells > 0).sum()) + 2

    def wet(self, window: Mapping[str, Any]) -> NDArray[np.bool_]:
        """The one map."""
        return self.map

    def score(self, window: Mapping[str, Any]) -> NDArray[np.float32]:
        """How often each cell, or ground like it, was wet."""
        return self.chance


def terrain_classes(static: NDArray[np.float32], seen: NDArray[np.bool_], classes: int) -> NDArray[np.int64]:
    """Class of every cell by drainage area and depression depth, the limits being quantiles over seen cells."""
    area, depression = (np.asarray(static[NAMES.index(name)]) for name in ("drainage_area", "depression_depth"))
    area_limits = (
        np.unique(np.quantile(area[seen], np.linspace(0, 1, classes + 1)[1:-1])) if seen.any() else np.zeros(0)
    )
    hollow = depression[seen & (depression > 0)]
    depth_limits = np.unique(np.quantile(hollow, [1 / 3, 2 / 3])) if len(hollow) else np.zeros(0)
    kind = np.where(depression > 0, 1 + np.digitize(depression, depth_limits), 0)
    return np.asarray(np.digitize(area, area_limits) * (len(depth_limits) + 2) + kind, np.int64)


def _often_enough(
    frequency: NDArray[np.floating], count: NDArray[np.int64], seen: NDArray[np.bool_], maps: int
) -> float:
    """The frequency threshold with the highest critical success index over all training maps; infinite if none is wet.

    A fixed map foretelling cells of frequency f and more hits their wet counts and falsely alarms their dry ones, so
    the tables of all thresholds follow from the counts without looking at the maps again.
    """
    values, group = np.unique(frequency[seen], return_inverse=True)
    wet = np.bincount(group, count[seen], minlength=len(values))[::-1].cumsum()[::-1]
    foretold = np.bincount(group, minlength=len(values))[::-1].cumsum()[::-1] * maps
    total = count[seen].sum()
    if total == 0:
        return float("inf")
    return best_threshold(np.stack([wet, foretold - wet, total - wet], axis=-1).astype(np.int64), values)[0]


class RainThreshold:
    """A cell is wet where enough rain has fallen on it over the history that is known."""

    name = "rain_threshold"
    parameters = 1
    probabilistic = False

    def __init__(self, windows: Windows, task: str, wet_depth: float) -> None:
        self.windows, self.task = windows, task
        self.threshold = fit_threshold(windows, task, wet_depth, self._rain)

    def _rain(self, source: int) -> NDArray[np.float32]:
        """Rain of the history, mm h-1 times frames: the channels by their frames, whatever they were reduced by."""
        sizes = np.array(self.windows.statistics["pattern"], np.float64)
        channels = self.windows.inputs(["rain"], self.task, source, 0, 0, *self.windows.grid.shape)[: len(sizes)]
        rates = unscaled(channels, self.windows.statistics["rain_scaling"])
        if self.windows.statistics["reducer"] != "sum":
            rates = rates * sizes[:, None, None]
        return np.asarray(rates.sum(0), np.float32)

    def score(self, window: Mapping[str, Any]) -> NDArray[np.float32]:
        """The rain."""
        return self._rain(window["source"])

    def wet(self, window: Mapping[str, Any]) -> NDArray[np.bool_]:
        """Where it reaches the threshold."""
        return self.score(window) >= self.threshold


class RoutedRain:
    """A cell is wet where enough rain has fallen upstream of it, over the longest history that is routed."""

    name = "routed_rain"
    parameters = 1
    probabilistic = False

    def __init__(self, windows: Windows, task: str, wet_depth: float) -> None:
        self.windows = windows
        self.threshold = fit_threshold(windows, task, wet_depth, windows.routed_longest)

    def score(self, window: Mapping[str, Any]) -> NDArray[np.float32]:
        """Routed rain, log(1 + mm summed over cells)."""
        return self.windows.routed_longest(window["source"])

    def wet(self, window: Mapping[str, Any]) -> NDArray[np.bool_]:
        """Where it reaches the threshold."""
        return self.score(window) >= self.threshold


class PersistenceOracle:
    """The simulated depth at t0 stays as it is: it knows the simulation, which no model does, so it is no baseline."""

    name = "persistence_oracle"
    parameters = 0
    probabilistic = False

    def __init__(self, windows: Windows, wet_depth: float) -> None:
        self.windows, self.wet_depth = windows, wet_depth
        known = windows.index.filter(windows.index["task"] == "emulate").select("event", "time", "target").unique()
        self.targets = {(event, time): target for event, time, target in known.iter_rows()}

    def wet(self, window: Mapping[str, Any]) -> NDArray[np.bool_]:
        """Where it was wet at t0; dry where t0 is an event's beginning, of which no depth is kept."""
        return self.depth(window) >= np.float32(self.wet_depth)

    def depth(self, window: Mapping[str, Any]) -> NDArray[np.float32]:
        """Depth at t0, m, none where it is not known."""
        target = self.targets.get((window["event"], window["t0"]))
        if target is None:
            return np.zeros(self.windows.grid.shape, np.float32)
        return self.windows.depth_whole(target)

    def score(self, window: Mapping[str, Any]) -> NDArray[np.float32]:
        """The same."""
        return self.depth(window)
