"""The stage evaluate_water: scores, intervals, predictions as georeferenced files, and maps."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.learning.device import pick_device
from floodmark.progress import say
from floodmark.storage import write_json, write_netcdf, write_text
from floodmark.terrain.raster import write_raster
from floodmark.water import splits
from floodmark.water.dataset import Windows
from floodmark.water.maps import draw_map
from floodmark.water.models.registry import parameters
from floodmark.water.moments import EMULATE, TASKS
from floodmark.water.prediction import WaterModel, predict
from floodmark.water.scoring import COLUMNS, PREDICTED, UNSEEN_STORMS, UNSEEN_TERRAIN, score, tabulate

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl
    import xarray as xr
    from numpy.typing import NDArray

    from floodmark.settings.evaluate_water import EvaluateWater

SHOWN = 96
"""Moments of an event that are written as NetCDF, at most: an event may be a year of radar."""


def evaluate_water(
    windows_folder: Path,
    models_folder: Path,
    scores: Path,
    metrics: Path,
    maps: Path,
    predictions: Path,
    settings: EvaluateWater,
    seed: int,
) -> None:
    """Score every model beside the baselines, then predict and draw the wettest test events and all predicted ones.

    Args:
        windows_folder: What make_windows wrote.
        models_folder: A folder per model.
        scores: CSV of all scores.
        metrics: JSON of the models' scores.
        maps: Folder for PNGs.
        predictions: Folder for NetCDF and GeoTIFF.
        settings: The params.
        seed: Of the bootstrap.
    """
    windows, device = Windows(windows_folder), pick_device()
    models = {name: WaterModel.load(models_folder / name / "model.safetensors", device) for name in settings.models}
    sizes = {name: parameters(model.networks[EMULATE]) for name, model in models.items()}
    rows: list[dict[str, Any]] = []
    summary: dict[str, Any] = {name: {} for name in models}
    for task in TASKS:
        for split, views in ((splits.TEST, (UNSEEN_STORMS, UNSEEN_TERRAIN)), (splits.PREDICT, (PREDICTED,))):
            tables = tabulate(windows, task, split, models, sizes, settings.climatology_classes)
            for view in views:
                found, numbers = score(windows, task, tables, list(models), settings, seed, view)
                rows += found
                for name, scored in numbers.items():
                    summary[name].setdefault(task, {})[view] = scored
    if not rows:
        say("no event was held out: nothing is scored")
    _write_scores(scores, rows)
    write_json(metrics, summary)
    for event in _shown(windows, models, settings.maps):
        for name, model in models.items():
            _show(windows, event, name, model, maps, predictions)


def _write_scores(path: Path, rows: list[dict[str, Any]]) -> None:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(COLUMNS), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        numbers = {
            key: "" if value != value else f"{value:.6g}" for key, value in row.items() if isinstance(value, float)
        }
        writer.writerow({**row, **numbers})
    write_text(path, buffer.getvalue())


def _shown(windows: Windows, models: dict[str, WaterModel], count: int) -> list[str]:
    """The test events with the most wet cells at their wettest, and every event that is only predicted."""
    limit = np.float32(min(depth for model in models.values() for depth in model.wet_depths))
    wettest: dict[str, int] = {}
    for event, target in windows.select(EMULATE, splits.TEST).select("event", "target").iter_rows():
        wettest[event] = max(wettest.get(event, 0), int((windows.depth_whole(target) >= limit).sum()))
    chosen = sorted(wettest, key=lambda event: (-wettest[event], event))[:count]
    return chosen + sorted(set(windows.select(EMULATE, splits.PREDICT)["event"].to_list()))


def _moments_shown(windows: Windows, event: str, limit: float) -> tuple[pl.DataFrame, int]:
    """The emulate windows of an event, in order of time, at most SHOWN about the wettest; and which is the wettest."""
    rows = windows.index.filter((windows.index["task"] == EMULATE) & (windows.index["event"] == event)).sort("time")
    wet = [np.count_nonzero(windows.depth_whole(target) >= np.float32(limit)) for target in rows["target"].to_list()]
    wettest = int(np.argmax(wet))
    first = min(max(wettest - SHOWN // 2, 0), max(rows.height - SHOWN, 0))
    return rows.slice(first, SHOWN), wettest - first


def _show(windows: Windows, event: str, name: str, model: WaterModel, maps: Path, predictions: Path) -> None:
    """Write one event's prediction at its moments as NetCDF, and its wettest moment as GeoTIFF and map."""
    limit = model.wet_depths[0]
    rows, wettest = _moments_shown(windows, event, limit)
    network = model.networks[EMULATE]
    outcome = [predict(network, windows, model.groups, EMULATE, source) for source in rows["source"].to_list()]
    chances, depths = (np.stack(maps_) for maps_ in zip(*outcome, strict=True))
    truths = np.stack([windows.depth_whole(target) for target in rows["target"].to_list()])
    predicted = chances[:, 0] >= np.float32(model.threshold(EMULATE, 0))
    depths = np.where(predicted, np.maximum(depths, np.float32(limit)), 0).astype(np.float32)
    stem = f"{name}_{event}"
    write_netcdf(predictions / f"{stem}.nc", _dataset(windows, event, name, rows, model, chances, depths, truths))
    write_raster(predictions / f"{stem}.tif", chances[wettest, 0], windows.grid)
    only_predicted = rows["split"][0] == splits.PREDICT
    kind = "observed rain, only predicted" if only_predicted else "test storm"
    title = f"{name} on {event} ({kind}), {rows['time'][wettest]:%Y-%m-%d %H:%M} UTC"
    unseen = np.asarray(windows.region) == splits.UNSEEN
    draw_map(
        maps / f"{stem}.png", windows.grid, windows.elevation, truths[wettest], depths[wettest], predicted[wettest],
        unseen, limit, title,
    )  # fmt: skip


def _dataset(
    windows: Windows,
    event: str,
    name: str,
    rows: pl.DataFrame,
    model: WaterModel,
    chances: NDArray[np.float32],
    depths: NDArray[np.float32],
    truths: NDArray[np.float32],
) -> xr.Dataset:
    """Probability, predicted and simulated depth as a CF data set on the study's grid."""
    import rasterio.crs
    import xarray as xr

    grid = windows.grid
    crs = rasterio.crs.CRS.from_user_input(grid.crs).to_wkt()
    times = rows["time"].dt.replace_time_zone(None).to_numpy().astype("datetime64[ns]")
    likely = {"grid_mapping": "crs", "units": "1", "long_name": "probability of a depth of wet_depth or more"}
    deep = {"grid_mapping": "crs", "units": "m", "standard_name": "flood_water_thickness"}
    return xr.Dataset(
        {
            "probability": (("time", "wet_depth", "y", "x"), chances, likely),
            "depth": (("time", "y", "x"), depths, {**deep, "long_name": "predicted depth, 0 where foretold dry"}),
            "simulated_depth": (("time", "y", "x"), truths, {**deep, "long_name": "simulated depth"}),
            "crs": ((), np.int32(0), {"crs_wkt": crs, "spatial_ref": crs}),
        },
        coords={
            "time": ("time", times, {"standard_name": "time"}),
            "wet_depth": ("wet_depth", np.array(model.wet_depths), {"units": "m"}),
            "y": ("y", grid.y, {"units": "m", "standard_name": "projection_y_coordinate"}),
            "x": ("x", grid.x, {"units": "m", "standard_name": "projection_x_coordinate"}),
        },
        attrs={"Conventions": "CF-1.11", "title": f"Flood predicted by {name}", "event": event, "task": EMULATE},
    )
