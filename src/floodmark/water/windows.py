"""Windows of rain history, terrain and depth, as memory-mapped arrays and an index of where to cut them.

Nothing is stored per window: rain is kept at its own resolution, terrain once, routed rain and depth once per moment.
A training window is a square of ground at one moment; all others are the whole ground.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.progress import say, track
from floodmark.storage import write_json, write_table
from floodmark.terrain.raster import read_raster
from floodmark.terrain.routing import Drainage
from floodmark.water import history, splits
from floodmark.water.features import NAMES, terrain_features
from floodmark.water.layout import INDEX, MILLIMETRES
from floodmark.water.moments import TASKS, Moment, moments_of, paired_windows
from floodmark.water.records import Record, read_records

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.settings.make_windows import MakeWindows


@dataclass(frozen=True)
class Ground:
    """The terrain side of the windows: everything that no event changes."""

    grid: Grid
    elevation: NDArray[np.float32]
    drainage: Drainage
    region: NDArray[np.uint8]
    block: NDArray[np.int32]
    corners: NDArray[np.int64]


@dataclass(frozen=True)
class Study:
    """All that windows are cut from, and the folder they go to."""

    folder: Path
    records: list[Record]
    moments: list[list[Moment]]
    split_of: dict[str, str]
    storm_of: dict[str, str]
    ground: Ground
    settings: MakeWindows


def make_windows(outputs_folder: Path, folder: Path, metrics: Path, settings: MakeWindows) -> None:
    """Cut all events of make_water into windows.

    Args:
        outputs_folder: Holds ``radar/``, ``storms/``, ``terrain/`` and ``water/depth/``.
        folder: Where the arrays and the index go.
        metrics: The JSON file of counts to write.
        settings: The params.

    Raises:
        UserError: if rasters lie on different grids, or events on different clocks.
    """
    terrain = outputs_folder / "terrain"
    records: list[Record] = []
    if not (terrain / "terrain.tif").exists():
        say("no terrain: the windows are empty")
        ground = _no_ground()
    else:
        records = read_records(outputs_folder / "water" / "depth", outputs_folder)
        ground = _read_ground(terrain, settings)
        if not records:
            say("no simulated events: the windows are empty")
        elif len(ground.corners) == 0:
            _say_no_window_fits(ground.grid, settings)
    _require_one_clock(records)
    split_of = splits.split_events(records, settings)
    storm_of = splits.storm_of_events(records, settings.independence_hours)
    moments = [moments_of(record, settings) for record in records]
    study = Study(folder, records, moments, split_of, storm_of, ground, settings)
    features = _write_ground(folder, ground)
    sums = _write_events(study)
    index = _index(study)
    write_table(folder / "index.parquet", index)
    write_json(folder / "statistics.json", _statistics(ground, features, sums, settings))
    write_json(metrics, _metrics(split_of, ground, sums, index))


def _read_ground(folder: Path, settings: MakeWindows) -> Ground:
    elevation, grid = read_raster(folder / "terrain.tif")
    valid = np.isfinite(elevation)
    region = splits.regions(grid.shape, settings.block_cells, settings.unseen_one_in, settings.guard_cells, valid)
    block = splits.block_ids(grid.shape, settings.block_cells)
    corners = window_corners(region == splits.SEEN, settings.patch_cells, settings.stride_cells)
    return Ground(grid, elevation, Drainage.load(folder / "drainage.npz"), region, block, corners)


def _no_ground() -> Ground:
    """The ground of a study without a heightmap: no cells."""
    none = (0, 0)
    network = Drainage(
        np.zeros(none, np.float32), np.zeros(none, np.int32), np.zeros(0, np.int32), np.zeros(none, np.int32)
    )
    corners = np.zeros((0, 2), np.int64)
    region, block = np.zeros(none, np.uint8), np.zeros(none, np.int32)
    return Ground(Grid("", 0.0, 0.0, 1.0, *none), np.zeros(none, np.float32), network, region, block, corners)


def _say_no_window_fits(grid: Grid, settings: MakeWindows) -> None:
    say(
        f"no training window of make_windows.patch_cells = {settings.patch_cells} cells fits on the seen ground of "
        f"{grid.height} by {grid.width} cells, so nothing is learnt: make it smaller, or block_cells or unseen_one_in "
        "larger"
    )


def _require_one_clock(records: list[Record]) -> None:
    """Refuse events on different clocks: the patterns count frames, which would then last differently long."""
    steps = {record.step: record for record in sorted(records, key=lambda item: item.name) if len(record.frames) > 1}
    if len(steps) > 1:
        found = ", ".join(
            f"{step / np.timedelta64(60, 's'):g} min ({record.origin}, {record.rain_path.name})"
            for step, record in sorted(steps.items())
        )
        raise UserError(
            f"rain has different time steps: {found}: make_windows.pattern counts frames, so they must be the same: "
            "set ingest_radar.time_step and generate_storms.time_step in params.yaml to the time between radar frames"
        )


def window_corners(allowed: NDArray[np.bool_], size: int, stride: int) -> NDArray[np.int64]:
    """North-west corners (row, column) of the squares of allowed cells only, on a lattice of the stride."""
    if min(allowed.shape) < size:
        return np.zeros((0, 2), np.int64)
    whole = box_sums(allowed, size) == size * size
    lattice = np.zeros_like(whole)
    lattice[::stride, ::stride] = True
    return np.argwhere(whole & lattice)


def box_sums(mask: NDArray[np.bool_], size: int) -> NDArray[np.int64]:
    """Count of true cells in every square of `size` cells, at its north-west corner."""
    total = np.zeros((mask.shape[0] + 1, mask.shape[1] + 1), np.int64)
    total[1:, 1:] = mask.astype(np.int64).cumsum(0).cumsum(1)
    return np.asarray(total[size:, size:] - total[:-size, size:] - total[size:, :-size] + total[:-size, :-size])


def _write_ground(folder: Path, ground: Ground) -> NDArray[np.float32]:
    features = np.zeros((len(NAMES), *ground.grid.shape), np.float32)
    if ground.elevation.size:
        features = terrain_features(ground.elevation, ground.drainage, ground.grid.cell_size)
    np.save(folder / "static.npy", features)
    np.save(folder / "elevation.npy", ground.elevation)
    np.save(folder / "region.npy", ground.region)
    np.save(folder / "block.npy", ground.block)
    return features


@dataclass
class _Sums:
    """Running sums over training events and seen cells, from which the statistics follow."""

    count: float
    total: NDArray[np.float64]
    square: NDArray[np.float64]
    wet: float = 0.0
    cells: float = 0.0

    def add_rain(self, routed: NDArray[np.float32]) -> None:
        """Add routed rain of shape (lengths, cells)."""
        values = routed.astype(np.float64)
        self.count += values.shape[1]
        self.total += values.sum(1)
        self.square += (values**2).sum(1)

    def add_water(self, depth: NDArray[np.float32], wet_depth: float) -> None:
        """Add the depth of some cells, m."""
        self.wet += float(np.count_nonzero(depth >= np.float32(wet_depth)))
        self.cells += depth.size


def _write_events(study: Study) -> _Sums:
    """Write rain.npy, routed.npy and depth.npy event by event; return sums over what may be learnt from."""
    folder, records, moments, ground, settings = (
        study.folder, study.records, study.moments, study.ground, study.settings,
    )  # fmt: skip
    rows = sum(len(items) for items in moments)
    targets = sum(item.snapshot >= 0 for items in moments for item in items)
    channels, routed_channels = len(settings.pattern) + 1, len(settings.routed_pattern)
    shape = ground.grid.shape
    coarse = _rain_shape(records, shape)
    rain_out = _create(folder / "rain.npy", (rows, channels, *coarse), np.float32)
    routed_out = _create(folder / "routed.npy", (rows, routed_channels, *shape), np.float16)
    depth_out = _create(folder / "depth.npy", (targets, *shape), np.uint16)
    seen = ground.region == splits.SEEN
    sums = _Sums(0.0, np.zeros(routed_channels), np.zeros(routed_channels))
    row = target = 0
    for record, items in track(list(zip(records, moments, strict=True)), "cutting windows"):
        learn = study.split_of[record.name] == splits.TRAIN
        hours = float(record.step / np.timedelta64(3600, "s"))
        rain, depth = record.rain(), record.depth()
        _require_nested(record, rain.grid, depth.grid, ground.grid)
        for item in items:
            frames = history.recent(rain, item.last_frame, settings.frames, rain.interpolated)
            rain_out[row, :-1] = history.pool(frames, settings.pattern)
            rain_out[row, -1] = history.missing_share(frames)
            routed = routed_rain(history.accumulate(frames, settings.routed_pattern, hours), ground)
            routed_out[row] = routed
            row += 1
            if learn:
                sums.add_rain(routed[:, seen])
            if item.snapshot >= 0:
                water = np.nan_to_num(depth[item.snapshot : item.snapshot + 1][0], nan=0.0)
                depth_out[target] = np.clip(np.rint(water * MILLIMETRES), 0, 65535)
                target += 1
                if learn:
                    sums.add_water(water[seen], settings.wet_depth)
    for array in (rain_out, routed_out, depth_out):
        if isinstance(array, np.memmap):
            array.flush()
    return sums


def _rain_shape(records: list[Record], shape: tuple[int, int]) -> tuple[int, int]:
    if not records:
        return shape
    return records[0].rain().grid.shape


def _create(path: Path, shape: tuple[int, ...], dtype: type) -> NDArray[Any]:
    """A memory-mapped .npy to fill; one without elements cannot be mapped and is written at once."""
    if 0 in shape:
        empty: NDArray[Any] = np.zeros(shape, dtype)
        np.save(path, empty)
        return empty
    return np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)


def _require_nested(record: Record, rain: Grid, depth: Grid, ground: Grid) -> None:
    same = (depth.shape == ground.shape) and np.allclose(depth.bounds, ground.bounds, atol=1e-3)
    if not same:
        raise UserError(f"{record.depth_path}: depth lies on another grid than the terrain; run make_water again")
    factor = rain.cell_size / ground.cell_size
    if abs(factor - round(factor)) > 1e-6 or not np.allclose(rain.bounds, ground.bounds, atol=1e-3):
        raise UserError(f"{record.rain_path}: rain does not nest in the terrain's grid; run ingest_radar again")


def routed_rain(accumulated: NDArray[np.float32], ground: Ground) -> NDArray[np.float32]:
    """Rain that fell upstream of every cell, log(1 + mm summed over cells), shape (lengths, rows, columns)."""
    factor = ground.grid.height // accumulated.shape[1]
    fine = accumulated.repeat(factor, axis=1).repeat(factor, axis=2)
    routed = np.stack([ground.drainage.route(layer) for layer in fine])
    return np.log1p(np.nan_to_num(routed, nan=0.0))


def _index(study: Study) -> pl.DataFrame:
    ground, settings = study.ground, study.settings
    depth = np.load(study.folder / "depth.npy", mmap_mode="r") if any(study.moments) else np.zeros((0, 1, 1), np.uint16)
    size, limit = settings.patch_cells, settings.wet_depth * MILLIMETRES
    corners = ground.corners
    centres = ground.block[corners[:, 0] + size // 2, corners[:, 1] + size // 2]
    tables: list[pl.DataFrame] = []
    for window in paired_windows(study.records, study.moments, settings.lead_minutes):
        split = study.split_of[window.event]
        if split == splits.TRAIN and len(corners) == 0:
            continue
        common = {
            "task": window.task, "event": window.event, "storm": study.storm_of[window.event], "split": split,
            "source": window.source, "target": window.target, "t0": window.t0, "time": window.time,
        }  # fmt: skip
        if split == splits.TRAIN:
            wet = box_sums(np.asarray(depth[window.target]) >= limit, size)[corners[:, 0], corners[:, 1]]
            own: dict[str, Any] = {
                "block": centres, "row": corners[:, 0], "col": corners[:, 1],
                "height": size, "width": size, "weight": wet / size**2,
            }  # fmt: skip
        else:
            own = {"block": [-1], "row": [0], "col": [0], "height": ground.grid.height, "width": ground.grid.width}
            own["weight"] = [1.0]
        table = pl.DataFrame(own).with_columns(pl.lit(value).alias(name) for name, value in common.items())
        tables.append(_typed(table))
    if not tables:
        return pl.DataFrame(schema=INDEX)
    index = pl.concat(tables).sort("task", "event", "time", "row", "col")
    return _weighted(index, settings.dry_weight)


def _typed(table: pl.DataFrame) -> pl.DataFrame:
    zoned = [pl.col(name).cast(pl.Datetime("us")).dt.replace_time_zone("UTC") for name in ("t0", "time")]
    return table.with_columns(zoned).select(pl.col(name).cast(dtype) for name, dtype in INDEX.items())


def _weighted(index: pl.DataFrame, dry_weight: float) -> pl.DataFrame:
    """Turn the wet share of training windows into the weight of their being drawn, 1 for the wettest."""
    training = pl.col("split") == splits.TRAIN
    largest = index.filter(training)["weight"].max() or 1.0
    scaled = dry_weight + (1 - dry_weight) * pl.col("weight") / largest
    return index.with_columns(pl.when(training).then(scaled).otherwise(1.0).cast(pl.Float32).alias("weight"))


def _statistics(ground: Ground, features: NDArray[np.float32], sums: _Sums, settings: MakeWindows) -> dict[str, Any]:
    """What reading the arrays takes, and means and deviations of the inputs over training events and seen cells."""
    seen = features[:, ground.region == splits.SEEN].astype(np.float64)
    if seen.shape[1] == 0:
        seen = np.zeros((len(NAMES), 1))
    mean = sums.total / max(sums.count, 1.0)
    deviation = np.sqrt(np.maximum(sums.square / max(sums.count, 1.0) - mean**2, 0.0))
    grid = ground.grid
    return {
        "grid": {
            "crs": grid.crs, "west": grid.west, "north": grid.north, "cell_size": grid.cell_size,
            "height": grid.height, "width": grid.width,
        },
        "pattern": list(settings.pattern),
        "routed_pattern": list(settings.routed_pattern),
        "lead_minutes": settings.lead_minutes,
        "wet_depth": settings.wet_depth,
        "static": {
            name: {"mean": float(values.mean()), "deviation": float(values.std())}
            for name, values in zip(NAMES, seen, strict=True)
        },
        "routed": [{"mean": float(m), "deviation": float(d)} for m, d in zip(mean, deviation, strict=True)],
    }  # fmt: skip


def _metrics(split_of: dict[str, str], ground: Ground, sums: _Sums, index: pl.DataFrame) -> dict[str, Any]:
    """What was counted: events, windows and cells by split, and the share of learnt cells that is wet."""
    names = (splits.TRAIN, splits.VALIDATION, splits.TEST, splits.PREDICT)
    counted = dict(
        index.group_by("task", "split").len().select(pl.concat_str("task", "split", separator=" "), "len").iter_rows()
    )
    return {
        "wet_share": sums.wet / max(sums.cells, 1.0),
        "events": {name: list(split_of.values()).count(name) for name in names},
        "windows": {task: {name: counted.get(f"{task} {name}", 0) for name in names} for task in TASKS},
        "cells": {
            name: int((ground.region == code).sum())
            for name, code in (("seen", splits.SEEN), ("unseen", splits.UNSEEN), ("guard", splits.GUARD))
        },
    }
