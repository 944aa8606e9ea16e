"""The land's half of the embedded dataset: real ground the right way up, and an archive with blemishes."""

from __future__ import annotations

import netCDF4
import numpy as np
import pytest
import rasterio
from rasterio.warp import transform

from demo.land import SKY, calendar, write_land
from floodmark.radar.netcdf import find_files, read_header


@pytest.fixture(scope="module")
def land(tmp_path_factory):
    folder = tmp_path_factory.mktemp("land")
    write_land(folder, 24)
    return folder


def test_summits_and_lakes_lie_where_maps_have_them(land):
    with rasterio.open(land / "heightmap" / "jacksboro.tif") as source:
        elevation = source.read(1)
        row, column = np.unravel_index(elevation.argmax(), elevation.shape)
        # Cross Mountain, Tennessee: 1077 m at 36.21 N, 84.23 W.
        west, north = source.xy(row, column)
        assert elevation.max() > 1070
        assert abs(north - 36.21) < 0.02
        assert abs(west + 84.23) < 0.02
        # Norris Lake, in the south-east, stands at about 305 m.
        values, counts = np.unique(elevation, return_counts=True)
        lake = values[counts.argmax()]
        places = np.argwhere(elevation == lake)
        assert 300 < lake < 315
        assert source.xy(*places.mean(axis=0).astype(int))[1] < 36.3


def test_the_radar_lies_inside_the_heightmap(land):
    with rasterio.open(land / "heightmap" / "jacksboro.tif") as source:
        west, south, east, north = SKY.bounds
        corners = transform("EPSG:32616", "EPSG:4326", [west, east, west, east], [north, north, south, south])
        for x, y in zip(*corners, strict=True):
            assert source.bounds.left < x < source.bounds.right
            assert source.bounds.bottom < y < source.bounds.top
    assert all(read_header(path).grid == SKY for path in find_files(land / "radar"))


def test_storms_of_two_years_of_different_climate(land):
    starts = [start for start, _ in calendar(96)]
    assert len(set(starts)) == 96
    assert min(np.diff(np.sort(starts))) > np.timedelta64(24, "h")
    years = [start.astype(object).year for start in starts]
    assert years.count(2013) >= 20
    widths = {year: [c.radius[1] for s, c in calendar(96) if s.astype(object).year == year] for year in (2012, 2013)}
    assert np.mean(widths[2012]) > 1.3 * np.mean(widths[2013])


def test_the_archive_has_the_blemishes_of_real_ones(land):
    absent = missing = south_first = 0
    for path in find_files(land / "radar"):
        header = read_header(path)
        south_first += header.flipped
        steps = np.diff(header.times) / np.timedelta64(5, "m")
        absent += (steps == 2).sum()
        frames = header.frames(0, len(header.times))
        missing += np.isnan(frames).any(axis=(1, 2)).sum()
        assert not np.isnan(frames).all(axis=(1, 2)).any()
        assert np.nanmax(frames) < 120
    assert absent >= 3
    assert missing >= 3
    assert south_first == 1


def test_equal_sizes_give_equal_bytes(land, tmp_path):
    write_land(tmp_path, 24)
    for path in sorted(land.rglob("*.*")):
        assert (tmp_path / path.relative_to(land)).read_bytes() == path.read_bytes()


def test_it_is_packed_small_and_says_that_it_is_made_up(land):
    (path, *_) = find_files(land / "radar")
    with netCDF4.Dataset(path) as source:
        assert source["rainfall_rate"].dtype == np.int16
        assert "not observed" in source.title
    assert sum(path.stat().st_size for path in find_files(land / "radar")) < 24 * 40_000
