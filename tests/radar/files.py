"""Radar files as a test wants them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import netCDF4
import numpy as np
from rasterio.crs import CRS

from floodmark.grid import Grid
from floodmark.radar.sequence import SequenceReader


@dataclass(frozen=True)
class Sequence:
    """A sequence in memory: times, mm h-1 of shape (frames, rows, columns), quality flags, grid, attributes."""

    times: np.ndarray
    rate: np.ndarray
    quality: np.ndarray
    grid: Grid
    attributes: dict[str, Any]

    @property
    def step(self):
        return float((self.times[1] - self.times[0]) / np.timedelta64(1, "s"))


def read_sequence(path) -> Sequence:
    source = SequenceReader(path)
    with netCDF4.Dataset(path) as file:
        quality = np.asarray(file["quality"][:], np.uint8)
    return Sequence(source.times, source[:], quality, source.grid, source.attributes)


def write_radar(
    path, rates, *, west=400000.0, north=308000.0, size=1000.0, minutes=None, units="mm h-1", time_units=None,
    south_first=False, metres=1.0, axis_units="m", name="rainfall_rate", standard_name="rainfall_rate",
    crs="EPSG:27700", where="crs_wkt", packed=None, names=("time", "y", "x"),
):  # fmt: skip
    """Write frames (time, y, x) given with row 0 north; `minutes` after 2012-05-14 00:00 UTC."""
    rates = np.asarray(rates, np.float64)
    count, rows, columns = rates.shape
    minutes = np.arange(count) * 5 if minutes is None else np.asarray(minutes)
    x = (west + (np.arange(columns) + 0.5) * size) / metres
    y = (north - (np.arange(rows) + 0.5) * size) / metres
    with netCDF4.Dataset(path, "w") as file:
        for dimension, length in zip(names, rates.shape, strict=True):
            file.createDimension(dimension, length)
        clock = file.createVariable(names[0], "f8", (names[0],))
        clock.units = time_units or "minutes since 2012-05-14 00:00:00"
        clock[:] = minutes
        for dimension, values in ((names[1], y[::-1] if south_first else y), (names[2], x)):
            axis = file.createVariable(dimension, "f8", (dimension,))
            axis.units = axis_units
            axis[:] = values
        kind, fill = ("i2", -1) if packed else ("f4", -999.0)
        rate = file.createVariable(name, kind, names, fill_value=fill)
        rate.units = units
        if standard_name:
            rate.standard_name = standard_name
        if packed:
            rate.scale_factor = packed
        if where in ("crs_wkt", "spatial_ref"):
            file.createVariable("crs", "i4").setncattr(where, CRS.from_user_input(crs).to_wkt())
            rate.grid_mapping = "crs"
        elif where == "global":
            file.crs = crs
        rate[:] = np.ma.masked_invalid(rates[:, ::-1] if south_first else rates).filled(-1.0 * (packed or 999.0))
    return path
