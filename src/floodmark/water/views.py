"""The tables of one task as seen on one split: unseen storms, unseen terrain, or events that are only predicted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from floodmark.learning.seeds import generator
from floodmark.water import splits
from floodmark.water.draws import Draws, over_storms, over_storms_and_blocks
from floodmark.water.rain_classes import class_names
from floodmark.water.tallies import ORDINARY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from numpy.typing import NDArray

    from floodmark.settings.evaluate_water import EvaluateWater
    from floodmark.water.dataset import Windows
    from floodmark.water.scoring import Tables

UNSEEN_STORMS, UNSEEN_TERRAIN, PREDICTED = "unseen_storms", "unseen_terrain", "predicted_events"
SPLITS = (UNSEEN_STORMS, UNSEEN_TERRAIN, PREDICTED)
"""Test storms over seen and over unseen ground; events that are only predicted, over all ground but the guard."""

ALL, NEWLY_FLOODED = "all", "newly_flooded"
"""Subsets beside the classes of rain: every cell, and those that are no permanent water."""


@dataclass(frozen=True)
class View:
    """What is counted on one split, and how it is resampled.

    Attributes:
        tables: Of the task.
        task: ``emulate`` or ``nowcast``.
        split: One of SPLITS.
        blocks: Numbers of the blocks of the split's ground.
        draws: The same for every model, so that differences are the models' and not luck's.
        subsets: Rain classes and kinds of cells, by name.
    """

    tables: Tables
    task: str
    split: str
    blocks: NDArray[np.int64]
    draws: Draws
    subsets: dict[str, tuple[slice, slice]]

    def keys(self, part: str) -> list[tuple[str, float]]:
        """The (model, wet depth) that something of a part was counted of, in order."""
        return sorted(key for key, tally in self.tables.tallies.items() if tally.has(part))

    def table(self, key: tuple[str, float], part: str, subset: str = ALL) -> NDArray[np.int64]:
        """The tables of a model at a wet depth, shape (storms, blocks, k): k numbers, of whatever shape they were."""
        whole = self.tables.tallies[key].stack(part, self.tables.storms)
        rains, kinds = self.subsets[subset]
        chosen = whole[:, rains][:, :, :, kinds][:, :, self.blocks].sum((1, 3))
        return np.asarray(chosen.reshape(*chosen.shape[:2], -1), np.int64)


def view(windows: Windows, tables: Tables, task: str, split: str, settings: EvaluateWater, seed: int) -> View:
    """The view of one split; intervals over unseen terrain draw storms and blocks, the others storms."""
    seen, unseen = blocks_of(windows, splits.SEEN), blocks_of(windows, splits.UNSEEN)
    blocks = {UNSEEN_STORMS: seen, UNSEEN_TERRAIN: unseen, PREDICTED: np.union1d(seen, unseen)}[split]
    rng = generator(seed, "evaluate_water", task, split)
    storms = len(tables.storms)
    if split == UNSEEN_TERRAIN:
        draws = over_storms_and_blocks(storms, len(blocks), rng, settings.resamples)
    else:
        draws = over_storms(storms, rng, settings.resamples)
    return View(tables, task, split, blocks, draws, _subsets(windows, settings))


def _subsets(windows: Windows, settings: EvaluateWater) -> dict[str, tuple[slice, slice]]:
    every = slice(None)
    subsets = {ALL: (every, every)}
    if np.asarray(windows.permanent).any():
        subsets[NEWLY_FLOODED] = (every, slice(ORDINARY, ORDINARY + 1))
    for index, name in enumerate(class_names(settings.rain_bins)):
        subsets[name] = (slice(index, index + 1), every)
    return subsets


def blocks_of(windows: Windows, code: int) -> NDArray[np.int64]:
    """Numbers of the blocks that have ground of a region, such as splits.UNSEEN."""
    return np.unique(np.asarray(windows.block)[np.asarray(windows.region) == code]).astype(np.int64)


def wet_storms(
    windows: Windows, rows: Iterable[Mapping[str, Any]], split: str, wet_depth: float, min_wet_cells: int
) -> list[str]:
    """The storms of which some map has at least so many wet cells on the ground of a view; sorted."""
    region = np.asarray(windows.region)
    regions = {UNSEEN_STORMS: region == splits.SEEN, UNSEEN_TERRAIN: region == splits.UNSEEN}
    scored = regions.get(split, region != splits.GUARD)
    found: set[str] = set()
    for row in rows:
        if row["storm"] in found:
            continue
        wet = windows.depth_whole(row["target"]) >= np.float32(wet_depth)
        if np.count_nonzero(wet & scored) >= min_wet_cells:
            found.add(row["storm"])
    return sorted(found)
