"""Wet against dry: contingency tables that add up over maps, events and shards, and the scores made from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from floodmark.learning.intervals import bootstrap_interval

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

HITS, FALSE_ALARMS, MISSES = 0, 1, 2
"""Last axis of every table."""

PROBABILITIES = np.linspace(0.02, 0.98, 49)
"""Thresholds among which the one for deciding wet is chosen."""


def contingency(wet: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Hits, false alarms and misses of one map, or of any part of one."""
    hits = np.count_nonzero(wet & predicted)
    return np.array([hits, np.count_nonzero(predicted) - hits, np.count_nonzero(wet) - hits], np.int64)


def contingency_by_block(
    wet: NDArray[np.bool_], predicted: NDArray[np.bool_], block: NDArray[np.integer], blocks: int
) -> NDArray[np.int64]:
    """One table per block, shape (blocks, 3); all arguments are one-dimensional, one item a cell."""
    cases = (wet & predicted, predicted & ~wet, wet & ~predicted)
    return np.stack([np.bincount(block[case], minlength=blocks) for case in cases], axis=-1).astype(np.int64)


def contingency_by_threshold(
    wet: NDArray[np.bool_], score: NDArray[np.floating], thresholds: NDArray[np.floating]
) -> NDArray[np.int64]:
    """The tables of deciding ``score >= threshold`` for each of some increasing thresholds, shape (thresholds, 3)."""
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
    total = table.sum(axis=-1).astype(np.float64)
    result = np.full(total.shape, np.nan)
    np.divide(table[..., HITS], total, out=result, where=total > 0)
    return result


def best_threshold(tables: NDArray[np.integer], thresholds: NDArray[np.floating]) -> tuple[float, float]:
    """The threshold of the highest critical success index, the lowest of equals, and that index (0 where undefined)."""
    index = np.nan_to_num(critical_success_index(tables), nan=0.0)
    best = int(index.argmax())
    return float(thresholds[best]), float(index[best])


@dataclass(frozen=True)
class Score:
    """A critical success index and its 95 % interval, NaN where one storm, or one block, cannot tell of others."""

    value: float
    low: float
    high: float


def score_over_storms(tables: NDArray[np.integer], rng: np.random.Generator, resamples: int) -> Score:
    """Score of shape (storms, 3) tables; the interval says what other storms over this ground would give."""
    return _one_way(tables.astype(float), critical_success_index, rng, resamples)


def difference_over_storms(
    first: NDArray[np.integer], second: NDArray[np.integer], rng: np.random.Generator, resamples: int
) -> Score:
    """Difference of two models' scores on the same storms, drawn together so that what storms share cancels."""

    def difference(sums: NDArray[np.floating]) -> NDArray[np.float64]:
        return critical_success_index(sums[:, :3]) - critical_success_index(sums[:, 3:])

    return _one_way(np.concatenate([first, second], axis=-1).astype(float), difference, rng, resamples)


def score_over_storms_and_blocks(
    tables: NDArray[np.integer], rng: np.random.Generator, resamples: int, level: float = 0.95
) -> Score:
    """Score of shape (storms, blocks, 3) tables, with an interval over other storms on other ground.

    Storms and blocks are drawn with replacement, each on its own, and a table counts once for every pairing of its
    draws (the pigeonhole bootstrap of Owen 2007, which is conservative).
    """
    return _two_way(tables.astype(float), critical_success_index, rng, resamples, level)


def difference_over_storms_and_blocks(
    first: NDArray[np.integer], second: NDArray[np.integer], rng: np.random.Generator, resamples: int
) -> Score:
    """As `difference_over_storms`, over storms and blocks."""

    def difference(sums: NDArray[np.floating]) -> NDArray[np.float64]:
        return critical_success_index(sums[..., :3]) - critical_success_index(sums[..., 3:])

    return _two_way(np.concatenate([first, second], axis=-1).astype(float), difference, rng, resamples, 0.95)


def _one_way(
    tables: NDArray[np.floating],
    statistic: Callable[[NDArray[np.floating]], NDArray[np.float64]],
    rng: np.random.Generator,
    resamples: int,
) -> Score:
    value = float(statistic(tables.sum(0, keepdims=True))[0])
    if len(tables) < 2:
        return Score(value, float("nan"), float("nan"))
    return Score(value, *bootstrap_interval(tables, statistic, rng, resamples))


def _two_way(
    tables: NDArray[np.floating],
    statistic: Callable[[NDArray[np.floating]], NDArray[np.float64]],
    rng: np.random.Generator,
    resamples: int,
    level: float,
) -> Score:
    value = float(statistic(tables.sum((0, 1))[None])[0])
    storms, blocks = tables.shape[:2]
    if min(storms, blocks) < 2:
        return Score(value, float("nan"), float("nan"))
    by_storm = rng.multinomial(storms, np.full(storms, 1 / storms), size=resamples).astype(float)
    by_block = rng.multinomial(blocks, np.full(blocks, 1 / blocks), size=resamples).astype(float)
    values = statistic(np.einsum("rs,sbk,rb->rk", by_storm, tables, by_block, optimize=True))
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return Score(value, float("nan"), float("nan"))
    tail = (1 - level) / 2
    return Score(value, *(float(number) for number in np.quantile(values, [tail, 1 - tail])))
