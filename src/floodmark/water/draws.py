"""Which storms and which blocks of ground each bootstrap sample holds, drawn once for all models and all scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from floodmark.learning.resampling import Estimate, percentile_interval

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Statistics = Callable[[NDArray[np.floating]], dict[str, NDArray[np.float64]]]


@dataclass(frozen=True)
class Draws:
    """How often every storm, and every block where blocks are drawn too, stands in each sample.

    Attributes:
        by_storm: Shape (samples, storms); without samples where one storm, or one block, cannot tell of others.
        by_block: Shape (samples, blocks), or None where the ground is the same in all samples.
    """

    by_storm: NDArray[np.float64]
    by_block: NDArray[np.float64] | None

    def sums(self, tables: NDArray[np.number]) -> NDArray[np.float64]:
        """Sums of additive tables of shape (storms, blocks, k) over each sample, shape (samples, k)."""
        storms, blocks, width = tables.shape
        if self.by_block is None:
            return np.asarray(self.by_storm @ tables.sum(1).astype(float))
        of_blocks = (self.by_storm @ tables.reshape(storms, blocks * width).astype(float)).reshape(-1, blocks, width)
        return np.asarray(np.einsum("rbk,rb->rk", of_blocks, self.by_block))


def over_storms(storms: int, rng: np.random.Generator, resamples: int) -> Draws:
    """Samples that say what other storms over this ground would give (Efron and Tibshirani 1993, chapter 13)."""
    return Draws(_drawn(storms, rng, resamples if storms > 1 else 0), None)


def over_storms_and_blocks(storms: int, blocks: int, rng: np.random.Generator, resamples: int) -> Draws:
    """Samples that say what other storms over other ground would give.

    Storms and blocks are drawn with replacement, each on its own, and a table counts once for every pairing of its
    draws (the pigeonhole bootstrap of Owen 2007, which is conservative).
    """
    samples = resamples if min(storms, blocks) > 1 else 0
    return Draws(_drawn(storms, rng, samples), _drawn(blocks, rng, samples))


def _drawn(units: int, rng: np.random.Generator, samples: int) -> NDArray[np.float64]:
    # Multinomial weights are the counts of drawing n units with replacement, and sum without gathering.
    if samples == 0:
        return np.zeros((0, units))
    return rng.multinomial(units, np.full(units, 1 / units), size=samples).astype(float)


def estimates(tables: NDArray[np.number], statistics: Statistics, draws: Draws) -> dict[str, Estimate]:
    """Statistics of additive tables with their 95 % intervals, which are NaN where nothing can be drawn.

    Args:
        tables: Shape (storms, blocks, k).
        statistics: Maps sums of shape (n, k) to n values by name; NaN values are left out of an interval.
        draws: The samples.
    """
    whole, samples = statistics(tables.sum((0, 1), dtype=float)[None]), statistics(draws.sums(tables))
    return {name: Estimate(float(value[0]), *percentile_interval(samples[name])) for name, value in whole.items()}


def difference(
    first: NDArray[np.number], second: NDArray[np.number], statistics: Statistics, draws: Draws
) -> dict[str, Estimate]:
    """What one model's statistics are above another's, drawn together: what storms and blocks share cancels."""
    width = first.shape[-1]

    def gaps(sums: NDArray[np.floating]) -> dict[str, NDArray[np.float64]]:
        above, below = statistics(sums[:, :width]), statistics(sums[:, width:])
        return {name: np.asarray(above[name] - below[name]) for name in above}

    return estimates(np.concatenate([first, second], axis=-1), gaps, draws)
