"""`floodmark simulate`: what a hydrologist types, and what comes of it."""

from __future__ import annotations

import json
from pathlib import Path

import netCDF4
import numpy as np
import pytest
from click.testing import CliRunner

from floodmark.cli import main
from floodmark.grid import Grid
from floodmark.hydraulics.alone.defaults import DEFAULTS, PIPELINE_ONLY, VERSION, lone_settings
from floodmark.radar.sequence import OBSERVED, SequenceWriter
from floodmark.terrain.raster import write_raster

GRID = Grid("EPSG:27700", 400000.0, 304000.0, 50.0, 40, 60)
START = np.datetime64("2013-12-05T18:00", "s")


@pytest.fixture
def folder(tmp_path):
    bed = np.random.default_rng(1).normal(60, 1, GRID.shape) - 0.2 * np.arange(60)
    write_raster(tmp_path / "dem.tif", bed.astype(np.float32), GRID)
    return tmp_path


def simulate(folder, *arguments, output="depth.nc"):
    return CliRunner().invoke(
        main, ["simulate", "--heightmap", str(folder / "dem.tif"), "-o", str(folder / output), *map(str, arguments)]
    )


def depth_of(path):
    with netCDF4.Dataset(path) as source:
        return np.ma.filled(source["depth"][:], np.nan), np.asarray(source["time"][:]).astype("datetime64[s]")


def write_rain(path, rates, grid, start=START):
    writer = SequenceWriter(path, grid, start, 300)
    for rate in rates:
        writer.append(np.broadcast_to(np.asarray(rate, np.float32), grid.shape), OBSERVED)
    writer.close()


