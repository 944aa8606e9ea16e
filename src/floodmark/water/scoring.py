"""Every model and every baseline foretells the held-out maps, and what comes of it is tallied."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from floodmark.progress import track
from floodmark.water import splits
from floodmark.water.baselines import Baseline
from floodmark.water.prediction import WaterModel, predict
from floodmark.water.rain_classes import rain_class, recent_rain
from floodmark.water.reliability import log_odds
from floodmark.water.tallies import Ground, Scene, Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from floodmark.settings.evaluate_water import EvaluateWater
    from floodmark.water.dataset import Windows

SCORE = "critical_success_index"
COLUMNS = ("model", "task", "split", "wet_depth", SCORE, "low", "high", "parameters")
"""Of scores.csv."""

ORACLE = "_oracle"
"""Ends the name of what knows the simulation: it stands in the tables, but is no baseline."""


@dataclass
class Tables:
    """The tallies of one task and split, by (model, wet depth); they add up over shards of maps.

    Attributes:
        tallies: What was counted.
        parameters: How many numbers each model or baseline has learnt.
        chances: Those whose scores are probabilities, not merely an order.
    """

    tallies: dict[tuple[str, float], Tally] = field(default_factory=dict)
    parameters: dict[tuple[str, float], int] = field(default_factory=dict)
    chances: set[str] = field(default_factory=set)

    def of(self, name: str, wet_depth: float, parameters: int) -> Tally:
        """The tally of a model at a wet depth, a new one where there was none."""
        self.parameters.setdefault((name, wet_depth), parameters)
        return self.tallies.setdefault((name, wet_depth), Tally())

    def __add__(self, other: Tables) -> Tables:
        """The tables of the maps of both."""
        keys = {**self.tallies, **other.tallies}
        both = {key: self.tallies.get(key, Tally()) + other.tallies.get(key, Tally()) for key in keys}
        return Tables(both, {**other.parameters, **self.parameters}, self.chances | other.chances)

    @property
    def storms(self) -> list[str]:
        """All storms of which a map was counted, in order of their names."""
        return sorted({storm for tally in self.tallies.values() for _, storm in tally.counts})


class Rival(Baseline, Protocol):
    """What a baseline may foretell beside wet and dry; one that does not has no such method.

    A baseline whose scores only rank cells, and are no probabilities, says so by an attribute `probabilistic` that is
    False; they must not be negative.
    """

    def score(self, window: Mapping[str, Any]) -> NDArray[np.floating] | None:
        """The probability of every cell's being wet, or None."""
        ...

    def depth(self, window: Mapping[str, Any]) -> NDArray[np.floating] | None:
        """Depth of every cell, m, or None."""
        ...


def tabulate(
    windows: Windows,
    task: str,
    rows: Iterable[Mapping[str, Any]],
    models: Mapping[str, WaterModel],
    sizes: Mapping[str, int],
    baselines: Mapping[float, list[Baseline]],
    settings: EvaluateWater,
) -> Tables:
    """Predict some windows by every model and baseline, and count, but for the guard between seen and unseen ground.

    Args:
        windows: What make_windows wrote.
        task: ``emulate`` or ``nowcast``.
        rows: Of the index, as mappings: all, or one shard's.
        models: By name.
        sizes: Parameters of each model.
        baselines: By wet depth.
        settings: The params.
    """
    rows, tables = list(rows), Tables()
    if not rows:
        return tables
    permanent = windows.permanent
    ground = Ground.of(
        np.asarray(windows.region) != splits.GUARD,
        np.asarray(windows.block),
        np.asarray(permanent, bool),
    )
    depths = sorted({*baselines, *(depth for model in models.values() for depth in model.wet_depths)})
    for window in track(rows, f"scoring {task}"):
        rain = rain_class(recent_rain(windows, window["source"], settings.rain_frames), settings.rain_bins)
        truth = windows.depth_whole(window["target"])
        scene = Scene(ground, truth, depths, window["storm"], rain, len(settings.rain_bins) + 1)
        for depth, found in baselines.items():
            for rival in found:
                _count_rival(tables, scene, rival, depth, window)
        for name, model in models.items():
            _count_model(tables, scene, name, model, sizes[name], task, windows, window)
    return tables


def _count_rival(tables: Tables, scene: Scene, rival: Any, wet_depth: float, window: Mapping[str, Any]) -> None:
    tally = tables.of(rival.name, wet_depth, rival.parameters)
    scene.count(tally, wet_depth, rival.wet(window))
    score = rival.score(window) if hasattr(rival, "score") else None
    if score is not None:
        if getattr(rival, "probabilistic", True):
            tables.chances.add(rival.name)
            scene.rank(tally, wet_depth, log_odds(score))
        else:
            with np.errstate(divide="ignore"):
                scene.rank(tally, wet_depth, np.log(score))
    depth = rival.depth(window) if hasattr(rival, "depth") else None
    if depth is not None:
        scene.measure(tally, wet_depth, depth)


def _count_model(
    tables: Tables, scene: Scene, name: str, model: WaterModel, size: int, task: str, windows: Windows, window: Any
) -> None:
    chances, depths = predict(model.predictor(task), windows, model.groups, task, window["source"])
    depth = delivered_depth(model, task, chances, depths)
    tables.chances.add(name)
    for level, limit in enumerate(model.wet_depths):
        tally = tables.of(name, limit, size)
        scene.count(tally, limit, chances[level] >= np.float32(model.threshold(task, level)))
        scene.rank(tally, limit, log_odds(chances[level]))
        scene.measure(tally, limit, depth)


def delivered_depth(
    model: WaterModel, task: str, chances: NDArray[np.float32], depths: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The depth that users get: 0 where a cell is foretold dry, and at least the lowest wet depth where it is not.

    Args:
        model: Whose prediction it is.
        task: ``emulate`` or ``nowcast``.
        chances: Shape (wet depths, rows, columns).
        depths: The depth map, m, shape (rows, columns).
    """
    limit = np.float32(model.wet_depths[0])
    wet = chances[0] >= np.float32(model.threshold(task, 0))
    return np.where(wet, np.maximum(depths, limit), np.float32(0))
