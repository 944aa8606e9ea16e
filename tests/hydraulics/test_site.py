"""The ground that events share: its files, its edges, its ponds."""

from __future__ import annotations

import numpy as np
import pytest

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.hydraulics.edges import CLOSED, Edge
from floodmark.hydraulics.site import make_site
from floodmark.terrain.raster import write_raster
from tests.hydraulics.test_events import FREE, options

GRID = Grid("EPSG:27700", 400000.0, 304000.0, 100.0, 12, 15)


def slope():
    return (50 - np.arange(15.0))[None, :].repeat(12, 0)


def pit(depth=4.0):
    """A slope to the east with a hollow of one cell that spills where its eastern rim is."""
    bed = slope()
    bed[5, 7] -= depth
    return bed


def test_each_edge_is_what_the_params_say_of_it(tmp_path):
    level = {"kind": "level", "slope": 0, "level": 44.5}
    edges = {"west": {"kind": "closed", "slope": 0.1, "level": None}, "east": level, "north": FREE, "south": FREE}
    site = make_site(slope(), GRID, tmp_path, options(edges=edges))
    assert site.edges == (CLOSED, Edge(level=44.5), Edge(slope=0.01), Edge(slope=0.01))


def test_a_level_edge_without_a_level_is_refused():
    with pytest.raises(ValueError, match="needs a level, in m"):
        options(edges={"kind": "level", "slope": 0, "level": None})
    with pytest.raises(ValueError, match="level = 3 belongs to kind = level, and kind is free"):
        options(edges={"kind": "free", "slope": 0.01, "level": 3})


@pytest.mark.parametrize(
    ("level", "said"), [(20.0, "below the whole edge"), (400.0, "above all the ground"), (48.0, "")]
)
def test_a_level_that_has_nothing_to_do_with_the_ground_is_told(tmp_path, capsys, level, said):
    edge = {"kind": "level", "slope": 0, "level": level}
    make_site(slope(), GRID, tmp_path, options(edges={"west": FREE, "east": FREE, "north": edge, "south": FREE}))
    told = capsys.readouterr().err
    assert said in told
    assert bool(said) == ("make_water.edges.north.level" in told)


def test_a_pond_stands_as_high_as_it_spills_and_nowhere_else(tmp_path):
    site = make_site(pit(), GRID, tmp_path, options(initial_water="ponds"))
    assert site.depth[5, 7] == pytest.approx(3.0)
    assert np.count_nonzero(site.depth) == 1


@pytest.mark.parametrize("bed", [pit(), np.random.default_rng(3).normal(80, 4, (12, 15))], ids=["pit", "rough"])
def test_ponds_stay_while_they_run_before_the_rain(tmp_path, bed):
    site = make_site(bed, GRID, tmp_path, options(initial_water="ponds"))
    later = make_site(bed, GRID, tmp_path, options(initial_water="ponds", spin_up=600))
    assert site.depth.max() > 1
    np.testing.assert_allclose(later.depth, site.depth, atol=2e-5)


def test_water_that_is_no_pond_runs_off_in_the_spin_up(tmp_path):
    write_raster(tmp_path / "initial_depth.tif", np.full(GRID.shape, 0.5, np.float32), GRID)
    site = make_site(pit(), GRID, tmp_path, options(initial_water="raster"))
    np.testing.assert_array_equal(site.depth, np.full(GRID.shape, 0.5, np.float32))
    later = make_site(pit(), GRID, tmp_path, options(initial_water="raster", spin_up=2880))
    assert later.depth[5, 7] == pytest.approx(3.0, abs=0.02)
    later.depth[5, 7] = 0
    assert later.depth.max() < 0.02


def test_roughness_comes_from_a_raster_by_area(tmp_path):
    fine = Grid(GRID.crs, GRID.west, GRID.north, 50.0, 24, 30)
    values = np.full(fine.shape, 0.03, np.float32)
    values[::2] = 0.07
    write_raster(tmp_path / "manning_n.tif", values, fine)
    site = make_site(slope(), GRID, tmp_path, options(manning_n="raster"))
    np.testing.assert_allclose(site.manning_n, 0.05, rtol=1e-5)
    assert np.shape(site.manning_n) == GRID.shape


def test_where_there_is_no_ground_there_is_no_water(tmp_path):
    bed = slope()
    bed[:, :3] = np.nan
    write_raster(tmp_path / "initial_depth.tif", np.full(GRID.shape, 0.5, np.float32), GRID)
    assert not make_site(bed, GRID, tmp_path, options(initial_water="raster")).depth[:, :3].any()
    assert np.isfinite(make_site(bed, GRID, tmp_path, options(initial_water="ponds")).depth).all()


@pytest.mark.parametrize(
    ("values", "grid", "said"),
    [
        (None, GRID, "manning_n = raster needs .*manning_n.tif"),
        (np.full(GRID.shape, 30.0), GRID, "180 cells with ground have no value within 0.0001 to 1"),
        (np.full(GRID.shape, 0.05), Grid(GRID.crs, 0.0, 1200.0, 100.0, 12, 15), "180 cells with ground"),
    ],
)
def test_a_raster_that_does_not_fit_is_refused_with_its_name(tmp_path, values, grid, said):
    if values is not None:
        write_raster(tmp_path / "manning_n.tif", values.astype(np.float32), grid)
    with pytest.raises(UserError, match=said):
        make_site(slope(), GRID, tmp_path, options(manning_n="raster"))


def test_damaged_rasters_and_those_without_a_crs_are_refused(tmp_path):
    (tmp_path / "manning_n.tif").write_bytes(b"II*\0 no more")
    with pytest.raises(UserError, match=r"manning_n.tif: cannot be read"):
        make_site(slope(), GRID, tmp_path, options(manning_n="raster"))