def test_steady_rain_becomes_depths_peaks_and_a_ledger(folder):
    done = simulate(folder, "--rain", 40, "--duration", 30, "--ledger", folder / "ledger.json")
    assert done.exit_code == 0, done.output
    depth, times = depth_of(folder / "depth.nc")
    assert list((times - times[0]).astype(int) // 60) == [0, 15, 30, 45, 60, 75]
    ledger = json.loads((folder / "ledger.json").read_text())
    assert ledger["rain_m3"] == pytest.approx(0.02 * 40 * 60 * 2500)
    assert abs(ledger["relative_residual"]) < 1e-6
    stored = np.nansum(depth[-1].astype(float)) * 2500
    assert stored == pytest.approx(ledger["stored_m3"], rel=0.02)
    assert "deepest" in done.output
    with netCDF4.Dataset(folder / "depth.nc") as source:
        assert {"speed", "max_depth", "time_of_max_depth"} <= set(source.variables)


def test_radar_rain_falls_below_its_cells_in_whatever_crs(folder):
    from rasterio.warp import transform_bounds

    west, _, east, north = transform_bounds(GRID.crs, "EPSG:3035", *GRID.bounds)
    cell = 1000.0
    rain = Grid("EPSG:3035", west - cell, north + cell, cell, 5, 6)
    x = rain.x[None, :].repeat(5, 0)
    rate = np.where(x < (west + east) / 2, 90.0, 0.0)
    write_rain(folder / "rain.nc", [rate] * 6, rain)
    done = simulate(folder, "--rain", folder / "rain.nc", "--set", "recession=0", "--set", "manning_n=0.9")
    assert done.exit_code == 0, done.output
    depth, times = depth_of(folder / "depth.nc")
    assert times[-1] - START == np.timedelta64(30, "m")
    assert depth[-1, :, :20].mean() > 20 * depth[-1, :, 45:].mean()


def test_absent_frames_are_no_rain_and_are_told(folder):
    rain = GRID.coarser(20)
    (folder / "rain").mkdir()
    write_rain(folder / "rain" / "a.nc", [30.0], rain)
    write_rain(folder / "rain" / "b.nc", [30.0, 30.0], rain, start=START + np.timedelta64(600, "s"))
    done = simulate(folder, "--rain", folder / "rain", "--ledger", folder / "ledger.json")
    assert done.exit_code == 0, done.output
    assert "1 of 4 frames are absent" in done.output
    fallen = json.loads((folder / "ledger.json").read_text())["rain_m3"]
    assert fallen == pytest.approx(3 * 0.0025 * 40 * 60 * 2500, rel=1e-6)


def test_a_run_that_goes_on_from_a_state_ends_in_the_same_bits(folder):
    state = folder / "state.npz"
    common = ("--rain", 60, "--duration", 40, "--set", "losses.kind=green_ampt", "--set", "edges.east.kind=level",
              "--set", "edges.east.level=48")  # fmt: skip
    whole = simulate(folder, *common, "--ledger", folder / "whole.json")
    first = simulate(folder, *common, "--until", 25, "--save-state", state, output="first.nc")
    rest = simulate(folder, *common, "--resume", state, "--ledger", folder / "rest.json", output="rest.nc")
    assert [done.exit_code for done in (whole, first, rest)] == [0, 0, 0], rest.output
    all_depths, all_times = depth_of(folder / "depth.nc")
    depths, times = depth_of(folder / "rest.nc")
    assert times[0] > all_times[0]
    np.testing.assert_array_equal(depths, all_depths[-len(depths) :])
    assert (folder / "whole.json").read_bytes() == (folder / "rest.json").read_bytes()
    with netCDF4.Dataset(folder / "rest.nc") as one, netCDF4.Dataset(folder / "depth.nc") as other:
        for name in ("max_depth", "time_of_max_depth", "speed"):
            np.testing.assert_array_equal(one[name][-1:], other[name][-1:])


@pytest.mark.parametrize("losses", ["topmodel", "curve_number"])
def test_the_losses_memory_goes_on_too(folder, losses):
    state, common = folder / "state.npz", ("--rain", 60, "--duration", 40, "--set", f"losses.kind={losses}")
    simulate(folder, *common)
    simulate(folder, *common, "--until", 25, "--save-state", state, output="first.nc")
    rest = simulate(folder, *common, "--resume", state, output="rest.nc")
    assert rest.exit_code == 0, rest.output
    depths = depth_of(folder / "rest.nc")[0]
    np.testing.assert_array_equal(depths, depth_of(folder / "depth.nc")[0][-len(depths) :])


def test_a_state_of_another_simulation_is_refused(folder):
    state, common = folder / "state.npz", ("--rain", 60, "--duration", 40)
    simulate(folder, *common, "--until", 25, "--save-state", state)
    for change in ("manning_n=0.06", "losses.kind=constant", "edges.west.kind=closed", "precision=float64"):
        done = simulate(folder, *common, "--resume", state, "--set", change)
        assert done.exit_code == 2
        assert "state of another simulation" in done.output
    state.write_bytes(state.read_bytes()[:1000])
    done = simulate(folder, *common, "--resume", state)
    assert (done.exit_code, "is no state" in done.output) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--rain", 40), "say for how many minutes with --duration"),
        (("--rain", "no.nc"), "--rain no.nc: is neither a file or folder that exists nor a number"),
        (("--rain", -3, "--duration", 5), "must be 0 to 1000 mm h-1"),
        (("--rain", 40, "--duration", 5, "--set", "manning=0.1"), "there is no manning here; there are"),
        (("--rain", 40, "--duration", 5, "--set", "manning_n=7"), "make_water.manning_n = 7"),
        (("--rain", 40, "--duration", 5, "--set", "losses.kind=evaporation"), "make_water.losses.kind = 'evaporation'"),
        (("--rain", 40, "--duration", 5, "--set", "edges.west.kind=level"), "kind = level needs a level, in m"),
        (("--rain", 40, "--duration", 5, "--set", "froude"), "must be key=value"),
        (("--rain", 40, "--duration", 5, "--set", "inflows=true"), "inflows.csv"),
        (
            ("--rain", 40, "--duration", 5, "--set", "edges.all.kind=closed"),
            "no all here; there are east, north, south",
        ),
        (("--rain", 40, "--duration", 5, "--set", "source=import"), "source belongs to the pipeline"),
        (("--rain", 40, "--duration", 5, "--cell-size", 1500), "too few"),
        (("--rain", 40, "--duration", 5, "--cell-size", 0.01), "GB are free: choose a larger --cell-size"),
        (("--rain", 40, "--duration", 5, "--until", 500), "end after 65 minutes"),
        (("--rain", 40, "--duration", 5, "--ledger", "/no/such/folder/l.json"), "/no/such/folder does not exist"),
        (("--rain", 40, "--duration", 5, "--crs", "EPSG:32630"), "needs a --cell-size"),
        (("--rain", 40, "--duration", 5, "--crs", "EPSG:4326"), "not projected in metres"),
        (("--rain", 40, "--duration", 5, "--crs", "nowhere"), "is no CRS that PROJ knows"),
    ],
)
def test_a_users_mistake_is_one_message_and_writes_nothing(folder, arguments, said):
    done = simulate(folder, *arguments)
    assert done.exit_code == 2, done.output
    assert said in done.output
    assert "Traceback" not in done.output
    assert sorted(path.name for path in folder.iterdir()) == ["dem.tif"]


