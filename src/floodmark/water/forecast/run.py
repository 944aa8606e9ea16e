"""One forecast: a model, a heightmap and radar in, depths and probabilities out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.errors import UserError
from floodmark.hydraulics.alone.defaults import VERSION
from floodmark.progress import say, track
from floodmark.terrain.raster import read_raster
from floodmark.water.forecast.calibrated import calibrated, read_temperatures, thresholds_of
from floodmark.water.forecast.files import ForecastFile, check_targets, raster_paths, whole_or_none, write_rasters
from floodmark.water.forecast.ground import BYTES_A_CELL, RECKONED_BYTES_A_CELL, Ground, read_ground
from floodmark.water.forecast.inputs import Scene
from floodmark.water.forecast.model import load, statistics_of
from floodmark.water.forecast.moments import Asked, asked, rain_times, require_one_event
from floodmark.water.forecast.preview import draw_preview
from floodmark.water.forecast.rain import Rain
from floodmark.water.forecast.reckoned import RECKONED, Reckoner
from floodmark.water.prediction import predict_tile, tiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from floodmark.grid import Bounds
    from floodmark.water.prediction import WaterModel


@dataclass(frozen=True)
class Task:
    """What to predict.

    Attributes:
        model: A folder with model.safetensors, or that file.
        radar: A file of rain, or a folder of them.
        heightmap: A raster, or a folder of tiles.
        output: NetCDF to write.
        task: emulate or nowcast.
        times: Of the depths, UTC; empty: at even intervals.
        begin: No depth before, None: the first that can be.
        end: No depth after, None: the last that can be.
        every: Minutes between depths.
        crs: To work in, None: the heightmap's own.
        extent: West, south, east, north, m; None: all of the heightmap.
        initial_depth: Raster of the water that always stands, m; None: none does.
        shown: Which moment becomes GeoTIFFs and picture: wettest or last.
        geotiff: Whether GeoTIFFs are written.
        preview: Whether a picture is written.
        rain_from: No rain before is used, None: all is.
        extras: Folder of what the study's make_water reads beside the heightmap.
        calibration: calibration.json of evaluate_water; None: probabilities stay as the network gives them.
        half: Whether the network reckons in bfloat16.
    """

    model: Path
    radar: Path
    heightmap: Path
    output: Path
    task: str
    times: tuple[np.datetime64, ...]
    begin: np.datetime64 | None
    end: np.datetime64 | None
    every: int
    crs: str | None
    extent: Bounds | None
    initial_depth: Path | None
    shown: str
    geotiff: bool
    preview: bool
    rain_from: np.datetime64 | None
    extras: Path | None
    calibration: Path | None
    half: bool = False


@dataclass
class Outcome:
    """What came of it: the files written, and wet cells (at the lowest wet depth) and deepest water, m, by moment."""

    files: list[Path]
    moments: list[Asked]
    wet: list[int]
    deepest: list[float]
    cells: int
    shown: int
    missing: float


def forecast(task: Task) -> Outcome:
    """Predict every moment that is asked for, and write all files, whole or not at all.

    Raises:
        UserError: naming the file or option that is wrong, and what to do.
    """
    _check_sources(task)
    model, path = load(task.model)
    statistics = statistics_of(model, path)
    targets = _targets(task, model)
    sources = [task.radar, task.heightmap, path, task.initial_depth, task.calibration, task.extras]
    check_targets(targets, [source for source in sources if source is not None])
    temperatures = None if task.calibration is None else read_temperatures(task.calibration, model, task.task)
    step, reckoned = int(statistics["frame_seconds"]), bool(RECKONED & set(model.groups))
    times = rain_times(task.radar, task.rain_from)
    moments = asked(
        task.task, statistics["lead_minutes"], step, (times[0], times[-1] + np.timedelta64(step, "s")), task.times,
        task.begin, task.end, task.every,
    )  # fmt: skip
    if reckoned:
        require_one_event(task.radar, times, moments[-1].known, step)
    ground = read_ground(
        task.heightmap, statistics["grid"]["cell_size"], statistics["rain_cell_size"], task.crs, task.extent,
        RECKONED_BYTES_A_CELL if reckoned else BYTES_A_CELL,
    )  # fmt: skip
    rain = _rain(task.radar, ground, step, moments, sum(statistics["pattern"]), times[0], whole=reckoned)
    permanent, extras = _permanent(task.initial_depth, ground, model, statistics), task.extras or Path()
    reckoner = Reckoner(ground, rain, statistics, model.groups, task.task, extras) if reckoned else None
    scene = Scene(ground, rain, statistics, model.groups, permanent, reckoner)
    with whole_or_none(targets) as partials:
        outcome = _predict(task, model, scene, moments, partials, temperatures)
    outcome.files = targets
    return outcome


def _check_sources(task: Task) -> None:
    for option, path in (
        ("--heightmap", task.heightmap), ("--initial-depth", task.initial_depth), ("--extras", task.extras),
        ("--calibration", task.calibration),
    ):  # fmt: skip
        if path is not None and not path.exists():
            raise UserError(f"{option} {path}: there is no such file or folder")
    if task.output.suffix != ".nc":
        raise UserError(f"--output {task.output}: is written as NetCDF: let its name end in .nc")


def _targets(task: Task, model: WaterModel) -> list[Path]:
    """NetCDF, then GeoTIFFs, then the picture."""
    rasters = raster_paths(task.output, model.wet_depths) if task.geotiff else []
    return [task.output, *rasters, *([task.output.with_suffix(".png")] if task.preview else [])]


def _rain(
    radar: Path, ground: Ground, step: int, moments: list[Asked], length: int, start: np.datetime64, *, whole: bool
) -> Rain:
    """The rain of all histories, or of the whole event; says what of the first one lies before the radar begins."""
    history = length * np.timedelta64(step, "s")
    first, last = moments[0].known, moments[-1].known
    rain = Rain(radar, ground.rain, step, start if whole else max(first - history, start), last)
    if whole:
        say(f"the event begins with the frame of {rain.start}: the model counts all that fell since")
    hours = float((rain.start - (first - history)) / np.timedelta64(3600, "s"))
    if hours > 0:
        say(
            f"rain begins at {rain.start}: of the {length * step / 3600:g} h before {first}, {hours:.3g} h count as "
            "missing, which the model is told and takes for dry"
        )
    return rain


def _permanent(
    path: Path | None, ground: Ground, model: WaterModel, statistics: dict[str, Any]
) -> NDArray[np.bool_] | None:
    """Where the water that stands before the rain is wet_depth deep or deeper."""
    from floodmark.grid import resample

    if path is None:
        return None
    if "permanent" not in model.groups:
        raise UserError(
            f"--initial-depth {path}: this model reads {', '.join(model.groups)} and no water that always stands: "
            "leave it out, or train one with `permanent` among its inputs"
        )
    depth, grid = read_raster(path)
    on_ground = depth if grid == ground.grid else resample(depth, grid, ground.grid, "average")
    if not np.isfinite(on_ground).any():
        raise UserError(f"--initial-depth {path}: covers none of {ground.grid.bounds} of {ground.grid.crs[:60]}")
    return np.asarray(np.nan_to_num(on_ground, nan=0.0) >= np.float32(statistics["wet_depth"]))


def _predict(
    task: Task,
    model: WaterModel,
    scene: Scene,
    moments: list[Asked],
    partials: list[Path],
    temperatures: Sequence[float] | None,
) -> Outcome:
    """Predict tile by tile and moment by moment into the first file, then the shown moment into the others."""
    network, grid = model.predictor(task.task, half=task.half), scene.ground.grid
    land = np.isfinite(scene.ground.elevation)
    parts = tiles(network, grid.shape)
    cells = f"{grid.height} by {grid.width} cells of {grid.cell_size:g} m"
    say(f"{len(moments)} moments of {cells} in {grid.crs[:40]}, {len(parts)} tiles each")
    file = ForecastFile(partials[0], grid, model.wet_depths, about(task, model, temperatures))
    outcome = Outcome([], moments, [0] * len(moments), [0.0] * len(moments), int(land.sum()), 0, 0.0)
    try:
        progress = iter(track(range(len(moments) * len(parts)), "predicting"))
        for number, moment in enumerate(moments):
            known, missing = scene.known(moment.known)
            outcome.missing += missing / len(moments)
            file.begin(number, moment)
            for part in parts:
                next(progress)
                chances, depth = predict_tile(network, grid.shape, lambda *place, k=known: scene.read(k, *place), part)
                depth = decided(chances, depth, model.threshold(task.task, 0), model.wet_depths[0])
                chances = chances if temperatures is None else calibrated(chances, temperatures)
                outcome.wet[number] += int(np.count_nonzero(depth[land[part]]))
                outcome.deepest[number] = max(outcome.deepest[number], float(depth[land[part]].max(initial=0)))
                sea = ~land[part]
                chances[:, sea], depth[sea] = np.nan, np.nan
                file.write(number, part, chances, depth)
        next(progress, None)
        outcome.shown = len(moments) - 1 if task.shown == "last" else int(np.argmax(outcome.wet))
        chances, depth = file.moment(outcome.shown)
        file.close()
    finally:
        file.close()
    _show(task, model, scene.ground, moments[outcome.shown], chances, depth, partials[1:])
    return outcome


def decided(
    chances: NDArray[np.float32], depth: NDArray[np.float32], threshold: float, wet_depth: float
) -> NDArray[np.float32]:
    """Depth, m, that agrees with the first probability: at least the wet depth where foretold wet, else none."""
    wet = chances[0] >= np.float32(threshold)
    return np.where(wet, np.maximum(depth, np.float32(wet_depth)), 0).astype(np.float32)


def _show(
    task: Task,
    model: WaterModel,
    ground: Ground,
    moment: Asked,
    chances: NDArray[np.float32],
    depth: NDArray[np.float32],
    partials: list[Path],
) -> None:
    rasters, pictures = (partials[:-1], partials[-1:]) if task.preview else (partials, [])
    if rasters:
        write_rasters(rasters, chances, depth, ground.grid)
    for path in pictures:
        when = np.datetime_as_string(moment.time, unit="m").replace("T", " ")
        title = f"Depth predicted by {model.config['model']} ({task.task}), {when} UTC"
        draw_preview(path, ground.grid, ground.elevation, depth, model.wet_depths[0], title)


def about(task: Task, model: WaterModel, temperatures: Sequence[float] | None) -> dict[str, Any]:
    """What the file says of how it was made; no path that names a person's folders."""
    return {
        "title": f"Flood predicted by {model.config['model']}",
        "source": f"floodmark {VERSION} predict",
        "model": model.config["model"],
        "task": task.task,
        "heightmap": task.heightmap.name,
        "radar": task.radar.name,
        "thresholds": thresholds_of(model, task.task, temperatures),
        "calibrated": "no" if temperatures is None else "yes",
        "precision": "bfloat16" if task.half else "float32",
    }
