"""Depths that do not fit are refused by name, with what was found, what was expected, and what to do."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from floodmark.errors import UserError
from floodmark.grid import Grid
from tests.hydraulics.imports import files
from tests.hydraulics.imports.files import GRID, NAME, hail_caesar, minutes_after, some_depth, write_nc, write_tif

HALF_HOUR = minutes_after(30)
SMALL = Grid(GRID.crs, GRID.west, GRID.north, 50.0, 40, 60)
MOVED = dataclasses.replace(GRID, west=GRID.west + 50)
ELSEWHERE = dataclasses.replace(GRID, crs="EPSG:32630")


def nc(times=HALF_HOUR, depth=None, grid=GRID, name=NAME, **options):
    def write(water):
        filled = np.zeros((len(times), *grid.shape)) if depth is None else depth
        write_nc(water / f"{name}.nc", times, filled, grid, **options)

    return write


def tif(layers=None, grid=GRID, name=f"{NAME}/d_20120514T0330.tif", **options):
    return lambda water: write_tif(
        water / name, np.zeros((1, *grid.shape)) if layers is None else layers, grid, **options
    )


def text(content=None, name=f"{NAME}.asc"):
    return lambda water: files.write_text(water / name, hail_caesar(some_depth()[0]) if content is None else content)


def both(*writers):
    return lambda water: [write(water) for write in writers]


def cut(write, name, share):
    def writer(water):
        write(water)
        content = (water / name).read_bytes()
        (water / name).write_bytes(content[: int(len(content) * share)])

    return writer


def with_value(value, row=0, column=0):
    depth = np.zeros((1, *GRID.shape))
    depth[0, row, column] = value
    return depth


NOISE = np.random.default_rng(0).integers(0, 3000, (1, *GRID.shape)) / 1000
NOISE[:, :, -2:] = 0
CLOCK = {"times": "clock", "first": 30, "interval": 30}
RESAMPLE = r"gdalwarp -t_srs EPSG:27700 -te 400000 300000 403000 302000 -tr 100 100 -r average IN OUT\.tif"

CASES = {
    "other cell size": (
        nc(grid=SMALL), {},
        rf"{NAME}\.nc: the study's ground at another cell size\n  depths EPSG:27700, north-west corner 400000 302000, "
        r"cells of 50, 40 rows by 60 columns\n  study  EPSG:27700, north-west corner 400000 302000, cells of 100, "
        rf"20 rows by 30 columns\nresample it: {RESAMPLE}",
    ),
    "other corner": (tif(grid=MOVED), {}, rf"not the study's grid\n.*corner 400050 302000.*\n.*\n.*{RESAMPLE}"),
    "other CRS": (nc(grid=ELSEWHERE), {}, r"not the study's grid\n  depths EPSG:32630"),
    "other CRS in the params": (text(), {**CLOCK, "crs": "EPSG:32630"}, r"grid 1: not the study's grid\n.*EPSG:32630"),
    "unknown CRS in the params": (text(), {**CLOCK, "crs": "the moon"}, r"make_water\.imports\.crs = 'the moon'"),
    "other shape": (
        tif(grid=dataclasses.replace(GRID, height=19), layers=np.zeros((1, 19, 30))), {}, "19 rows by 30 columns",
    ),
    "longitude and latitude": (nc(axis_units="degrees"), {}, "has units 'degrees', must be m or km"),
    "no CRS": (nc(mapping=False), {}, "says no CRS"),
    "before the rain": (
        nc(minutes_after(-30, 30)), {},
        rf"{NAME}\.nc: depths outside the period of their rain\n  depths 2012-05-14T02:30:00 to 2012-05-14T03:30:00\n"
        rf"  radar/{NAME}\.nc 2012-05-14T03:00:00 to 2012-05-14T04:30:00, recession included\n.*make_water\.recession",
    ),
    "after the recession": (nc(minutes_after(30, 91)), {}, "depths 2012-05-14T03:30:00 to 2012-05-14T04:31:00"),
    "no rain near": (
        nc(minutes_after(-9000), name="run7"), {},
        rf"run7\.nc: no rain is called so, and none holds all.*\n.*\n  radar/{NAME}\.nc 2012-05-14T03:00.*\nname the",
    ),
    "no rain of the name and no start": (text(name="run7.asc"), CLOCK, r"run7\.asc, grid 1: when its run starts"),
    "twice": (nc(minutes_after(30, 30)), {}, r"depth 2: its time 2012-05-14T03:30:00 is there twice"),
    "not increasing": (nc(minutes_after(60, 30)), {}, r"depth 2: its time .*03:30:00 comes after .*04:00:00"),
    "between seconds": (
        nc(stamps=[30.0125], time_units="minutes since 2012-05-14 03:00"), {}, r"03:30:00\.750000 is not on a whole",
    ),
    "no times": (nc(time_units="frames"), {}, "times of units 'frames' cannot be read"),
    "no time in the name": (tif(name=f"{NAME}/depth7.tif"), {}, r"depth7\.tif: 'depth7' holds no date and time"),
    "no band description": (tif(name=f"{NAME}.tif"), {}, r"band 1: '' holds no date.*imports\.times to clock"),
    "grids of a stream have no names": (text(), {}, r"grid 1: '' holds no date.*imports\.times to clock"),
    "a name of no minutes": (tif(name=f"{NAME}/wet.tif"), {"times": "minutes"}, "'wet' ends in no minutes"),
    "unknown unit": (nc(units="ft"), {}, r"wd: depth has units 'ft', must be one of m, metre"),
    "no unit": (nc(units=""), {}, r"wd: depth has units ''"),
    "unknown unit of a band": (tif(units="inches"), {}, r"0330\.tif: depth has units 'inches'"),
    "too deep": (
        nc(depth=with_value(450, 3, 4)), {},
        r"depth 1: depth of 450 m at row 3, column 4 .*imports\.max_depth = 200 at most: is its unit not m",
    ),
    "infinite": (nc(depth=with_value(np.inf)), {}, "depth of inf m"),
    "below 0": (tif(with_value(-0.02, 1, 2)), {}, r"0330\.tif: depth of -0\.02 m at row 1, column 2.*-0\.001 or more"),
    "NODATA that is not declared": (tif(with_value(-32768), nodata=-1), {}, "depth of -32768 m .*have the file say so"),
    "water where there is no ground": (
        nc(depth=np.full((1, *GRID.shape), 0.3)), {},
        r"depth 1: water on 40 of 40 cells where the terrain has no ground, the first at row 0, column 28 .*0\.3 m at",
    ),
    "an empty file": (text("", f"{NAME}.nc"), {}, rf"{NAME}\.nc: is empty: write or copy it again"),
    "an empty file in a folder": (text("", f"{NAME}/a30.asc"), {}, r"a30\.asc: is empty"),
    "an empty folder": (lambda water: (water / NAME).mkdir(), {}, rf"{NAME}: holds no \.tif, \.asc or \.asc\.gz"),
    "no times at all": (nc(minutes_after(), np.zeros((0, *GRID.shape))), {}, "holds no depth: remove it"),
    "a gzip cut short": (cut(text(name=f"{NAME}.asc.gz"), f"{NAME}.asc.gz", 0.5), CLOCK, "damaged or cut short"),
    "a grid cut short": (
        text(hail_caesar(some_depth()[0]) + "".join(hail_caesar(some_depth()[0]).splitlines(True)[:-3])), CLOCK,
        rf"{NAME}\.asc, grid 2: cut short: 17 rows found, 20 rows of 30 expected",
    ),
    "a NetCDF cut short": (cut(nc(), f"{NAME}.nc", 0.6), {}, rf"{NAME}\.nc: damaged or cut short.*NetCDF"),
    "a classic NetCDF cut short": (
        cut(nc(depth=NOISE, layout="NETCDF3_CLASSIC"), f"{NAME}.nc", 0.6), {}, rf"{NAME}\.nc: has \d+ bytes",
    ),
    "a GeoTIFF cut short": (
        cut(tif(NOISE), f"{NAME}/d_20120514T0330.tif", 0.6), {}, r"0330\.tif: damaged or cut short.*GeoTIFF",
    ),
    "what is no GeoTIFF": (text("no picture", f"{NAME}.tif"), {}, rf"{NAME}\.tif: damaged or cut short.*GeoTIFF"),
    "what is no NetCDF": (text("no picture", f"{NAME}.nc"), {}, rf"{NAME}\.nc: damaged or cut short.*NetCDF"),
    "bands in a folder": (tif(np.zeros((2, *GRID.shape))), {}, r"0330\.tif: has 2 bands: .*as 20120514T0300\.tif"),
    "two formats in a folder": (both(tif(), text(name=f"{NAME}/a30.asc")), {}, "holds ESRI ASCII and GeoTIFF, must"),
    "two of one name": (both(nc(), text()), {}, rf"water: {NAME}\.asc and {NAME}\.nc are both depths of {NAME}"),
    "no variable of depth": (nc(name="h", standard_name=""), {}, "0 variables with standard_name flood_water_th"),
    "a file turned": (
        lambda water: write_tif(water / f"{NAME}.tif", some_depth(), _South()), CLOCK, "must be north up, not rotated",
    ),
}  # fmt: skip


class _South:
    """A grid whose rows run south to north."""

    crs, height, width = GRID.crs, GRID.height, GRID.width
    transform = GRID.transform.__class__(100, 0, GRID.west, 0, 100, GRID.north - 2000)


@pytest.mark.parametrize("case", CASES)
def test_what_does_not_fit_is_refused_with_the_figures(tmp_path, case):
    write, imports, message = CASES[case]
    folder = files.study(tmp_path / "a")
    write(folder / "water")
    with pytest.raises(UserError, match=message):
        files.take(folder, files.settings(**imports))


def test_two_rains_of_one_period_are_refused_and_both_are_named(tmp_path):
    folder = files.study(tmp_path / "a")
    files.write_rain(folder / "storms" / "flash-0.nc", files.START, [1.0] * 12)
    nc(name="run7")(folder / "water")
    with pytest.raises(UserError, match=rf"run7\.nc: its depths lie in .*\n.*\n  radar/{NAME}.*\n  storms/flash-0\.nc"):
        files.take(folder, files.settings())


def test_a_name_of_two_rains_is_refused(tmp_path):
    folder = files.study(tmp_path / "a")
    files.write_rain(folder / "storms" / f"{NAME}.nc", files.START, [1.0] * 12)
    nc()(folder / "water")
    with pytest.raises(UserError, match=rf"{NAME}: radar/{NAME}\.nc and storms/{NAME}\.nc are called so"):
        files.take(folder, files.settings())
