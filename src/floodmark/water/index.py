"""The index of windows: where to cut which moments, and how often training shall draw each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from floodmark.water import splits
from floodmark.water.duplicates import Content, Duplicates
from floodmark.water.ground import box_sums
from floodmark.water.layout import DEPTH, INDEX, MILLIMETRES, MOMENTS, RAIN, ROUTED
from floodmark.water.moments import Window, paired_windows
from floodmark.water.shards import Shards
from floodmark.water.study import zoned

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from floodmark.water.study import Study


@dataclass
class _Rows:
    """Rows of the index as they are found, each the number of its window and of its corner, -1 for the whole ground."""

    window: list[NDArray[np.int64]] = field(default_factory=list)
    corner: list[NDArray[np.int64]] = field(default_factory=list)
    share: list[NDArray[np.float64]] = field(default_factory=list)

    def add(self, window: int, corners: NDArray[np.int64], shares: NDArray[np.float64]) -> None:
        self.window.append(np.full(len(corners), window))
        self.corner.append(corners)
        self.share.append(shares)


def make_index(study: Study) -> pl.DataFrame:
    """Index the arrays that were written to the study's folder.

    Training storms are cut into squares of seen ground, all others are left whole. Of dry squares that are the same
    to the last bit, only the first in the index's order is kept, with the count of all.

    Returns:
        The columns of `layout.INDEX`, by task, event, time, row and column.
    """
    corners, size = study.ground.corners, study.settings.patch_cells
    content, duplicates, rows = _Reader(study), Duplicates(), _Rows()
    windows = _used(study)
    for number, window in enumerate(windows):
        if study.split_of[window.event] != splits.TRAIN:
            rows.add(number, np.array([-1]), np.array([1.0]))
            duplicates.pass_over(1)
            continue
        shares = content.wet(window.target)[corners[:, 0], corners[:, 1]] / size**2
        kept = duplicates.first(window.task, content.of(window), corners, shares == 0)
        rows.add(number, kept, shares[kept])
    if not windows:
        return pl.DataFrame(schema=INDEX)
    index = _table(study, windows, rows, np.array(duplicates.counts))
    # Storms come by name and moments by time, so of the same windows the first found is the first here too.
    return _weighted(index.sort("task", "event", "time", "row", "col"), study.settings.dry_weight)


def make_moments(study: Study) -> pl.DataFrame:
    """Every moment that is used, those included whose training windows all are the same as earlier ones.

    Returns:
        The columns of `layout.MOMENTS`, by event and time.
    """
    rows = [
        (window.task, window.event, study.split_of[window.event], window.source, window.target)
        for window in _used(study)
    ]
    return pl.DataFrame(rows, schema=MOMENTS, orient="row")


def _used(study: Study) -> list[Window]:
    """The moments of all storms but those left out; of training ones only where a window fits on seen ground."""
    left = {splits.LEFT_OUT} if len(study.ground.corners) else {splits.LEFT_OUT, splits.TRAIN}
    every = paired_windows(study.records, study.moments, study.settings.lead_minutes)
    return [window for window in every if study.split_of[window.event] not in left]


class _Reader:
    """The arrays of a study as windows of one size need them."""

    def __init__(self, study: Study) -> None:
        self._rain, self._routed, self._depth = (Shards(study.folder / name) for name in (RAIN, ROUTED, DEPTH))
        self._size, self._limit = study.settings.patch_cells, study.settings.wet_depth * MILLIMETRES
        self._seen = study.ground.seen

    def wet(self, target: int) -> NDArray[np.int64]:
        """Count of wet cells on seen ground, of the window at every corner."""
        return box_sums((np.asarray(self._depth[target]) >= self._limit) & self._seen, self._size)

    def of(self, window: Window) -> Content:
        """What lies at a window's moments."""
        rain, routed, depth = self._rain[window.source], self._routed[window.source], self._depth[window.target]
        return Content(np.asarray(rain), np.asarray(routed), np.asarray(depth), self._size)


def _table(study: Study, windows: list[Window], rows: _Rows, counts: NDArray[np.int64]) -> pl.DataFrame:
    """Columns from the numbers of windows and corners."""
    ground, size = study.ground, study.settings.patch_cells
    number, corner = np.concatenate(rows.window), np.concatenate(rows.corner)
    whole = corner < 0
    # A row for the corner of the whole ground stands behind all others, where the number -1 finds it.
    places = np.concatenate([ground.corners, np.zeros((1, 2), np.int64)])
    middle = ground.corners + size // 2
    blocks = np.concatenate([ground.block[middle[:, 0], middle[:, 1]], [-1]])
    of_windows: dict[str, Any] = {
        "task": [window.task for window in windows],
        "event": [window.event for window in windows],
        "storm": [study.storm_of[window.event] for window in windows],
        "split": [study.split_of[window.event] for window in windows],
        "source": [window.source for window in windows],
        "target": [window.target for window in windows],
        "t0": np.array([window.t0 for window in windows], "datetime64[us]"),
        "time": np.array([window.time for window in windows], "datetime64[us]"),
    }
    own = pl.DataFrame(
        {
            "block": blocks[corner], "row": places[corner, 0], "col": places[corner, 1],
            "height": np.where(whole, ground.grid.height, size), "width": np.where(whole, ground.grid.width, size),
            "weight": np.concatenate(rows.share), "count": counts,
        }
    )  # fmt: skip
    table = pl.concat([pl.DataFrame(of_windows)[number], own], how="horizontal")
    return zoned(table, "t0", "time").select(pl.col(name).cast(kind) for name, kind in INDEX.items())


def _weighted(index: pl.DataFrame, dry_weight: float) -> pl.DataFrame:
    """Turn the wet share of training windows into the weight of their being drawn, 1 for the wettest, times count."""
    training = pl.col("split") == splits.TRAIN
    largest = index.filter(training)["weight"].max() or 1.0
    scaled = (dry_weight + (1 - dry_weight) * pl.col("weight") / largest) * pl.col("count")
    return index.with_columns(pl.when(training).then(scaled).otherwise(1.0).cast(pl.Float32).alias("weight"))
