"""Rain, routed rain and depth of all moments, written as shards in one pass over the events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from floodmark.errors import UserError
from floodmark.progress import track
from floodmark.water import history, splits
from floodmark.water.layout import DEPTH, MILLIMETRES, RAIN, ROUTED
from floodmark.water.shards import ShardWriter
from floodmark.water.statistics import RoutedSums

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from floodmark.grid import Grid
    from floodmark.water.ground import Ground
    from floodmark.water.moments import Moment
    from floodmark.water.records import Record
    from floodmark.water.study import Study


@dataclass
class Found:
    """What a pass over the events finds beside the arrays.

    Attributes:
        routed: Sums over training storms and seen cells.
        wet: Wet cells of the depths of training storms on seen ground.
        cells: All cells of these.
        known: Cells whose depth is known at every moment, shape (rows, columns).
        permanent: Cells that are wet before the rain of every event, shape (rows, columns).
    """

    routed: RoutedSums
    wet: int
    cells: int
    known: NDArray[np.bool_]
    permanent: NDArray[np.bool_]

    @property
    def wet_share(self) -> float:
        """Of the cells that may be learnt from, over all depths."""
        return self.wet / max(self.cells, 1)


def write_arrays(study: Study) -> Found:
    """Write the shards of rain, routed and depth, event by event: no more than one moment and its history is held."""
    ground, settings = study.ground, study.settings
    rows = sum(len(items) for items in study.moments)
    targets = sum(item.snapshot >= 0 for items in study.moments for item in items)
    coarse = study.records[0].rain().grid.shape if study.records else ground.grid.shape
    sizes: list[tuple[str, int, tuple[int, ...], type]] = [
        (RAIN, rows, (len(settings.pattern) + 1, *coarse), np.float32),
        (ROUTED, rows, (len(settings.routed_spans), *ground.grid.shape), np.float16),
        (DEPTH, targets, ground.grid.shape, np.uint16),
    ]
    writers = {
        name: ShardWriter(study.folder / name, count, shape, dtype, settings.shard_mib)
        for name, count, shape, dtype in sizes
    }
    found = _nothing_found(study)
    for record, items in track(list(zip(study.records, study.moments, strict=True)), "cutting windows"):
        _write_event(study, record, items, writers, found)
    for writer in writers.values():
        writer.close()
    return found


def _nothing_found(study: Study) -> Found:
    valid = np.isfinite(study.ground.elevation)
    wet_at_first = valid if study.records else np.zeros_like(valid)
    return Found(RoutedSums.none(len(study.settings.routed_spans)), 0, 0, valid, wet_at_first)


def _write_event(
    study: Study, record: Record, items: list[Moment], writers: dict[str, ShardWriter], found: Found
) -> None:
    ground, settings = study.ground, study.settings
    learn, seen = study.split_of[record.name] == splits.TRAIN, ground.seen
    hours = float(record.step / np.timedelta64(3600, "s"))
    limit = np.float32(settings.wet_depth)
    rain, depth, initial = record.rain(), record.depth(), record.initial_depth()
    _require_nested(record, rain.grid, depth.grid, ground.grid)
    found.permanent = found.permanent & (False if initial is None else np.nan_to_num(initial, nan=0.0) >= limit)
    for item in items:
        frames = history.recent(rain, item.last_frame, settings.frames, rain.interpolated)
        pooled = history.pool(frames, settings.pattern, settings.reducer)
        writers[RAIN].append(np.concatenate([pooled, history.missing_share(frames)[None]]))
        routed = routed_rain(history.accumulate(frames, settings.routed_spans, hours), ground).astype(np.float16)
        writers[ROUTED].append(routed)
        if learn:
            found.routed.add(routed[:, seen])
        if item.snapshot < 0:
            continue
        water = depth[item.snapshot : item.snapshot + 1][0]
        found.known = found.known & np.isfinite(water)
        water = np.nan_to_num(water, nan=0.0)
        writers[DEPTH].append(np.clip(np.rint(water * MILLIMETRES), 0, 65535).astype(np.uint16))
        if learn:
            found.wet += int(np.count_nonzero(water[seen] >= limit))
            found.cells += int(np.count_nonzero(seen))


def _require_nested(record: Record, rain: Grid, depth: Grid, ground: Grid) -> None:
    same = (depth.shape == ground.shape) and np.allclose(depth.bounds, ground.bounds, atol=1e-3)
    if not same:
        raise UserError(f"{record.depth_path}: depth lies on another grid than the terrain; run make_water again")
    factor = rain.cell_size / ground.cell_size
    if abs(factor - round(factor)) > 1e-6 or not np.allclose(rain.bounds, ground.bounds, atol=1e-3):
        raise UserError(f"{record.rain_path}: rain does not nest in the terrain's grid; run ingest_radar again")


def routed_rain(accumulated: NDArray[np.float32], ground: Ground) -> NDArray[np.float32]:
    """Rain that fell upstream of every cell, log(1 + mm summed over cells), shape (channels, rows, columns)."""
    factor = ground.grid.height // accumulated.shape[1]
    fine = accumulated.repeat(factor, axis=1).repeat(factor, axis=2)
    routed = np.stack([ground.drainage.route(layer) for layer in fine])
    return np.log1p(np.nan_to_num(routed, nan=0.0))
