"""From rain on disk to depths on disk: clocks, causes, losses, and what is left out."""

from __future__ import annotations

import csv
import json

import netCDF4
import numpy as np
import pytest

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.hydraulics.events import find_events, spread
from floodmark.hydraulics.make import make_water, threads
from floodmark.radar.sequence import OBSERVED, SequenceWriter
from floodmark.settings.make_water import MakeWater
from floodmark.terrain.raster import write_raster

RAIN = Grid("EPSG:27700", 400000.0, 304000.0, 1000.0, 4, 5)
FINE = Grid("EPSG:27700", 400000.0, 304000.0, 100.0, 40, 50)
START = np.datetime64("2012-05-14T03:00", "s")
IMPORTS = {
    "times": "names", "start": None, "first": 15, "interval": 15, "units": "m", "crs": None, "max_depth": 200,
}  # fmt: skip


LOSSES = {
    "kind": "none", "runoff_coefficient": 0.5, "infiltration_rate": 5, "conductivity": 10, "suction_head": 110,
    "moisture_deficit": 0.3, "curve_number": 75, "initial_abstraction": 0.2, "topmodel_m": 0.005,
    "topmodel_start": 0.01,
}  # fmt: skip
CLOSED = {"kind": "closed", "slope": 0, "level": None}
FREE = {"kind": "free", "slope": 0.01, "level": None}


def options(losses=None, edges=FREE, **changes):
    values = {
        "source": "simulate", "manning_n": 0.05, "losses": {**LOSSES, **(losses or {})},
        "edges": edges if "west" in edges else dict.fromkeys(("west", "east", "north", "south"), edges),
        "initial_water": "dry", "spin_up": 0, "inflows": False, "precision": "float32", "advection": False,
        "courant": 0.7, "froude": 1.0, "theta": 0.9, "longest_step": 30, "snapshot_interval": 15, "velocity": False,
        "recession": 10, "min_frames": 3, "max_missing_share": 0.2, "wet_depth": 0.1, "imports": IMPORTS,
    }  # fmt: skip
    return MakeWater(**{**values, **changes})


def write_rain(path, rates):
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = SequenceWriter(path, RAIN, START, 300)
    for rate in rates:
        writer.append(np.broadcast_to(np.asarray(rate, np.float32), RAIN.shape), OBSERVED)
    writer.close()