def test_rain_elsewhere_is_refused(folder):
    write_rain(folder / "rain.nc", [5.0] * 3, Grid("EPSG:27700", 0.0, 5000.0, 1000.0, 4, 5))
    done = simulate(folder, "--rain", folder / "rain.nc")
    assert (done.exit_code, "covers none of" in done.output) == (2, True)


def test_another_crs_and_cell_size_give_the_same_water_roughly(folder):
    simulate(folder, "--rain", 40, "--duration", 30, "--ledger", folder / "own.json")
    done = simulate(
        folder, "--rain", 40, "--duration", 30, "--crs", "EPSG:32630", "--cell-size", 50, "--ledger",
        folder / "warped.json", output="warped.nc",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    own, warped = (json.loads((folder / name).read_text()) for name in ("own.json", "warped.json"))
    assert warped["rain_m3"] == pytest.approx(own["rain_m3"], rel=0.1)


def test_params_of_a_study_may_be_used():
    assert lone_settings(Path("params.yaml"), ("theta=0.95",)).theta == 0.95
    assert lone_settings(Path("params.yaml"), ()).recession == 30


@pytest.mark.parametrize(("output", "said"), [("depth.tif", "let its name end in .nc"), ("dem.tif", "is read by this")])
def test_nothing_that_is_read_is_written_over(folder, output, said):
    before = (folder / "dem.tif").read_bytes()
    done = simulate(folder, "--rain", 40, "--duration", 5, output=output)
    assert (done.exit_code, said in done.output) == (2, True)
    assert (folder / "dem.tif").read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["dem.tif"]


@pytest.mark.parametrize("factor", [-1.0, 3600.0])
def test_rain_that_cannot_be_is_refused_with_its_file_time_and_rate(folder, factor):
    write_rain(folder / "rain.nc", [0.0, 5.0 * factor, 0.0], GRID.coarser(20))
    done = simulate(folder, "--rain", folder / "rain.nc")
    assert done.exit_code == 2
    assert "rain.nc: rain of" in done.output
    assert f"{5.0 * factor:g} mm h-1 at 2013-12-05T18:05" in done.output
    assert not list(folder.glob("*depth*"))


def test_cells_without_a_value_are_told_and_counted(folder):
    rate = np.full(GRID.coarser(20).shape, 30.0, np.float32)
    rate[:, 0] = np.nan
    write_rain(folder / "rain.nc", [rate] * 3, GRID.coarser(20))
    done = simulate(folder, "--rain", folder / "rain.nc", "--ledger", folder / "ledger.json")
    assert "33% of the rain was missing" in done.output
    assert json.loads((folder / "ledger.json").read_text())["missing_share"] == pytest.approx(1 / 3)


def test_one_event_is_cut_from_an_archive(folder):
    (folder / "rain").mkdir()
    write_rain(folder / "rain" / "a.nc", [30.0] * 4, GRID.coarser(20))
    write_rain(folder / "rain" / "b.nc", [60.0] * 4, GRID.coarser(20), start=START + np.timedelta64(1, "D"))
    whole = simulate(folder, "--rain", folder / "rain")
    assert (whole.exit_code, "choose one with --from and --to" in whole.output) == (2, True)
    done = simulate(
        folder, "--rain", folder / "rain", "--from", "2013-12-06T18:05", "--to", "2013-12-06T18:10", "--ledger",
        folder / "ledger.json",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert json.loads((folder / "ledger.json").read_text())["rain_m3"] == pytest.approx(0.010 * 40 * 60 * 2500)
    none = simulate(folder, "--rain", folder / "rain", "--from", "2014-01-01T00:00")
    assert (none.exit_code, "no rain between" in none.output) == (2, True)


def test_a_hydrograph_that_misses_the_run_is_refused(folder):
    extras = folder / "extras"
    extras.mkdir()
    rows = "".join(f"beck,401000,303000,2013-12-05T{hour}:00:00,5\n" for hour in (18, 20))
    (extras / "inflows.csv").write_text("name,x,y,time,discharge\n" + rows)
    common = ("--rain", 0, "--duration", 60, "--extras", extras, "--ledger", folder / "ledger.json")
    left_out = simulate(folder, *common)
    assert "is left out" in left_out.output
    missed = simulate(folder, *common, "--set", "inflows=true")
    assert (missed.exit_code, "beck lies outside the simulated 2000-01-01" in missed.output) == (2, True)
    done = simulate(folder, *common, "--set", "inflows=true", "--from", "2013-12-05T18:30")
    assert done.exit_code == 0, done.output
    assert "only its part" in done.output
    assert json.loads((folder / "ledger.json").read_text())["inflow_m3"] == pytest.approx(5 * 5400)


def test_the_file_says_how_it_was_made_and_holds_the_ground(folder):
    simulate(folder, "--rain", 40, "--duration", 5, "--set", "losses.kind=green_ampt")
    with netCDF4.Dataset(folder / "depth.nc") as source:
        assert json.loads(source.settings)["losses"]["kind"] == "green_ampt"
        assert (source.heightmap, source.rain) == ("dem.tif", "40 mm h-1 for 5 minutes")
        assert source["elevation"].shape == GRID.shape
        assert source["depth"].standard_name == "flood_water_thickness"


def test_the_defaults_stand_in_the_docs_and_the_version_is_the_packages():
    page = Path("docs/reference/simulator.md").read_text()
    for key, value in DEFAULTS.items():
        if key not in PIPELINE_ONLY and not isinstance(value, dict):
            assert f"`{key}` {str(value).lower() if isinstance(value, bool) else value}" in page
    assert f'version = "{VERSION}"' in Path("pyproject.toml").read_text()


def test_a_run_may_stop_anywhere_and_go_on_with_another_clock(folder):
    state, common = folder / "state.npz", ("--rain", 60, "--duration", 40, "--ledger", folder / "ledger.json")
    simulate(folder, *common)
    whole = json.loads((folder / "ledger.json").read_text())
    first = simulate(folder, *common, "--until", 7, "--save-state", state, "--set", "snapshot_interval=7")
    assert first.exit_code == 0, first.output
    assert json.loads((folder / "ledger.json").read_text())["rain_m3"] == pytest.approx(whole["rain_m3"] * 7 / 40)
    rest = simulate(folder, *common, "--resume", state)
    assert rest.exit_code == 0, rest.output
    after = json.loads((folder / "ledger.json").read_text())
    assert after["rain_m3"] == pytest.approx(whole["rain_m3"], rel=1e-9)
    assert after["stored_m3"] == pytest.approx(whole["stored_m3"], rel=1e-3)
    other = simulate(folder, "--rain", 600, "--duration", 40, "--resume", state)
    assert (other.exit_code, "rain must be as when it was saved" in other.output) == (2, True)


def test_a_clock_may_begin_at_any_minute_but_must_be_even(folder):
    (folder / "rain").mkdir()
    rain, late = GRID.coarser(20), START + np.timedelta64(127, "s")
    write_rain(folder / "rain" / "a.nc", [30.0] * 3, rain, start=late)
    done = simulate(folder, "--rain", folder / "rain", "--ledger", folder / "ledger.json")
    assert done.exit_code == 0, done.output
    assert json.loads((folder / "ledger.json").read_text())["rain_m3"] == pytest.approx(3 * 0.0025 * 40 * 60 * 2500)
    assert depth_of(folder / "depth.nc")[1][0] == late + np.timedelta64(900, "s")
    for name, start, said in (
        ("b.nc", late + np.timedelta64(1000, "s"), "is not a multiple of"),
        ("b.nc", late, "both hold"),
    ):
        write_rain(folder / "rain" / name, [30.0] * 3, rain, start=start)
        refused = simulate(folder, "--rain", folder / "rain")
        assert (refused.exit_code, said in refused.output) == (2, True), refused.output
