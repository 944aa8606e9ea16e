from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from floodmark.errors import UserError
from floodmark.radar.sequence import SequenceReader
from floodmark.water.forecast.ground import Ground, rain_over, read_ground
from floodmark.water.forecast.inputs import Scene, channel_names
from floodmark.water.forecast.rain import Rain
from tests.water import study
from tests.water.forecast.conftest import GROUPS


def scene_of(place, radar=None, extent=None, groups=GROUPS, permanent=None):
    statistics = place.windows.statistics
    ground = read_ground(place.heightmap, 100.0, statistics["rain_cell_size"], None, extent)
    return Scene(ground, Rain(radar or place.radar, ground.rain, 300), statistics, groups, permanent)


def sources(place):
    """Moment and row of each window of the event."""
    found = place.windows.index.filter(place.windows.index["event"] == place.event).unique("source").sort("source")
    for source, known in found.select("source", "t0").iter_rows():
        yield np.datetime64(known.replace(tzinfo=None), "s"), source


def test_channels_are_those_of_the_windows(place):
    scene, shape = scene_of(place), place.windows.grid.shape
    assert scene.ground.grid == place.windows.grid
    assert channel_names(GROUPS, scene.statistics) == place.windows.channel_names(GROUPS)
    seen = list(sources(place))
    assert len(seen) >= 3
    for moment, source in seen:
        known, _ = scene.known(moment)
        found = scene.read(known, 0, 0, *shape)
        np.testing.assert_allclose(
            found, place.windows.inputs(GROUPS, "emulate", source, 0, 0, *shape), rtol=1e-6, atol=1e-6
        )
        np.testing.assert_array_equal(scene.read(known, 11, 23, 30, 17), found[:, 11:41, 23:40])


def test_each_cell_has_the_rain_of_the_rain_cell_it_lies_in_wherever_the_ground_begins(place):
    west, south, east, north = study.FINE.bounds
    scene = scene_of(place, extent=(west + 300, south + 1100, east - 500, north - 900), groups=["rain"])
    grid = scene.ground.grid
    assert (grid.west, grid.north, grid.shape) == (west + 300, north - 900, (44, 72))
    moment, source = list(sources(place))[-1]
    found = scene.read(scene.known(moment)[0], 0, 0, *grid.shape)
    whole = place.windows.inputs(["rain"], "emulate", source, 0, 0, *study.FINE.shape)
    np.testing.assert_allclose(found, whole[:, 9:53, 3:75], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("shift", [(0.0, 0.0), (100.0, 300.0), (-700.0, 799.0)])
def test_rain_cells_lie_on_multiples_of_their_size_and_cover_the_ground(shift):
    grid = study.FINE.__class__("EPSG:32616", 700_000.0 + shift[0], 4_000_000.0 + shift[1], 100.0, 64, 80)
    rain = rain_over(grid, 800.0)
    assert rain.west % 800 == 0
    assert rain.north % 800 == 0
    ground = Ground(np.zeros(grid.shape, np.float32), grid, rain)
    for lines, cells, centres in (
        (ground.rows, rain.y, grid.y),
        (ground.columns, rain.x, grid.x),
    ):
        assert (lines >= 0).all()
        assert (np.abs(cells[lines] - centres) <= 400).all()


def test_no_rain_after_the_moment_is_used(place, tmp_path):
    moment, _ = next(iter(sources(place)))
    with xr.open_dataset(place.radar) as dataset:
        later = dataset.load()
    later["rainfall_rate"] = later["rainfall_rate"] + 40.0 * (later["time"] >= moment.astype("datetime64[ns]"))
    later.to_netcdf(tmp_path / "later.nc")
    assert SequenceReader(tmp_path / "later.nc")[-1:].max() > 40
    one, other = (scene_of(place, radar).known(moment)[0] for radar in (None, tmp_path / "later.nc"))
    np.testing.assert_array_equal(one.rain, other.rain)
    np.testing.assert_array_equal(one.routed, other.routed)


def test_permanent_water_is_where_it_is_said_to_be_and_else_nowhere(place):
    stands = np.zeros(study.FINE.shape, bool)
    stands[5, 7] = True
    moment, _ = next(iter(sources(place)))
    for permanent, total in ((None, 0), (stands, 1)):
        scene = scene_of(place, groups=["permanent"], permanent=permanent)
        found = scene.read(scene.known(moment)[0], 4, 6, 3, 3)
        assert found.shape == (1, 3, 3)
        assert found.sum() == total
        assert found[0, 1, 1] == total


def test_a_model_that_reads_a_simulation_is_refused(place):
    with pytest.raises(UserError, match="inputs: simulated"):
        scene_of(place, groups=["terrain", "simulated"])
