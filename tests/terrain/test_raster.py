"""A raster comes back as it was written."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from floodmark.grid import Grid
from floodmark.radar.crs import canonical_crs
from floodmark.terrain.raster import read_raster, write_raster

LOCAL = canonical_crs("+proj=laea +lat_0=53.1 +lon_0=-2.2 +x_0=0 +y_0=0 +datum=WGS84 +units=m")


@pytest.mark.parametrize("crs", ["EPSG:27700", "EPSG:32616", LOCAL])
def test_values_and_grid_come_back(tmp_path, crs):
    grid = Grid(crs, 380000.0, 422000.0, 50.0, 30, 41)
    values = np.random.default_rng(0).normal(size=grid.shape).astype(np.float32)
    values[3, 4] = np.nan
    write_raster(tmp_path / "a.tif", values, grid)
    read, found = read_raster(tmp_path / "a.tif")
    np.testing.assert_array_equal(read, values)
    assert found == grid


def test_it_is_cloud_optimised_and_its_bytes_repeat(tmp_path):
    grid = Grid("EPSG:27700", 0.0, 60000.0, 50.0, 1200, 1100)
    values = np.random.default_rng(0).random(grid.shape).astype(np.float32)
    for name in ("a", "b"):
        write_raster(tmp_path / f"{name}.tif", values, grid)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()
    with rasterio.open(tmp_path / "a.tif") as source:
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert source.overviews(1)
        assert np.isnan(source.nodata)
