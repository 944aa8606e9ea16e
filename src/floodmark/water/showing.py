"""The events that are shown: their predictions as georeferenced files, and their wettest moment as a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from floodmark.storage import write_netcdf
from floodmark.terrain.raster import write_raster
from floodmark.water import splits
from floodmark.water.maps import draw_map
from floodmark.water.moments import EMULATE
from floodmark.water.prediction import WaterModel, predict
from floodmark.water.scoring import delivered_depth

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import polars as pl
    import xarray as xr
    from numpy.typing import NDArray

    from floodmark.water.dataset import Windows

SHOWN = 96
"""Moments of an event that are written as NetCDF, at most: an event may be a year of radar."""


def show_events(windows: Windows, models: Mapping[str, WaterModel], maps: Path, predictions: Path, count: int) -> None:
    """Predict and draw the test events with the most wet cells at their wettest, and every event only predicted.

    Args:
        windows: What make_windows wrote.
        models: By name.
        maps: Folder for PNGs.
        predictions: Folder for NetCDF and GeoTIFF.
        count: How many test events.
    """
    for event in _events(windows, models, count):
        for name, model in models.items():
            _show(windows, event, name, model, maps, predictions)


def _events(windows: Windows, models: Mapping[str, WaterModel], count: int) -> list[str]:
    limit = np.float32(min(depth for model in models.values() for depth in model.wet_depths))
    wettest: dict[str, int] = {}
    for event, target in windows.select(EMULATE, splits.TEST).select("event", "target").iter_rows():
        wettest[event] = max(wettest.get(event, 0), int((windows.depth_whole(target) >= limit).sum()))
    chosen = sorted(wettest, key=lambda event: (-wettest[event], event))[:count]
    return chosen + sorted(set(windows.select(EMULATE, splits.PREDICT)["event"].to_list()))


def moments_shown(windows: Windows, event: str, limit: float) -> tuple[pl.DataFrame, int]:
    """The emulate windows of an event, in order of time, at most SHOWN about the wettest; and which is the wettest."""
    rows = windows.index.filter((windows.index["task"] == EMULATE) & (windows.index["event"] == event)).sort("time")
    wet = [np.count_nonzero(windows.depth_whole(target) >= np.float32(limit)) for target in rows["target"].to_list()]
    wettest = int(np.argmax(wet))
    first = min(max(wettest - SHOWN // 2, 0), max(rows.height - SHOWN, 0))
    return rows.slice(first, SHOWN), wettest - first


def _show(windows: Windows, event: str, name: str, model: WaterModel, maps: Path, predictions: Path) -> None:
    """Write one event's prediction at its moments as NetCDF, and its wettest moment as GeoTIFF and map."""
    limit = model.wet_depths[0]
    rows, wettest = moments_shown(windows, event, limit)
    network, sources = model.predictor(EMULATE), rows["source"].to_list()
    outcome = [predict(network, windows, model.groups, EMULATE, source) for source in sources]
    chances = np.stack([chance for chance, _ in outcome])
    depths = np.stack([delivered_depth(model, EMULATE, *found) for found in outcome])
    truths = np.stack([windows.depth_whole(target) for target in rows["target"].to_list()])
    stem = f"{name}_{event}"
    write_netcdf(predictions / f"{stem}.nc", _dataset(windows, event, name, rows, model, chances, depths, truths))
    write_raster(predictions / f"{stem}.tif", chances[wettest, 0], windows.grid)
    only_predicted = rows["split"][0] == splits.PREDICT
    kind = "observed rain, only predicted" if only_predicted else "test storm"
    title = f"{name} on {event} ({kind}), {rows['time'][wettest]:%Y-%m-%d %H:%M} UTC"
    predicted = chances[wettest, 0] >= np.float32(model.threshold(EMULATE, 0))
    unseen = np.asarray(windows.region) == splits.UNSEEN
    draw_map(
        maps / f"{stem}.png", windows.grid, windows.elevation, truths[wettest], depths[wettest], predicted, unseen,
        limit, title,
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
