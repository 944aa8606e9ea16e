from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from floodmark.errors import UserError
from floodmark.radar.sequence import SequenceReader
from floodmark.settings.make_water import MakeWater
from floodmark.water.coarse_files import RAIN_SWEEPS
from floodmark.water.downscale import settle
from floodmark.water.forecast.ground import Ground, rain_over, read_ground
from floodmark.water.forecast.inputs import Scene, channel_names
from floodmark.water.forecast.rain import NestedRain, Rain
from floodmark.water.forecast.reckoned import RECKONED, Reckoner
from floodmark.water.layout import GROUPS as ALL
from floodmark.water.moments import TASKS
from floodmark.water.running import ABOUT_DEPTHS, how_water_runs, read_how_water_runs
from tests.water import study
from tests.water.forecast.conftest import GROUPS


def scene_of(place, radar=None, extent=None, groups=GROUPS, permanent=None, task="emulate"):
    statistics = place.windows.statistics
    ground = read_ground(place.heightmap, 100.0, statistics["rain_cell_size"], None, extent)
    rain, reckoner = Rain(radar or place.radar, ground.rain, 300), None
    if RECKONED & set(groups):
        reckoner = Reckoner(ground, rain, statistics, groups, task, Path("nowhere"))
    return Scene(ground, rain, statistics, groups, permanent, reckoner)


def sources(place):
    """Moment and row of each window of the event."""
    found = place.windows.index.filter(place.windows.index["event"] == place.event).unique("source").sort("source")
    for source, known in found.select("source", "t0").iter_rows():
        yield np.datetime64(known.replace(tzinfo=None), "s"), source


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("groups", [ALL, ("settled", "heightmap")])
def test_channels_are_those_of_the_windows(place, groups, task):
    permanent = np.asarray(place.windows.permanent)
    scene, shape = scene_of(place, groups=groups, permanent=permanent, task=task), place.windows.grid.shape
    assert scene.ground.grid == place.windows.grid
    names = channel_names(groups, scene.statistics)
    assert names == place.windows.channel_names(groups)
    seen = list(sources(place))
    assert len(seen) >= 3
    assert "settled_rain" in names
    for moment, source in seen:
        known, _ = scene.known(moment)
        found = scene.read(known, 0, 0, *shape)
        np.testing.assert_allclose(
            found, place.windows.inputs(groups, task, source, 0, 0, *shape), rtol=1e-6, atol=1e-6
        )
        np.testing.assert_array_equal(scene.read(known, 11, 23, 30, 17), found[:, 11:41, 23:40])
    for name in ("settled_rain", "simulated_depth"):
        assert all(found[number].std() > 1e-4 for number, each in enumerate(names) if each == name)


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
    moment, _ = list(sources(place))[1]
    with xr.open_dataset(place.radar) as dataset:
        later = dataset.load()
    later["rainfall_rate"] = later["rainfall_rate"] + 40.0 * (later["time"] >= moment.astype("datetime64[ns]"))
    later.to_netcdf(tmp_path / "later.nc")
    assert SequenceReader(tmp_path / "later.nc")[-1:].max() > 40
    groups = ["rain", "routed", "settled", "simulated"]
    one, other = (
        scene_of(place, radar, groups=groups, task="nowcast").known(moment)[0]
        for radar in (None, tmp_path / "later.nc")
    )
    np.testing.assert_array_equal(one.rain, other.rain)
    np.testing.assert_array_equal(one.routed, other.routed)
    for group in RECKONED:
        assert one.reckoned[group].any()
        np.testing.assert_array_equal(one.reckoned[group], other.reckoned[group])


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


@pytest.mark.parametrize(("cut", "size"), [((0, 0, 0, 0), 8), ((800, 1600, 800, 0), 8), ((300, 1100, 500, 900), 1),
                                           ((400, 800, 0, 0), 4)])  # fmt: skip
def test_the_simulator_has_the_rain_of_ground_that_begins_amid_a_rain_cell(place, cut, size):
    west, south, east, north = study.FINE.bounds
    ground = read_ground(
        place.heightmap, 100.0, 800.0, None, (west + cut[0], south + cut[1], east - cut[2], north - cut[3])
    )
    rain = Rain(place.radar, ground.rain, 300)
    nested = NestedRain(rain, ground)
    assert nested.grid == ground.grid.coarser(size)
    found = nested.rate(3).repeat(size, 0).repeat(size, 1)
    np.testing.assert_array_equal(found, rain.frame(3)[ground.rows[:, None], ground.columns[None, :]])
    assert found.std() > 0


def test_rain_settles_on_part_of_the_ground_as_it_ran_there(place):
    west, south, east, north = study.FINE.bounds
    scene = scene_of(place, extent=(west + 300, south + 1100, east - 500, north - 900), groups=["settled"])
    moment, _ = list(sources(place))[-1]
    ground, rain = scene.ground, scene.rain
    share = scene.statistics["make_water"]["losses"]["runoff_coefficient"]
    fell = sum(rain.frame(number).astype(float) for number in range(18)) * share / 12000
    water = settle(ground.elevation, fell[ground.rows[:, None], ground.columns[None, :]], RAIN_SWEEPS)
    found = scene.read(scene.known(moment)[0], 0, 0, *ground.grid.shape)
    np.testing.assert_allclose(np.expm1(found[0]) / 10, water, rtol=2e-3, atol=1e-6)
    assert water.max() > 0.005


def test_what_has_fallen_cannot_be_taken_back(place):
    scene = scene_of(place, groups=["settled"])
    moments = [moment for moment, _ in sources(place)]
    scene.known(moments[-1])
    with pytest.raises(ValueError, match="before the moment asked for last"):
        scene.known(moments[0])


def test_how_water_runs_travels_and_where_depths_come_from_does_not():
    study_water = study.water_settings()
    told = json.loads(json.dumps(how_water_runs(study_water)))
    found = read_how_water_runs({"make_water": told})
    for name in MakeWater.model_fields:
        assert (name in told) != (name in ABOUT_DEPTHS)
        assert name in ABOUT_DEPTHS or getattr(found, name) == getattr(study_water, name)


def test_files_that_the_study_used_are_asked_for_where_they_matter(place):
    statistics = place.windows.statistics
    ground = read_ground(place.heightmap, 100.0, statistics["rain_cell_size"], None, None)
    rain = Rain(place.radar, ground.rain, 300)
    rough = {**statistics, "make_water": {**statistics["make_water"], "manning_n": "raster", "inflows": True}}
    Reckoner(ground, rain, rough, ["settled"], "emulate", Path("nowhere"))
    with pytest.raises(UserError, match=r"nowhere/manning_n.tif"):
        Reckoner(ground, rain, rough, ["simulated"], "emulate", Path("nowhere"))
