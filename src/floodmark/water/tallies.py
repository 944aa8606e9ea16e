"""Counts of everything that is scored, additive over maps, storms, shards and ranks: whole numbers, so exactly so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from floodmark.water.depth_errors import depth_sums_by_group
from floodmark.water.layout import MILLIMETRES
from floodmark.water.reliability import BINS, histogram_by_group
from floodmark.water.verification import contingency_by_group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

CASES, HISTOGRAM, DEPTHS = "cases", "histogram", "depths"
"""What is tallied: contingency tables (4), wet and dry cells by log-odds (2, BINS), sums of depth errors (6)."""

ORDINARY, PERMANENT = 0, 1
"""Kinds of cells: those that may be newly flooded, and permanent water."""


@dataclass
class Tally:
    """Counts of one model at one wet depth, by part and storm, each of shape (rain bins, blocks, kinds, ...)."""

    counts: dict[tuple[str, str], NDArray[np.int64]] = field(default_factory=dict)

    def add(self, part: str, storm: str, rain: int, rains: int, table: NDArray[np.int64]) -> None:
        """Add one map's table of shape (blocks, kinds, ...), of rain bin `rain` out of `rains`."""
        if (part, storm) not in self.counts:
            self.counts[part, storm] = np.zeros((rains, *table.shape), np.int64)
        self.counts[part, storm][rain] += table

    def __add__(self, other: Tally) -> Tally:
        """What one tally over the maps of both would hold.

        Raises:
            ValueError: if they were made with other rain bins, blocks or kinds.
        """
        both = {key: table.copy() for key, table in self.counts.items()}
        for key, table in other.counts.items():
            if key in both and both[key].shape != table.shape:
                raise ValueError(f"tallies of shapes {both[key].shape} and {table.shape} do not add up")
            both[key] = both[key] + table if key in both else table.copy()
        return Tally(both)

    def has(self, part: str) -> bool:
        """Whether anything of that part was counted."""
        return any(key[0] == part for key in self.counts)

    def stack(self, part: str, storms: Sequence[str]) -> NDArray[np.int64]:
        """The tables of some storms, shape (storms, rain bins, blocks, kinds, ...); zero for one that has none."""
        some = next(table for key, table in self.counts.items() if key[0] == part)
        return np.stack([self.counts.get((part, storm), np.zeros_like(some)) for storm in storms])


@dataclass(frozen=True)
class Ground:
    """The cells that are scored.

    Attributes:
        cells: Their flat numbers.
        group: ``kinds * block + kind`` of each.
        blocks: How many blocks there are.
        kinds: 2 where there is permanent water, else 1.
    """

    cells: NDArray[np.intp]
    group: NDArray[np.int64]
    blocks: int
    kinds: int

    @classmethod
    def of(cls, scored: NDArray[np.bool_], block: NDArray[np.integer], permanent: NDArray[np.bool_] | None) -> Ground:
        """The scored cells of rasters of one shape."""
        kinds = 1 if permanent is None or not permanent.any() else 2
        group = block.astype(np.int64) * kinds
        if permanent is not None and kinds == 2:
            group = group + permanent
        return cls(np.flatnonzero(scored), group[scored], int(block.max(initial=-1)) + 1, kinds)


class Scene:
    """One map's truth, made ready for any number of predictions of it."""

    def __init__(
        self,
        ground: Ground,
        truth: NDArray[np.floating],
        wet_depths: Sequence[float],
        storm: str,
        rain: int,
        rains: int,
    ) -> None:
        """Take in the truth.

        Args:
            ground: The cells that are scored.
            truth: Depth, m, shape (rows, columns).
            wet_depths: Depths, m, at or above which a cell is wet.
            storm: What it is of.
            rain: Rain bin of the map.
            rains: How many rain bins there are.
        """
        self.ground, self.storm, self.rain, self.rains = ground, storm, rain, rains
        depth = np.take(truth, ground.cells)
        self.wet = {limit: depth >= np.float32(limit) for limit in wet_depths}
        self._cases = {limit: 4 * ground.group + 2 * wet for limit, wet in self.wet.items()}
        self._bins = {limit: BINS * (2 * ground.group + wet) for limit, wet in self.wet.items()}
        self._where = {limit: np.flatnonzero(wet) for limit, wet in self.wet.items()}
        self._millimetres = np.rint(depth * MILLIMETRES).astype(np.int64)

    def count(self, tally: Tally, limit: float, foretold: NDArray[np.bool_]) -> None:
        """Add the contingency tables of a map of cells foretold to be as deep as `limit`."""
        table = contingency_by_group(self._cases[limit], np.take(foretold, self.ground.cells), self._groups)
        self._add(tally, CASES, table)

    def rank(self, tally: Tally, limit: float, logit: NDArray[np.floating]) -> None:
        """Add the histograms of a map of log-odds."""
        table = histogram_by_group(self._bins[limit], np.take(logit, self.ground.cells), self._groups)
        self._add(tally, HISTOGRAM, table)

    def measure(self, tally: Tally, limit: float, depth: NDArray[np.floating]) -> None:
        """Add the errors of a map of depths, m, in the cells that are truly as deep as `limit`."""
        where = self._where[limit]
        foretold = np.take(depth, self.ground.cells[where])
        table = depth_sums_by_group(self._millimetres[where], foretold, self.ground.group[where], self._groups)
        self._add(tally, DEPTHS, table)

    @property
    def _groups(self) -> int:
        return self.ground.blocks * self.ground.kinds

    def _add(self, tally: Tally, part: str, table: NDArray[np.int64]) -> None:
        shaped = table.reshape(self.ground.blocks, self.ground.kinds, *table.shape[1:])
        tally.add(part, self.storm, self.rain, self.rains, shaped)
