"""Real radar over real terrain: the Pennines on 26 November 2024."""

from __future__ import annotations

import json
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from floodmark.grid import Grid
from floodmark.hydraulics.make import make_water
from floodmark.radar.archive import ingest as ingest_radar
from floodmark.settings.base import read_params, read_section
from floodmark.settings.grid import GridSettings
from floodmark.settings.ingest_heightmap import IngestHeightmap
from floodmark.settings.ingest_radar import IngestRadar
from floodmark.settings.make_water import MakeWater
from floodmark.terrain.extent import rain_grid
from floodmark.terrain.ingest import ingest as ingest_heightmap
from floodmark.terrain.raster import read_raster
from floodmark.terrain.routing import Drainage
from tests.radar.files import read_sequence

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data" / "pennines"
GRID = GridSettings(crs=None, cell_size=100, rain_cell_size=1000, extent=None)

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the Pennines data are not beside the repository")


def section(name, model):
    return read_section(read_params(ROOT / "params.yaml"), name, model, "params.yaml")


@pytest.fixture(scope="module")
def land(tmp_path_factory):
    folder = tmp_path_factory.mktemp("land")
    for name in ("radar", "terrain", "storms", "depth"):
        (folder / name).mkdir()
    radar, heightmap = DATA / "radar", DATA / "heightmap"
    believed = section("ingest_heightmap", IngestHeightmap)
    ingest_heightmap(heightmap, radar, folder / "terrain", folder / "terrain.json", GRID, believed)
    rain = rain_grid(radar, heightmap, GRID)
    ingest_radar(radar, folder / "radar", folder / "radar.json", rain, section("ingest_radar", IngestRadar))
    return folder


def test_nine_tiles_lie_side_by_side_on_the_national_grid(land):
    elevation, grid = read_raster(land / "terrain" / "terrain.tif")
    assert grid == Grid("EPSG:27700", 370000.0, 440000.0, 100.0, 300, 300)
    assert np.isfinite(elevation).all()
    # Boulsworth Hill, 517 m, SD 930 357, is the highest ground; the Calder at Whalley, SD 729 361, runs at about 45 m.
    row, column = np.unravel_index(elevation.argmax(), elevation.shape)
    assert abs(grid.x[column] - 393000) < 300
    assert abs(grid.y[row] - 435700) < 300
    assert 500 < elevation.max() < 518
    whalley = elevation[(440000 - 436100) // 100, (372900 - 370000) // 100]
    assert 35 < whalley < 60
    metrics = json.loads((land / "terrain.json").read_text())
    assert metrics["tiles"] == 9
    assert 30 < metrics["lowest"] < 40


def test_no_seam_shows_where_tiles_meet(land):
    elevation, _ = read_raster(land / "terrain" / "terrain.tif")
    for axis in (0, 1):
        steps = np.abs(np.diff(elevation, axis=axis)).mean(axis=1 - axis)
        for seam in (99, 199):
            beside = np.delete(steps[seam - 10 : seam + 11], 10)
            assert steps[seam] < beside.max() * 1.2


def test_a_tile_reads_as_its_text_does(land):
    import zipfile

    elevation, _ = read_raster(land / "terrain" / "terrain.tif")
    with zipfile.ZipFile(DATA / "heightmap" / "sd82.zip") as archive:
        lines = archive.read("SD82.asc").decode().splitlines()
    values = np.array([[float(value) for value in line.split()] for line in lines[5:]])
    west, south = float(lines[2].split()[1]), float(lines[3].split()[1])
    assert values.shape == (200, 200)
    rows, columns = int((440000 - south - 10000) / 100), int((west - 370000) / 100)
    part = elevation[rows : rows + 100, columns : columns + 100]
    np.testing.assert_allclose(part, values.reshape(100, 2, 100, 2).mean(axis=(1, 3)), atol=0.01)


def test_radar_cells_keep_their_values_and_places(land):
    (path,) = (land / "radar").iterdir()
    assert path.name == "20241126T0100.nc"
    sequence = read_sequence(path)
    with netCDF4.Dataset(next((DATA / "radar").glob("*.nc"))) as source:
        raw, x, y = source["rainfall_rate"][:], source["x"][:], source["y"][:]
    assert sequence.rate.shape == (13, 30, 30)
    assert not sequence.quality.any()
    for row in range(30):
        for column in range(30):
            (i,) = np.flatnonzero(y == sequence.grid.y[row])
            (j,) = np.flatnonzero(x == sequence.grid.x[column])
            np.testing.assert_array_equal(sequence.rate[:, row, column], raw[:, i, j])
    metrics = json.loads((land / "radar.json").read_text())
    assert (metrics["frames"], metrics["sequences"]) == (13, 1)
    assert 90 < metrics["wettest_rate"] < 110


def test_rivers_gather_where_rivers_are(land):
    network = Drainage.load(land / "terrain" / "drainage")
    assert network.area.max() > 10000
    outlets = network.receiver.ravel() == np.arange(network.receiver.size)
    assert network.area.ravel()[outlets].sum() == 90000


def test_an_hour_of_real_rain_runs_off_and_adds_up(land):
    make_water(
        land / "water", land / "radar", land / "storms", land / "terrain", land / "depth", land / "ledger.csv",
        land / "ledger.json", section("make_water", MakeWater),
    )  # fmt: skip
    metrics = json.loads((land / "ledger.json").read_text())
    assert (metrics["events"], metrics["radar_events"]) == (1, 1)
    assert metrics["largest_relative_residual"] < 1e-5
    with netCDF4.Dataset(land / "depth" / "20241126T0100.nc") as source:
        depth = source["depth"][:]
    assert depth.shape == (4, 300, 300)
    assert 0.002 < (depth[-1] >= 0.1).mean() < 0.05
    assert 0.5 < depth.max() < 10
