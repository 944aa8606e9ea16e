"""Which ground a study covers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.errors import UserError
from floodmark.settings.grid import GridSettings
from floodmark.terrain.extent import rain_grid, study_grids
from tests.radar.files import write_radar
from tests.terrain.test_heightmap import write_tif


@pytest.fixture
def data(tmp_path):
    (tmp_path / "radar").mkdir()
    (tmp_path / "heightmap").mkdir()
    return tmp_path / "radar", tmp_path / "heightmap"


def asked(crs="EPSG:27700", cell_size=100, rain_cell_size=1000, extent=None):
    return GridSettings(crs=crs, cell_size=cell_size, rain_cell_size=rain_cell_size, extent=extent)


def fill(data, crs="EPSG:27700"):
    radar, heightmap = data
    # Radar 352-372 km east, 400-410 north; heightmap 360.3-365.8 east, 398-404.2 north.
    write_radar(radar / "r.nc", np.zeros((1, 10, 20)), west=352000, north=410000)
    write_tif(heightmap / "h.tif", np.zeros((62, 55), np.float32), 360300, 404200, size=100.0, crs=crs)


def test_it_is_the_overlap_snapped_inwards_to_whole_rain_cells(data):
    fill(data)
    fine, rain = study_grids(*data, asked())
    assert rain.bounds == (361000, 400000, 365000, 404000)
    assert fine.bounds == rain.bounds
    assert (rain.shape, fine.shape) == ((4, 4), (40, 40))
    assert rain_grid(*data, asked()) == rain


def test_either_alone_gives_its_own_ground(data):
    radar, heightmap = data
    fill(data)
    (radar / "r.nc").unlink()
    assert study_grids(*data, asked())[1].bounds == (361000, 398000, 365000, 404000)
    fill(data)
    (heightmap / "h.tif").unlink()
    assert study_grids(*data, asked())[1].bounds == (352000, 400000, 372000, 410000)
    (radar / "r.nc").unlink()
    assert study_grids(*data, asked()) is None
    assert rain_grid(*data, asked(crs=None)) is None


def test_an_extent_in_the_params_holds(data):
    fill(data)
    grids = study_grids(*data, asked(extent=[361500, 400500, 364500, 403500]))
    assert grids[1].bounds == (362000, 401000, 364000, 403000)


def test_without_a_crs_it_is_the_heightmaps_if_in_metres_else_the_radars(data):
    fill(data)
    assert study_grids(*data, asked(crs=None))[0].crs == "EPSG:27700"
    _, heightmap = data
    write_tif(heightmap / "h.tif", np.zeros((40, 40), np.float32), -2.5, 53.55, size=0.002, crs="EPSG:4326")
    assert study_grids(*data, asked(crs=None))[0].crs == "EPSG:27700"
    (data[0] / "r.nc").unlink()
    with pytest.raises(UserError, match="not projected in metres"):
        study_grids(*data, asked(crs=None))


@pytest.mark.parametrize(
    ("crs", "message"), [("EPSG:4326", "not projected"), ("EPSG:2263", "metres"), ("EPSG:99999", "no CRS")]
)
def test_a_crs_that_cannot_serve_is_refused(data, crs, message):
    fill(data)
    with pytest.raises(UserError, match=message):
        study_grids(*data, asked(crs=crs))


def test_heightmap_and_radar_apart_are_refused_with_both_places(data):
    fill(data)
    write_tif(data[1] / "h.tif", np.zeros((62, 55), np.float32), 500300, 204200, size=100.0)
    with pytest.raises(UserError, match=r"do not overlap.*500300|500300.*do not overlap"):
        study_grids(*data, asked())


def test_an_overlap_smaller_than_a_rain_cell_is_refused(data):
    fill(data)
    with pytest.raises(UserError, match="no cell of 5000 m"):
        study_grids(*data, asked(rain_cell_size=5000))


@given(
    st.tuples(st.floats(-4e5, 4e5), st.floats(-4e5, 4e5), st.floats(3000, 9e4), st.floats(3000, 9e4)),
    st.sampled_from([(50, 1000), (100, 1000), (250, 500), (1000, 1000)]),
)
@settings(max_examples=100)
def test_fine_cells_nest_in_rain_cells_inside_the_extent(tmp_path_factory, box, sizes):
    west, south, width, height = box
    extent = [west, south, west + width, south + height]
    empty = tmp_path_factory.getbasetemp() / "nothing"
    fine, rain = study_grids(empty, empty, asked(cell_size=sizes[0], rain_cell_size=sizes[1], extent=extent))
    assert fine.coarser(sizes[1] // sizes[0]) == rain
    slack = 1e-3
    assert rain.bounds[0] >= west - slack
    assert rain.bounds[1] >= south - slack
    assert rain.bounds[2] <= extent[2] + slack
    assert rain.bounds[3] <= extent[3] + slack
    assert rain.width * sizes[1] > width - 2 * sizes[1]
    assert rain.height * sizes[1] > height - 2 * sizes[1]
    assert (rain.west / sizes[1]) % 1 == 0
