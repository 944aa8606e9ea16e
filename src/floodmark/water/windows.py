"""Windows of rain history, terrain and depth, as memory-mapped arrays and an index of where to cut them.

Nothing is stored per window: rain is kept at its own resolution, terrain once, routed rain and depth once per moment.
A training window is a square of ground at one moment; all others are the whole ground.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from floodmark.errors import UserError
from floodmark.hydraulics.site import make_site
from floodmark.progress import say
from floodmark.storage import write_json, write_table
from floodmark.water import splits
from floodmark.water.arrays import Found, write_arrays
from floodmark.water.coarse_files import write_coarse
from floodmark.water.dataset import Windows
from floodmark.water.ground import Ground, no_ground, read_ground
from floodmark.water.index import make_index, make_moments
from floodmark.water.leakage import leakage
from floodmark.water.moments import TASKS, moments_of
from floodmark.water.records import Record, read_records
from floodmark.water.running import how_water_runs
from floodmark.water.statistics import elevation_statistics, terrain_statistics
from floodmark.water.study import Study

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.settings.make_water import MakeWater
    from floodmark.settings.make_windows import MakeWindows


def make_windows(
    outputs_folder: Path, water_folder: Path, folder: Path, metrics: Path, settings: MakeWindows, water: MakeWater
) -> None:
    """Cut all events of make_water into windows.

    Args:
        outputs_folder: Holds ``radar/``, ``storms/``, ``terrain/`` and ``water/depth/``.
        water_folder: ``data/water``, of what else the simulation on coarser cells reads.
        folder: Where the arrays and the index go.
        metrics: The JSON file of counts to write.
        settings: The params.
        water: How water runs, for the simulation on coarser cells.

    Raises:
        UserError: if rasters lie on different grids, or events on different clocks.
        RuntimeError: if something held out has found its way into training.
    """
    study = _read_study(outputs_folder, folder, settings)
    features = study.ground.features()
    found = write_arrays(study)
    _write_rasters(study, features, found)
    _simulate_coarse(study, water_folder, water)
    index = make_index(study)
    write_table(folder / "index.parquet", index)
    write_table(folder / "moments.parquet", make_moments(study))
    write_table(folder / "events.parquet", study.events())
    write_json(folder / "statistics.json", _statistics(study, features, found, water))
    write_json(metrics, _metrics(study, found, index))
    leaks = leakage(Windows(folder), settings.guard_cells)
    if leaks:
        raise RuntimeError("what is held out has leaked into training:\n" + "\n".join(leaks))


def _simulate_coarse(study: Study, folder: Path, water: MakeWater) -> None:
    """Our own simulator on coarser cells, which is a baseline and, if asked for, a channel."""
    settings, ground = study.settings, study.ground
    if settings.coarse_factors and study.records:
        site = make_site(ground.elevation, ground.grid, folder, water)
        lead = settings.lead_minutes * 60
        write_coarse(
            study.folder, study.records, study.moments, site, water.losses, settings.coarse_factors, lead,
            settings.shard_mib,
        )  # fmt: skip


def _read_study(outputs_folder: Path, folder: Path, settings: MakeWindows) -> Study:
    terrain = outputs_folder / "terrain"
    records: list[Record] = []
    if not (terrain / "terrain.tif").exists():
        say("no terrain: the windows are empty")
        ground = no_ground()
    else:
        records = read_records(outputs_folder / "water" / "depth", outputs_folder)
        ground = read_ground(terrain, settings)
        if not records:
            say("no simulated events: the windows are empty")
        elif len(ground.corners) == 0:
            _say_no_window_fits(ground, settings)
    _require_one_clock(records)
    moments = [moments_of(record, settings) for record in records]
    split_of = splits.split_events(records, settings)
    storm_of = splits.storm_of_events(records, settings.independence_hours)
    return Study(folder, records, moments, split_of, storm_of, ground, settings)


def _say_no_window_fits(ground: Ground, settings: MakeWindows) -> None:
    grid = ground.grid
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


def _write_rasters(study: Study, features: NDArray[np.float32], found: Found) -> None:
    rasters: dict[str, NDArray[Any]] = {
        "static": features,
        "elevation": study.ground.elevation,
        "region": study.ground.region,
        "block": study.ground.block,
        "known": found.known,
        "permanent": found.permanent,
    }
    for name, values in rasters.items():
        np.save(study.folder / f"{name}.npy", values)


def _statistics(study: Study, features: NDArray[np.float32], found: Found, water: MakeWater) -> dict[str, Any]:
    """What making and reading the arrays takes, and means and deviations of inputs over training events, seen cells."""
    settings, grid = study.settings, study.ground.grid
    apart = splits.time_between_splits(study.records, settings)
    return {
        "grid": {
            "crs": grid.crs, "west": grid.west, "north": grid.north, "cell_size": grid.cell_size,
            "height": grid.height, "width": grid.width,
        },
        **_rain_clock(study),
        "pattern": list(settings.pattern),
        "reducer": settings.reducer,
        "rain_scaling": settings.rain_scaling,
        "routed_pattern": [stop - first for first, stop in settings.routed_spans],
        "routed_channels": settings.routed_pattern == "channels",
        "lead_minutes": settings.lead_minutes,
        "wet_depth": settings.wet_depth,
        "least_seen_share": settings.least_seen_share,
        "make_water": how_water_runs(water),
        "seconds_between_splits": int(apart / np.timedelta64(1, "s")),
        "elevation": elevation_statistics(study.ground.elevation, study.ground.seen),
        "static": terrain_statistics(features, study.ground.seen),
        "routed": found.routed.statistics(),
    }  # fmt: skip


def _rain_clock(study: Study) -> dict[str, float]:
    """Side of a rain cell, m, and time between frames, s: what other rain must be like to be read by a model."""
    if not study.records:
        return {"rain_cell_size": study.ground.grid.cell_size, "frame_seconds": 300}
    first = max(study.records, key=lambda record: len(record.frames))
    return {
        "rain_cell_size": first.rain().grid.cell_size,
        "frame_seconds": int(first.step / np.timedelta64(1, "s")),
    }


def _metrics(study: Study, found: Found, index: pl.DataFrame) -> dict[str, Any]:
    """What was counted: events, windows and cells by split, and the share of learnt cells that is wet."""
    counted = {
        (task, split): (rows, count)
        for task, split, rows, count in index.group_by("task", "split").agg(pl.len(), pl.col("count").sum()).iter_rows()
    }
    events = list(study.split_of.values())
    used = [name for name in splits.SPLITS if name != splits.LEFT_OUT]
    return {
        "wet_share": found.wet_share,
        "events": {name: events.count(name) for name in splits.SPLITS},
        "windows": {task: {name: counted.get((task, name), (0, 0))[0] for name in used} for task in TASKS},
        "duplicates": {task: int(np.diff(counted.get((task, splits.TRAIN), (0, 0)))[0]) for task in TASKS},
        "cells": {
            name: int((study.ground.region == code).sum())
            for name, code in (("seen", splits.SEEN), ("unseen", splits.UNSEEN), ("guard", splits.GUARD))
        }
        | {"permanent_water": int(found.permanent.sum())},
    }
