"""Contingency tables of every model and baseline over held-out storms, and the rows of scores made from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.learning.confusion import contingency_scores
from floodmark.learning.seeds import generator
from floodmark.progress import track
from floodmark.water import splits
from floodmark.water import verification as verify
from floodmark.water.baselines import AllDry, Baseline, Climatology, PersistenceOracle, RoutedRain
from floodmark.water.moments import NOWCAST
from floodmark.water.prediction import WaterModel, predict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from floodmark.settings.evaluate_water import EvaluateWater
    from floodmark.water.dataset import Windows

UNSEEN_STORMS, UNSEEN_TERRAIN, PREDICTED = "unseen_storms", "unseen_terrain", "predicted_events"
SPLITS = (UNSEEN_STORMS, UNSEEN_TERRAIN, PREDICTED)
"""Test storms over seen and over unseen ground; events that are only predicted, over all ground but the guard."""

SCORE = "critical_success_index"
COLUMNS = ("model", "task", "split", "wet_depth", SCORE, "low", "high", "parameters")
BASELINES = (Climatology.name, RoutedRain.name, AllDry.name)


@dataclass
class Tables:
    """Contingency tables of shape (storms, blocks, 3), by (model, wet depth); they add up over shards of maps."""

    storms: list[str]
    blocks: int
    counts: dict[tuple[str, float], NDArray[np.int64]] = field(default_factory=dict)
    parameters: dict[tuple[str, float], int] = field(default_factory=dict)

    def add(self, name: str, wet_depth: float, parameters: int, storm: str, table: NDArray[np.int64]) -> None:
        """Add the (blocks, 3) tables of one map."""
        key = (name, wet_depth)
        if key not in self.counts:
            self.counts[key] = np.zeros((len(self.storms), self.blocks, 3), np.int64)
            self.parameters[key] = parameters
        self.counts[key][self.storms.index(storm)] += table


def tabulate(
    windows: Windows, task: str, split: str, models: dict[str, WaterModel], sizes: dict[str, int], classes: int
) -> Tables:
    """Predict every window of a split by every model and baseline, and count.

    Args:
        windows: What make_windows wrote.
        task: ``emulate`` or ``nowcast``.
        split: ``test`` or ``predict``.
        models: By name.
        sizes: Parameters of each model.
        classes: Of drainage area, for climatology.
    """
    rows = windows.select(task, split)
    scored = np.asarray(windows.region) != splits.GUARD
    block = np.asarray(windows.block)[scored]
    tables = Tables(sorted(set(rows["storm"].to_list())), int(windows.block.max(initial=-1)) + 1)
    if rows.height == 0:
        return tables
    depths = sorted({depth for model in models.values() for depth in model.wet_depths})
    rivals = {depth: _rivals(windows, task, depth, classes) for depth in depths}
    for window in track(list(rows.iter_rows(named=True)), f"scoring {task}, {split}"):
        truth = windows.depth_whole(window["target"])[scored]
        wet = {depth: truth >= np.float32(depth) for depth in depths}

        def count(name: str, depth: float, size: int, foretold: NDArray[np.bool_]) -> None:
            table = verify.contingency_by_block(wet[depth], foretold[scored], block, tables.blocks)  # noqa: B023
            tables.add(name, depth, size, window["storm"], table)  # noqa: B023

        for depth in depths:
            for rival in rivals[depth]:
                count(rival.name, depth, rival.parameters, rival.wet(window))
        for name, model in models.items():
            chances, _ = predict(model.networks[task], windows, model.groups, task, window["source"])
            for level, depth in enumerate(model.wet_depths):
                count(name, depth, sizes[name], chances[level] >= np.float32(model.threshold(task, level)))
    return tables


def _rivals(windows: Windows, task: str, depth: float, classes: int) -> list[Baseline]:
    rivals: list[Baseline] = [
        Climatology(windows, task, depth, classes),
        RoutedRain(windows, task, depth),
        AllDry(windows.grid.shape),
    ]
    return [*rivals, PersistenceOracle(windows, depth)] if task == NOWCAST else rivals


def blocks_of(windows: Windows, code: int) -> NDArray[np.int64]:
    """Numbers of the blocks that have ground of a region, such as splits.UNSEEN."""
    return np.unique(np.asarray(windows.block)[np.asarray(windows.region) == code]).astype(np.int64)


def score(
    windows: Windows, task: str, tables: Tables, models: list[str], settings: EvaluateWater, seed: int, split: str
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows of scores.csv, and metrics as nested numbers, of one task and one of SPLITS."""
    if not tables.counts:
        return [], {}
    seen, unseen = blocks_of(windows, splits.SEEN), blocks_of(windows, splits.UNSEEN)
    chosen = {UNSEEN_STORMS: seen, UNSEEN_TERRAIN: unseen, PREDICTED: np.union1d(seen, unseen)}[split]
    counts = {key: table[:, chosen] for key, table in tables.counts.items()}
    two_way = split == UNSEEN_TERRAIN
    rows: list[dict[str, Any]] = []
    metrics: dict[str, Any] = {}

    def rng() -> np.random.Generator:
        # The same draws of storms for all: intervals differ by the models, not by luck.
        return generator(seed, "evaluate_water", task, split)

    for (name, depth), table in sorted(counts.items()):
        if two_way:
            result = verify.score_over_storms_and_blocks(table, rng(), settings.resamples)
        else:
            result = verify.score_over_storms(table.sum(1), rng(), settings.resamples)
        size = tables.parameters[name, depth]
        rows.append(
            dict(zip(COLUMNS, (name, task, split, depth, result.value, result.low, result.high, size), strict=True))
        )
    indices = {(row["model"], row["wet_depth"]): row for row in rows}
    for name, depth in sorted(key for key in counts if key[0] in models):
        row, table = indices[name, depth], counts[name, depth]
        known = {item: float(indices[item, depth][SCORE]) for item in BASELINES}
        best = max(known, key=lambda item: np.nan_to_num(known[item], nan=-1.0))
        rival = counts[best, depth]
        if two_way:
            gain = verify.difference_over_storms_and_blocks(table, rival, rng(), settings.resamples)
        else:
            gain = verify.difference_over_storms(table.sum(1), rival.sum(1), rng(), settings.resamples)
        others = contingency_scores(*(float(number) for number in table.sum((0, 1))))
        metrics.setdefault(name, {})[f"{depth:g} m"] = {
            **others,
            "low": row["low"],
            "high": row["high"],
            f"{Climatology.name}_{SCORE}": indices[Climatology.name, depth][SCORE],
            f"best_baseline_{SCORE}": indices[best, depth][SCORE],
            "gain_over_best_baseline": {"value": gain.value, "low": gain.low, "high": gain.high},
        }
    return rows, metrics
