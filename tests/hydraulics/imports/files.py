"""Depths as other models write them, and a study for them to belong to."""

from __future__ import annotations

import gzip

import netCDF4
import numpy as np
import rasterio

from floodmark.grid import Grid
from floodmark.hydraulics.make import make_water
from floodmark.radar.crs import wkt
from floodmark.radar.sequence import OBSERVED, SequenceWriter
from floodmark.settings.make_water import MakeWater
from floodmark.terrain.raster import write_raster
from tests.hydraulics.test_events import options

GRID = Grid("EPSG:27700", 400000.0, 302000.0, 100.0, 20, 30)
RAIN = GRID.coarser(10)
NAME, START = "20120514T0300", np.datetime64("2012-05-14T03:00", "s")
NODATA = -9999.0


def settings(recession=30, **imports) -> MakeWater:
    base = options(source="import", recession=recession)
    return MakeWater(**{**base.model_dump(), "imports": {**base.imports.model_dump(), **imports}})


def write_rain(path, start, rates, grid=RAIN):
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = SequenceWriter(path, grid, start, 300)
    for rate in rates:
        writer.append(np.broadcast_to(np.asarray(rate, np.float32), grid.shape), OBSERVED)
    writer.close()


def study(folder, elevation=None):
    """Rain from 03:00 to 04:00 over ground, which lacks the two easternmost columns."""
    for part in ("water", "radar", "storms", "terrain", "depth"):
        (folder / part).mkdir(parents=True)
    write_rain(folder / "radar" / f"{NAME}.nc", START, [12.0] * 12)
    bed = np.full(GRID.shape, 50.0, np.float32)
    bed[:, -2:] = np.nan
    write_raster(folder / "terrain" / "terrain.tif", bed if elevation is None else elevation, GRID)
    return folder


def take(folder, chosen):
    """Run the stage over a folder laid out as `study` does."""
    make_water(
        folder / "water", folder / "radar", folder / "storms", folder / "terrain", folder / "depth",
        folder / "ledger.csv", folder / "ledger.json", chosen,
    )  # fmt: skip


def read_depths(path):
    """Times, depth with NaN, attributes."""
    with netCDF4.Dataset(path) as source:
        times = np.asarray(source["time"][:]).astype("datetime64[s]")
        depth = np.ma.filled(source["depth"][:], np.nan)
        return times, depth, {key: source.getncattr(key) for key in source.ncattrs()}


def some_depth(count=1, seed=0):
    """Depths to the millimetre, with no data where the ground of `study` ends."""
    depth = np.random.default_rng(seed).integers(0, 3000, (count, *GRID.shape)) / 1000
    depth[:, :, -2:] = np.nan
    return depth


def minutes_after(*minutes):
    return START + np.array(minutes, "timedelta64[m]")


def write_nc(
    path, times, depth, grid=GRID, *, name="wd", standard_name="flood_water_thickness", units="m", factor=1.0,
    kind="f4", south_first=False, time_units="seconds since 1970-01-01", stamps=None, mapping=True, axis_units="m",
    layout="NETCDF4",
):  # fmt: skip
    with netCDF4.Dataset(path, "w", format=layout) as file:
        for axis, size in (("time", len(depth)), ("y", grid.height), ("x", grid.width)):
            file.createDimension(axis, size)
        clock = file.createVariable("time", "f8", ("time",))
        clock.units = time_units
        clock[:] = times.astype("datetime64[s]").astype(np.int64) if stamps is None else stamps
        y = grid.y[::-1] if south_first else grid.y
        for axis, values in (("y", y), ("x", grid.x)):
            file.createVariable(axis, "f8", (axis,))[:] = values
            file[axis].units = axis_units
        water = file.createVariable(name, kind, ("time", "y", "x"), fill_value=-999)
        if standard_name:
            water.standard_name = standard_name
        if units:
            water.units = units
        if mapping:
            file.createVariable("crs", "i4").crs_wkt = wkt(grid.crs)
            water.grid_mapping = "crs"
        values = depth[:, ::-1] if south_first else depth
        filled = np.where(np.isnan(values), -999, values * factor)
        water[:] = np.rint(filled) if kind == "i4" else filled
    return path


def write_tif(path, layers, grid=GRID, *, descriptions=None, nodata=NODATA, crs=..., kind="float32", units=None):
    """A band for each layer."""
    path.parent.mkdir(parents=True, exist_ok=True)
    profile = {
        "driver": "GTiff", "dtype": kind, "count": len(layers), "height": grid.height, "width": grid.width,
        "crs": grid.crs if crs is ... else crs, "transform": grid.transform, "nodata": nodata,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        for band, layer in enumerate(layers, 1):
            target.write(np.where(np.isnan(layer), nodata, layer).astype(kind), band)
            if descriptions:
                target.set_band_description(band, descriptions[band - 1])
            if units:
                target.set_band_unit(band, units)
    return path


def hail_caesar(layer, grid=GRID, nodata=NODATA):
    """An ESRI ASCII grid as HAIL-CAESAR writes it: tabs in the header, six digits, a blank after each row."""
    south = grid.north - grid.height * grid.cell_size
    header = (
        f"ncols\t{grid.width}\nnrows\t{grid.height}\nxllcorner\t{grid.west:.6g}\nyllcorner\t{south:.6g}\n"
        f"cellsize\t{grid.cell_size:.6g}\nNODATA_value\t{nodata:g}\n"
    )
    rows = ("".join(f"{nodata if np.isnan(value) else value:.6g} " for value in row) for row in layer)
    return header + "\n".join(rows) + "\n"


def write_text(path, text):
    """Gzipped where the name ends so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = text.encode() if isinstance(text, str) else text
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path