def study(folder, rates, elevation=None, name="20120514T0300"):
    for part in ("radar", "storms", "terrain", "depth"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    write_rain(folder / "radar" / f"{name}.nc", rates)
    bed = np.random.default_rng(0).normal(100, 2, FINE.shape) if elevation is None else elevation
    write_raster(folder / "terrain" / "terrain.tif", bed.astype(np.float32), FINE)


def run(folder, **changes):
    make_water(
        folder / "water", folder / "radar", folder / "storms", folder / "terrain", folder / "depth",
        folder / "ledger.csv", folder / "ledger.json", options(**changes),
    )  # fmt: skip
    with (folder / "ledger.csv").open() as lines:
        return {row["event"]: row for row in csv.DictReader(lines)}


def depths(folder, name="20120514T0300"):
    with netCDF4.Dataset(folder / "depth" / f"{name}.nc") as source:
        times = np.asarray(source["time"][:]).astype("datetime64[s]")
        return times, np.ma.filled(source["depth"][:], np.nan), {key: source.getncattr(key) for key in source.ncattrs()}


def test_snapshots_come_on_the_clock_and_at_the_end(tmp_path):
    study(tmp_path, [10.0] * 8)
    run(tmp_path)
    times, depth, attributes = depths(tmp_path)
    assert list((times - START).astype(int) // 60) == [15, 30, 45, 50]
    assert depth.shape == (4, 40, 50)
    assert (attributes["event"], attributes["origin"]) == ("20120514T0300", "radar")
    assert attributes["rain_file"] == "radar/20120514T0300.nc"


def test_depth_does_not_depend_on_frames_of_its_time_or_later(tmp_path):
    study(tmp_path / "a", [20.0] * 3 + [0.0] * 5)
    study(tmp_path / "b", [20.0] * 3 + [200.0] * 5)
    run(tmp_path / "a")
    run(tmp_path / "b")
    (times, a, _), (_, b, _) = depths(tmp_path / "a"), depths(tmp_path / "b")
    assert times[0] - START == np.timedelta64(15, "m")
    np.testing.assert_array_equal(a[0], b[0])
    assert (b[1] - a[1]).max() > 0.01


def test_rain_falls_on_the_ground_below_it(tmp_path):
    rate = np.zeros((8, 4, 5), np.float32)
    rate[:, 0, 4] = 60
    study(tmp_path, rate, elevation=np.full(FINE.shape, 50.0))
    run(tmp_path, edges=CLOSED, manning_n=0.9)
    depth = depths(tmp_path)[1][-1]
    assert depth[:10, 40:].mean() > 20 * depth[20:, :20].mean()
    assert np.unravel_index(depth.argmax(), depth.shape)[0] < 10


def test_the_ledger_adds_up_and_the_soil_takes_its_part(tmp_path):
    study(tmp_path, [30.0] * 6)
    full, half = run(tmp_path), None
    (line,) = full.values()
    assert float(line["rain_m3"]) == pytest.approx(0.015 * 5e6 * 4, rel=1e-6)
    assert abs(float(line["relative_residual"])) < 1e-5
    assert int(line["cells"]) == 2000
    half = run(tmp_path, losses={"kind": "share"})
    assert float(half["20120514T0300"]["rain_m3"]) == pytest.approx(float(line["rain_m3"]), rel=1e-9)
    assert float(half["20120514T0300"]["losses_m3"]) == pytest.approx(0.5 * float(line["rain_m3"]), rel=1e-6)
    assert float(half["20120514T0300"]["stored_m3"]) < 0.55 * float(line["stored_m3"])
    summary = json.loads((tmp_path / "ledger.json").read_text())
    assert (summary["events"], summary["radar_events"]) == (1, 1)


def test_missing_rain_counts_as_none_and_too_much_of_it_leaves_the_event_out(tmp_path, capsys):
    some = np.full((10, 4, 5), 10, np.float32)
    some[0] = np.nan
    study(tmp_path, some)
    most = some.copy()
    most[:4] = np.nan
    write_rain(tmp_path / "radar" / "20130101T0000.nc", most)
    write_rain(tmp_path / "radar" / "20130102T0000.nc", most[6:8])
    lines = run(tmp_path)
    assert list(lines) == ["20120514T0300"]
    assert float(lines["20120514T0300"]["missing_share"]) == pytest.approx(0.1)
    assert float(lines["20120514T0300"]["rain_m3"]) == pytest.approx(0.010 * 9 / 12 * 2e7, rel=1e-5)
    assert [path.name for path in (tmp_path / "depth").iterdir()] == ["20120514T0300.nc"]
    assert "2 events left out" in capsys.readouterr().err


def test_bytes_do_not_depend_on_the_number_of_threads(tmp_path, monkeypatch):
    found = []
    for name, count in (("one", "1"), ("two", "2")):
        study(tmp_path / name, [25.0] * 6)
        for extra in range(4):
            write_rain(tmp_path / name / "storms" / f"storm-{extra}.nc", [5.0 * extra] * 6)
        monkeypatch.setenv("OMP_NUM_THREADS", count)
        assert threads() <= int(count)
        run(tmp_path / name)
        files = sorted((tmp_path / name / "depth").iterdir())
        found.append({path.name: path.read_bytes() for path in [*files, tmp_path / name / "ledger.csv"]})
    assert len(found[0]) == 6
    assert found[0] == found[1]


def test_terrain_without_elevation_has_no_depth(tmp_path):
    elevation = np.full(FINE.shape, 10.0)
    elevation[:, :7] = np.nan
    study(tmp_path, [10.0] * 4, elevation=elevation)
    run(tmp_path)
    depth = depths(tmp_path)[1]
    assert np.isnan(depth[:, :, :7]).all()
    assert np.isfinite(depth[:, :, 7:]).all()


@pytest.mark.parametrize("absent", ["radar", "terrain"])
def test_without_rain_or_terrain_there_is_no_water_but_a_ledger(tmp_path, absent, capsys):
    study(tmp_path, [10.0] * 4)
    for path in (tmp_path / absent).iterdir():
        path.unlink()
    assert run(tmp_path) == {}
    assert json.loads((tmp_path / "ledger.json").read_text())["events"] == 0
    assert "no water is simulated" in capsys.readouterr().err


def test_events_are_found_by_origin_and_name(tmp_path):
    for name in ("radar/b", "radar/a", "storms/0"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.nc").touch()
    events = find_events(tmp_path / "radar", tmp_path / "storms")
    assert [(event.origin, event.name) for event in events] == [("radar", "a"), ("radar", "b"), ("generated", "0")]


def test_grids_that_do_not_nest_are_refused():
    moved = Grid(RAIN.crs, RAIN.west + 100, RAIN.north, 1000.0, 4, 5)
    with pytest.raises(UserError, match="grids differ"):
        spread(np.zeros(RAIN.shape, np.float32), moved, FINE)


def test_an_event_without_a_cell_of_ground_has_no_wet_share(tmp_path):
    study(tmp_path, [10.0] * 4, elevation=np.full(FINE.shape, np.nan))
    (line,) = run(tmp_path).values()
    assert line["cells"] == "0"
    assert json.loads((tmp_path / "ledger.json").read_text())["median_wet_share"] is None


def opened(folder, name="20120514T0300"):
    return netCDF4.Dataset(folder / "depth" / f"{name}.nc")


def test_peaks_are_of_all_steps_and_say_when(tmp_path):
    study(tmp_path, [60.0] * 3 + [0.0] * 9)
    run(tmp_path, snapshot_interval=30)
    times, depth, _ = depths(tmp_path)
    with opened(tmp_path) as source:
        peak, when = np.ma.filled(source["max_depth"][:], np.nan), np.ma.filled(source["time_of_max_depth"][:], -1)
    assert (peak >= depth.max(axis=0)).all()
    assert (peak > depth.max(axis=0)).mean() > 0.5
    assert when.min() > 0
    assert when.max() <= (times[-1] - START).astype(int)
    assert (when % 1800 != 0).mean() > 0.5


def test_the_ledger_stands_in_the_file_and_every_litre_is_in_it(tmp_path):
    study(tmp_path, [100.0] * 6)
    (line,) = run(tmp_path, losses={"kind": "green_ampt", "conductivity": 5}).values()
    attributes = depths(tmp_path)[2]
    for name in ("rain_m3", "losses_m3", "outflow_west_m3", "outflow_south_m3", "stored_m3", "residual_m3"):
        assert attributes[f"ledger_{name}"] == pytest.approx(float(line[name]), rel=1e-9, abs=1e-9)
    rain, losses, stored = (float(line[name]) for name in ("rain_m3", "losses_m3", "stored_m3"))
    out = sum(float(line[f"outflow_{side}_m3"]) for side in ("west", "east", "north", "south"))
    assert rain == pytest.approx(0.050 * 2e7, rel=1e-6)
    assert 0.2 * rain < losses < 0.5 * rain
    assert losses + out + stored == pytest.approx(rain, rel=1e-6)
    metrics = json.loads((tmp_path / "ledger.json").read_text())
    assert metrics["rain_m3"] == pytest.approx(rain)
    assert abs(metrics["largest_relative_residual"]) < 1e-6


def test_newly_flooded_leaves_out_what_was_wet_before(tmp_path):
    bed = np.full(FINE.shape, 100.0)
    bed[10:20, 10:20] -= 2
    study(tmp_path, [60.0] * 24, elevation=bed)
    (dry,) = run(tmp_path, edges=CLOSED, manning_n=0.02).values()
    (pond,) = run(tmp_path, manning_n=0.02, initial_water="ponds").values()
    # At any time, and so no fewer than at the end.
    assert int(dry["newly_flooded_cells"]) >= int(dry["wet_cells"]) >= 100
    assert float(pond["initial_m3"]) == pytest.approx(2 * 100 * 1e4)
    with opened(tmp_path) as source:
        peak, newly = source["max_depth"][:], int(pond["newly_flooded_cells"])
        # In the file peaks are rounded to the millimetre.
        assert 0 < (peak > 0.1005).sum() - 100 <= newly <= (peak >= 0.1).sum() - 100
        assert newly == source.ledger_newly_flooded_cells
        assert source["initial_depth"][15, 15] == pytest.approx(2)
        assert source["depth"][0, 15, 15] > 2


def test_speed_is_kept_where_it_is_asked_for(tmp_path):
    bed = np.broadcast_to(100 - 0.5 * np.arange(50), FINE.shape).astype(float)
    study(tmp_path, [50.0] * 12, elevation=bed)
    run(tmp_path, velocity=True)
    with opened(tmp_path) as source:
        speed, depth = source["speed"][-2], source["depth"][-2]
        assert source["speed"].units == "m s-1"
    normal = np.sqrt(0.005) / 0.05 * depth ** (2 / 3)
    assert np.abs(speed / normal - 1)[5:-5, 20:-5].max() < 0.1
    run(tmp_path)
    with opened(tmp_path) as source:
        assert "speed" not in source.variables


def test_hydrographs_flow_in_where_they_are_asked_for(tmp_path):
    study(tmp_path, [0.0] * 12, elevation=np.full(FINE.shape, 50.0))
    water = tmp_path / "water"
    water.mkdir()
    rows = [f"beck,402050,302050,2012-05-14T{hour}:00,{q}" for hour, q in (("03:00", 0), ("03:30", 10), ("04:00", 0))]
    (water / "inflows.csv").write_text("name,x,y,time,discharge\n" + "\n".join(rows) + "\n")
    (line,) = run(tmp_path, edges=CLOSED, inflows=True).values()
    assert float(line["inflow_m3"]) == pytest.approx(0.5 * 10 * 3600)
    assert float(line["stored_m3"]) == pytest.approx(0.5 * 10 * 3600, rel=1e-6)
    depth = depths(tmp_path)[1]
    assert np.unravel_index(depth[0].argmax(), depth[0].shape) == (19, 20)
    assert float(run(tmp_path, edges=CLOSED)["20120514T0300"]["inflow_m3"]) == 0


def test_double_precision_says_the_same(tmp_path):
    study(tmp_path, [30.0] * 6)
    (single,) = run(tmp_path).values()
    first = depths(tmp_path)[1]
    (double,) = run(tmp_path, precision="float64").values()
    np.testing.assert_allclose(depths(tmp_path)[1], first, atol=2e-3)
    assert abs(float(double["relative_residual"])) < 1e-12
    assert abs(float(single["relative_residual"])) < 1e-6
