"""The stage's whole way: folders in, terrain, drainage and metrics out."""

from __future__ import annotations

import json

import numpy as np
import pytest

from floodmark.settings.grid import GridSettings
from floodmark.settings.ingest_heightmap import IngestHeightmap
from floodmark.terrain.ingest import ingest
from floodmark.terrain.raster import read_raster
from floodmark.terrain.routing import Drainage
from tests.terrain.test_heightmap import write_tif

GRID = GridSettings(crs=None, cell_size=100, rain_cell_size=1000, extent=None)
BELIEVED = IngestHeightmap(lowest=-450, highest=9000)


def run(folder):
    (folder / "terrain").mkdir()
    ingest(folder / "heightmap", folder / "radar", folder / "terrain", folder / "terrain.json", GRID, BELIEVED)
    return json.loads((folder / "terrain.json").read_text())


def test_terrain_drainage_and_metrics_agree(tmp_path):
    (tmp_path / "heightmap").mkdir()
    slope = np.tile(np.arange(60, dtype=np.float32) * 5, (80, 1))
    write_tif(tmp_path / "heightmap" / "a.tif", slope, 400000, 308000, size=50.0)
    metrics = run(tmp_path)
    elevation, grid = read_raster(tmp_path / "terrain" / "terrain.tif")
    network = Drainage.load(tmp_path / "terrain" / "drainage")
    assert elevation.shape == network.filled.shape == (40, 30) == (metrics["grid"]["height"], metrics["grid"]["width"])
    assert metrics["grid"]["crs"] == grid.crs == "EPSG:27700"
    assert (metrics["tiles"], metrics["cells"], metrics["missing_share"]) == (1, 1200, 0)
    assert metrics["lowest"] == elevation.min() == 2.5
    assert metrics["highest"] == elevation.max() == 292.5
    assert metrics["mean_slope"] == pytest.approx(0.1)
    # 30 columns, of which the easternmost drains over its own edge.
    assert (network.area[1:-1, 0] == 29).all()


def test_without_tiles_there_is_no_terrain_but_metrics(tmp_path, capsys):
    (tmp_path / "heightmap").mkdir()
    assert run(tmp_path) == {"tiles": 0, "cells": 0}
    assert not list((tmp_path / "terrain").iterdir())
    assert "no heightmap tile" in capsys.readouterr().err
