"""Wet against dry: contingency tables that add up over maps, events and shards, and the scores made from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

HITS, FALSE_ALARMS, MISSES, CORRECT_NEGATIVES = 0, 1, 2, 3
"""Last axis of every table; where only the critical success index is asked for, the last of them is left out."""

PROBABILITIES = np.linspace(0.02, 0.98, 49)
"""Thresholds among which the one for deciding wet is chosen."""


def contingency(wet: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Hits, false alarms, misses and correct negatives of one map, or of any part of one."""
    hits = np.count_nonzero(wet & predicted)
    foretold, happened = np.count_nonzero(predicted), np.count_nonzero(wet)
    return np.array([hits, foretold - hits, happened - hits, wet.size - foretold - happened + hits], np.int64)


def contingency_by_group(base: NDArray[np.int64], predicted: NDArray[np.bool_], groups: int) -> NDArray[np.int64]:
    """One table per group of cells, shape (groups, 4), in a single pass.

    Args:
        base: ``4 * group + 2 * wet`` of every cell: what all predictions of one map share.
        predicted: Whether each of them is foretold to be wet.
        groups: How many groups there are.
    """
    counts = np.bincount(base + predicted, minlength=4 * groups).reshape(groups, 2, 2)
    return np.stack([counts[:, 1, 1], counts[:, 0, 1], counts[:, 1, 0], counts[:, 0, 0]], axis=-1).astype(np.int64)


def contingency_by_threshold(
    wet: NDArray[np.bool_], score: NDArray[np.floating], thresholds: NDArray[np.floating]
) -> NDArray[np.int64]:
    """The hits, false alarms and misses of deciding ``score >= threshold`` for each of some increasing thresholds.

    Returns:
        Shape (thresholds, 3).
    """
    # The number of thresholds that a cell passes; a cell passing k is wet for the first k.
    passed = np.searchsorted(thresholds, score.ravel(), side="right")
    count = len(thresholds)
    above_wet, above_dry = (
        np.bincount(passed[cells], minlength=count + 1)[::-1].cumsum()[::-1][1:]
        for cells in (wet.ravel(), ~wet.ravel())
    )
    return np.stack([above_wet, above_dry, np.count_nonzero(wet) - above_wet], axis=-1).astype(np.int64)


def critical_success_index(table: NDArray[np.number]) -> NDArray[np.float64]:
    """The share hits / (hits + false alarms + misses) over the last axis; NaN where nothing was wet or predicted so."""
    total = table[..., : MISSES + 1].sum(axis=-1).astype(np.float64)
    result = np.full(total.shape, np.nan)
    np.divide(table[..., HITS], total, out=result, where=total > 0)
    return result


def best_threshold(tables: NDArray[np.integer], thresholds: NDArray[np.floating]) -> tuple[float, float]:
    """The threshold of the highest critical success index, the lowest of equals, and that index (0 where undefined)."""
    index = np.nan_to_num(critical_success_index(tables), nan=0.0)
    best = int(index.argmax())
    return float(thresholds[best]), float(index[best])
