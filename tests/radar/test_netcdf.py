"""Numbers land in the right cell, unit and minute however the format is spelt; what is not it is refused in words."""

from __future__ import annotations

import netCDF4
import numpy as np
import pytest

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.radar import netcdf
from floodmark.radar.netcdf import find_files, read_header
from tests.radar.files import write_radar


@pytest.fixture
def marked():
    """Every cell of every frame different, one missing."""
    rates = np.arange(2 * 3 * 4, dtype=np.float64).reshape(2, 3, 4)
    rates[1, 2, 0] = np.nan
    return rates


def read(path):
    header = read_header(path)
    return header, header.frames(0, len(header.times))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"south_first": True},
        {"metres": 1000.0, "axis_units": "km"},
        {"packed": 0.5},
        {"where": "spatial_ref"},
        {"where": "global"},
        {"names": ("t", "northing", "easting")},
        {"name": "rr", "standard_name": "rainfall_rate"},
        {"name": "rainfall_rate", "standard_name": ""},
        {"time_units": "minutes since 2012-05-14 01:00:00 +01:00"},
    ],
)
def test_every_cell_is_where_it_was_however_the_file_is_laid_out(tmp_path, marked, options):
    header, frames = read(write_radar(tmp_path / "a.nc", marked, **options))
    assert header.grid == Grid("EPSG:27700", 400000.0, 308000.0, 1000.0, 3, 4)
    np.testing.assert_array_equal(frames, marked.astype(np.float32))
    assert list(header.times) == [np.datetime64("2012-05-14T00:00", "s"), np.datetime64("2012-05-14T00:05", "s")]


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("mm/h", 1), ("mm hr-1", 1), ("kg m-2 h-1", 1), ("kg m-2 s-1", 3600), ("m s-1", 3.6e6)],
)
def test_units_become_millimetres_an_hour(tmp_path, unit, factor):
    _, frames = read(write_radar(tmp_path / "a.nc", np.full((1, 2, 2), 7.2 / factor), units=unit))
    np.testing.assert_allclose(frames, 7.2, rtol=1e-6)


def test_a_part_of_the_frames_can_be_read(tmp_path, marked):
    header = read_header(write_radar(tmp_path / "a.nc", marked, south_first=True))
    np.testing.assert_array_equal(header.frames(1, 2), marked[1:].astype(np.float32))


def test_times_between_seconds_are_rounded_not_cut(tmp_path):
    header = read_header(write_radar(tmp_path / "a.nc", np.zeros((2, 2, 2)), minutes=[0.0, 299.9999 / 60]))
    assert header.times[1] == np.datetime64("2012-05-14T00:05", "s")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"units": "dBZ"}, "units 'dBZ'"),
        ({"axis_units": "degrees_north"}, "projected"),
        ({"where": "nowhere"}, "no CRS"),
        ({"where": "global", "crs": "the moon"}, "not known to PROJ"),
        ({"name": "reflectivity", "standard_name": ""}, "0 variables"),
        ({"minutes": [5, 5]}, "twice"),
        ({"time_units": "frames since the beginning"}, "cannot be read|time"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused_by_name(tmp_path, marked, options, message):
    with pytest.raises(UserError, match=message) as error:
        read(write_radar(tmp_path / "strange.nc", marked, **options))
    assert "strange.nc" in str(error.value)


def test_cells_that_are_not_square_are_refused(tmp_path, marked):
    path = write_radar(tmp_path / "a.nc", marked)
    with netCDF4.Dataset(path, "a") as file:
        file["y"][:] = file["y"][0] - 2000 * np.arange(3)
    with pytest.raises(UserError, match="square"):
        read_header(path)


def test_a_broken_file_is_refused_by_name(tmp_path):
    (tmp_path / "broken.nc").write_bytes(b"half a download")
    with pytest.raises(UserError, match=r"broken\.nc"):
        read_header(tmp_path / "broken.nc")


def copy_of(source, path, layout="NETCDF4", **options):
    """The same file in another format of NetCDF."""
    with netCDF4.Dataset(source) as old, netCDF4.Dataset(path, "w", format=layout) as new:
        for name, dimension in old.dimensions.items():
            new.createDimension(name, len(dimension))
        for name, values in old.variables.items():
            attributes = {key: values.getncattr(key) for key in values.ncattrs()}
            fill = attributes.pop("_FillValue", None)
            packing = options if values.ndim == 3 else {}
            variable = new.createVariable(name, values.dtype, values.dimensions, fill_value=fill, **packing)
            variable.setncatts(attributes)
            variable[:] = values[:]
    return path


def test_a_damaged_block_is_refused_by_name_when_it_is_read(tmp_path):
    rates = np.random.default_rng(0).gamma(1, 1, (6, 60, 60))
    path = copy_of(write_radar(tmp_path / "a.nc", rates), tmp_path / "z.nc", zlib=True, chunksizes=(1, 60, 60))
    content = path.read_bytes()
    middle = len(content) // 2
    path.write_bytes(content[:middle] + bytes(range(256)) * 4 + content[middle + 1024 :])
    header = read_header(path)
    with pytest.raises(UserError, match=r"z\.nc: .*HDF error.*download it again"):
        header.frames(0, 6)


@pytest.mark.parametrize(("layout", "share"), [("NETCDF4", 0.3), ("NETCDF4", 0.99), ("NETCDF3_CLASSIC", 0.9)])
def test_a_file_that_is_cut_short_is_refused_by_name(tmp_path, layout, share):
    """Of a classic file, the library would take zeros for what is not there."""
    rates = np.random.default_rng(0).gamma(1, 1, (6, 60, 60))
    path = copy_of(write_radar(tmp_path / "a.nc", rates), tmp_path / "cut.nc", layout)
    np.testing.assert_array_equal(read(path)[1], rates.astype(np.float32))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(UserError, match=r"cut\.nc: .*download it again"):
        read_header(path)


def test_a_file_that_is_damaged_after_its_header_was_read_is_refused_by_name(tmp_path, marked):
    header = read_header(write_radar(tmp_path / "a.nc", marked))
    content = header.path.read_bytes()
    header.path.write_bytes(content[: len(content) // 2])
    with pytest.raises(UserError, match=r"a\.nc: .*download it again"):
        header.frames(0, 1)


def test_files_are_found_by_name(tmp_path):
    for name in ("b.nc", "a.nc", "c.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in find_files(tmp_path)] == ["a.nc", "b.nc"]
    assert find_files(tmp_path / "nowhere") == []


def test_files_are_found_in_folders_by_path(tmp_path):
    for name in ("b.nc", "2012/05/a.nc", "2012/04/z.nc", "2012/readme.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = [path.relative_to(tmp_path).as_posix() for path in netcdf.find_files(tmp_path)]
    assert found == ["2012/04/z.nc", "2012/05/a.nc", "b.nc"]
