"""What baselines learn: one number, on some training maps over seen ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from floodmark.water import splits
from floodmark.water.verification import best_threshold, contingency_by_threshold

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from floodmark.water.dataset import Windows

FITTED_MAPS = 60
"""Maps that are fitted on, at most, spread evenly over those for training: one number is learnt."""

STEPS = 200
"""Thresholds tried."""


def training_maps(windows: Windows, task: str) -> list[tuple[int, int]]:
    """Rows (source, target) of the training maps that baselines are fitted on, dry ones as often as there are such."""
    maps = windows.pairs(task, splits.TRAIN)
    return [maps[place] for place in np.unique(np.linspace(0, len(maps) - 1, min(FITTED_MAPS, len(maps))).astype(int))]


def fit_threshold(
    windows: Windows,
    task: str,
    wet_depth: float,
    score: Callable[[int], NDArray[np.floating]],
    thresholds: NDArray[np.floating] | None = None,
) -> float:
    """The threshold of the highest critical success index at or above which a score means wet.

    Args:
        windows: What make_windows wrote.
        task: ``emulate`` or ``nowcast``.
        wet_depth: m.
        score: The map of a source row, 0 or more, shape (rows, columns).
        thresholds: Tried, increasing; evenly spread up to the highest score where not given.

    Returns:
        Infinity where nothing was wet, or there is no map.
    """
    maps, seen = training_maps(windows, task), np.asarray(windows.region) == splits.SEEN
    if not maps or not seen.any():
        return float("inf")
    if thresholds is None:
        highest = max(float(score(source)[seen].max()) for source, _ in maps)
        thresholds = np.linspace(0.0, highest, STEPS + 1)[1:].astype(np.float32)
    tables = np.zeros((len(thresholds), 3), np.int64)
    for source, target in maps:
        wet = windows.depth_whole(target)[seen] >= np.float32(wet_depth)
        tables += contingency_by_threshold(wet, score(source)[seen], thresholds)
    threshold, index = best_threshold(tables, thresholds)
    return threshold if index > 0 else float("inf")
