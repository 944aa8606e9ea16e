"""Baselines by logistic regression, cell by cell: what rain and a few features of the terrain say without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.learning.seeds import generator
from floodmark.water import splits
from floodmark.water.fitting import fit_threshold, training_maps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from floodmark.water.dataset import Windows

SAMPLE = 200_000
"""Cells of training maps that coefficients are fitted on, at most: some thousand of them are wet."""

STEPS = 500
"""Of the optimiser, at most."""

THRESHOLDS = np.linspace(0.005, 0.995, 199)
"""Probabilities at or above which a cell may be foretold wet; the best is chosen on training storms."""


class Logistic:
    """The probability of a cell's being wet from its own channels alone.

    Args:
        windows: What make_windows wrote.
        task: ``emulate`` or ``nowcast``.
        wet_depth: m.
        seed: Of the sample of cells, drawn over seen ground and training storms alone.
        groups: Of `layout.GROUPS`, that the channels are of.
        terrain: Of the features of the terrain, those that count.
    """

    name: str

    def __init__(
        self, windows: Windows, task: str, wet_depth: float, seed: int, groups: Sequence[str], terrain: Sequence[str]
    ) -> None:
        self.windows, self.task, self.groups = windows, task, tuple(groups)
        names = windows.channel_names(groups)
        unwanted = {*windows.channel_names(["terrain"]), "rain_missing"} - set(terrain)
        self.chosen = [place for place, name in enumerate(names) if name not in unwanted]
        self.parameters = len(self.chosen) + 2
        self.coefficients, self.intercept = np.zeros(len(self.chosen)), float("-inf")
        self._fit(*self._sample(wet_depth, seed))
        self.threshold = fit_threshold(windows, task, wet_depth, self._chance, THRESHOLDS)

    def _channels(self, source: int) -> NDArray[np.float32]:
        found = self.windows.inputs(self.groups, self.task, source, 0, 0, *self.windows.grid.shape)
        return found[self.chosen]

    def _sample(self, wet_depth: float, seed: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Channels of some cells, shape (cells, channels), and which of them are wet; as many of every map."""
        maps = training_maps(self.windows, self.task)
        seen = np.flatnonzero(np.asarray(self.windows.region) == splits.SEEN)
        rng = generator(seed, "baseline", self.name, self.task)
        each = min(SAMPLE // max(len(maps), 1), len(seen))
        channels, wet = [np.zeros((0, len(self.chosen)))], [np.zeros(0, bool)]
        for source, target in maps:
            cells = rng.choice(seen, each, replace=False)
            channels.append(self._channels(source).reshape(len(self.chosen), -1)[:, cells].T.astype(np.float64))
            wet.append(self.windows.depth_whole(target).ravel()[cells] >= np.float32(wet_depth))
        return np.concatenate(channels), np.concatenate(wet)

    def _fit(self, channels: NDArray[np.float64], wet: NDArray[np.bool_]) -> None:
        from sklearn.linear_model import LogisticRegression
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

        if wet.all() or not wet.any():  # nothing to tell apart
            self.intercept = float("inf") if wet.any() else float("-inf")
            return
        # Threads would add up in another order: the last bits of the coefficients would hang on their number.
        with threadpool_limits(1):
            model = LogisticRegression(max_iter=STEPS).fit(channels, wet)
        self.coefficients, self.intercept = model.coef_[0], float(model.intercept_[0])

    def _chance(self, source: int) -> NDArray[np.float32]:
        logit = np.full(self.windows.grid.shape, self.intercept)
        for coefficient, channel in zip(self.coefficients, self._channels(source), strict=True):
            logit = logit + coefficient * channel
        return np.asarray(1 / (1 + np.exp(-np.clip(logit, -50, 50))), np.float32)

    def score(self, window: Mapping[str, Any]) -> NDArray[np.float32]:
        """The probability."""
        return self._chance(window["source"])

    def wet(self, window: Mapping[str, Any]) -> NDArray[np.bool_]:
        """Where it reaches the threshold."""
        return self.score(window) >= self.threshold


class RoutedLogistic(Logistic):
    """By rain that has run together, drainage area, and the depth of the hollow that a cell lies in."""

    name = "routed_logistic"

    def __init__(self, windows: Windows, task: str, wet_depth: float, seed: int) -> None:
        super().__init__(windows, task, wet_depth, seed, ["terrain", "routed"], ["drainage_area", "depression_depth"])


class HandLogistic(Logistic):
    """By height above the nearest drainage (Renno et al. 2008), slope, and the rain on the cell itself."""

    name = "hand_logistic"

    def __init__(self, windows: Windows, task: str, wet_depth: float, seed: int) -> None:
        super().__init__(windows, task, wet_depth, seed, ["terrain", "rain"], ["hand", "slope"])
