"""What validation storms decide: the best epoch of a training, and from which probability a cell is foretold wet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from floodmark import ranks
from floodmark.progress import say
from floodmark.water import splits, verification
from floodmark.water.prediction import predict

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch
    from numpy.typing import NDArray

    from floodmark.water.dataset import Windows


def spread_moments(rows: pl.DataFrame, moments: int) -> pl.DataFrame:
    """At most so many of each event's windows, spread evenly over its time, the last among them."""
    place, count = pl.int_range(pl.len()).over("event"), pl.len().over("event")
    # Of n windows in m parts the last of each part is taken.
    return rows.sort("event", "time").filter((place + 1) * moments // count > place * moments // count)


def validation_maps(windows: Windows, task: str, count: int) -> NDArray[np.int64]:
    """(source, target) of at most `count` validation maps, spread evenly; of training maps where there are none."""
    found = windows.pairs(task, splits.VALIDATION)
    if not found:
        say(f"no validation windows for {task}: the best epoch is chosen on training storms")
        found = windows.pairs(task, splits.TRAIN)
    pairs = np.array(found, np.int64).reshape(-1, 2)
    chosen = np.unique(np.linspace(0, len(pairs) - 1, min(count, len(pairs))).astype(int))
    return np.asarray(pairs[chosen])


def tables_by_threshold(
    network: torch.nn.Module,
    windows: Windows,
    groups: Sequence[str],
    task: str,
    maps: NDArray[np.int64],
    wet_depths: Sequence[float],
) -> NDArray[np.int64]:
    """Contingency tables over seen ground, shape (wet depths, thresholds, 3); ranks share the maps."""
    seen = windows.region == splits.SEEN
    tables = np.zeros((len(wet_depths), len(verification.PROBABILITIES), 3), np.int64)
    for source, target in maps[ranks.share(len(maps))]:
        chances, _ = predict(network, windows, groups, task, int(source))
        depth = windows.depth_whole(int(target))[seen]
        for level, limit in enumerate(wet_depths):
            wet, chance = depth >= np.float32(limit), chances[level][seen]
            tables[level] += verification.contingency_by_threshold(wet, chance, verification.PROBABILITIES)
    return ranks.summed(tables)


def choose_thresholds(
    network: torch.nn.Module,
    windows: Windows,
    groups: Sequence[str],
    task: str,
    wet_depths: Sequence[float],
    count: int,
) -> tuple[list[float], list[float]]:
    """Probabilities that decide best on at most `count` validation maps, and the index there, per wet depth."""
    if windows.select(task, splits.TRAIN).height == 0:
        return [0.5] * len(wet_depths), [float("nan")] * len(wet_depths)
    tables = tables_by_threshold(network, windows, groups, task, validation_maps(windows, task, count), wet_depths)
    chosen = [verification.best_threshold(table, verification.PROBABILITIES) for table in tables]
    return [threshold for threshold, _ in chosen], [index for _, index in chosen]
