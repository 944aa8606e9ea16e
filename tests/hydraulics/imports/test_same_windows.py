"""Depths that the simulator wrote, in every format that is read, are the same depths and give the same windows."""

from __future__ import annotations

import csv
import json
import shutil

import numpy as np
import polars as pl
import pytest

from floodmark.grid import Grid
from floodmark.hydraulics.make import make_water
from floodmark.settings.make_water import MakeWater
from floodmark.terrain.raster import write_raster
from floodmark.water.windows import make_windows
from tests.hydraulics.imports import files
from tests.water import study

GENERATED, EVENTS = 8, 9


def params(**changes):
    imports = {**changes.pop("imports", {})}
    return MakeWater(**{**files.settings(30, **imports).model_dump(), "snapshot_interval": 30, **changes})


def run(outputs, water, settings):
    depth = outputs / "water" / "depth"
    depth.mkdir(parents=True, exist_ok=True)
    make_water(
        water, outputs / "radar", outputs / "storms", outputs / "terrain", depth, outputs / "water" / "ledger.csv",
        outputs / "water" / "ledger.json", settings,
    )  # fmt: skip
    (outputs / "windows").mkdir()
    make_windows(outputs, water, outputs / "windows", outputs / "windows.json", study.window_settings(), settings)


def contents(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in [*(folder / "windows").rglob("*.*"), folder / "windows.json"]
    }


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """A valley that ends at a coast, one sequence of radar, and storms enough to train on."""
    outputs = tmp_path_factory.mktemp("simulated")
    valley = study.valley()
    valley[-5:, 60:] = np.nan
    study.write_terrain(outputs, valley)
    starts = [np.datetime64("2012-05-14T03:00", "s")]
    starts += [np.datetime64("2000-01-01T00:00", "s") + np.timedelta64(day, "D") for day in range(GENERATED)]
    names = ["radar/20120514T0300", *(f"storms/flash-{number}" for number in range(GENERATED))]
    for number, (name, start) in enumerate(zip(names, starts, strict=True)):
        rates = np.random.default_rng(number).gamma(0.5, 60, (12, *study.COARSE.shape))
        files.write_rain(outputs / f"{name}.nc", start, rates, study.COARSE)
    run(outputs, outputs / "none", params(source="simulate"))
    return outputs


def as_netcdf(water, name, times, depth):
    files.write_nc(water / f"{name}.nc", times, depth, study.FINE, south_first=True)


def as_packed_netcdf(water, name, times, depth):
    files.write_nc(
        water / f"{name}.nc", times, depth, study.FINE, name="depth", standard_name="", units="mm", factor=1000,
        kind="i4",
    )  # fmt: skip


def as_classic_netcdf(water, name, times, depth):
    files.write_nc(water / f"{name}.nc", times, depth, study.FINE, name="water_depth", layout="NETCDF3_CLASSIC")


def as_tiffs(water, name, times, depth):
    for time, layer in zip(times.tolist(), depth, strict=True):
        files.write_tif(water / name / f"{name}_depth_{time:%Y-%m-%d_%H-%M}.tif", [layer], study.FINE)


def as_bands(water, name, times, depth):
    stamps = [f"{time:%Y%m%dT%H%M}" for time in times.tolist()]
    files.write_tif(water / f"{name}.tif", depth, study.FINE, descriptions=stamps)


def as_bands_by_the_clock(water, name, times, depth):
    files.write_tif(water / f"{name}.tiff", depth * 100, study.FINE, crs=None, kind="float64")


def as_hail_caesar(water, name, times, depth, ending="asc"):
    for minutes, layer in zip((30, 60, 90), depth, strict=True):
        text = files.hail_caesar(layer, study.FINE)
        files.write_text(water / name / f"WaterDepths{minutes}.{ending}", text)


def as_gzipped_hail_caesar(water, name, times, depth):
    as_hail_caesar(water, name, times, depth, "asc.gz")


def as_stream(water, name, times, depth, ending="asc"):
    """As the fork that writes to its output does: an end of line before each grid."""
    text = "".join("\n" + files.hail_caesar(layer, study.FINE) for layer in depth)
    files.write_text(water / f"{name}.{ending}", text)


def as_gzipped_stream(water, name, times, depth):
    as_stream(water, name, times, depth, "asc.gz")


CLOCK = {"times": "clock", "first": 30, "interval": 30}
FORMATS = [
    (as_netcdf, {}),
    (as_packed_netcdf, {}),
    (as_classic_netcdf, {}),
    (as_tiffs, {}),
    (as_bands, {}),
    (as_bands_by_the_clock, {**CLOCK, "units": "cm"}),
    (as_hail_caesar, {"times": "minutes"}),
    (as_gzipped_hail_caesar, {"times": "minutes"}),
    (as_stream, CLOCK),
    (as_gzipped_stream, CLOCK),
]


def stated(attributes):
    """What both say; the ledger of an import lacks what only a simulation knows."""
    return {name: value for name, value in attributes.items() if not name.startswith("ledger_")}


@pytest.mark.parametrize(("write", "imports"), FORMATS, ids=[write.__name__[3:] for write, _ in FORMATS])
def test_depths_and_windows_are_the_same_to_the_last_bit(tmp_path, simulated, write, imports):
    outputs, water = tmp_path / "outputs", tmp_path / "water"
    water.mkdir()
    for part in ("radar", "storms", "terrain"):
        shutil.copytree(simulated / part, outputs / part)
    known = {path.stem: files.read_depths(path) for path in (simulated / "water" / "depth").iterdir()}
    assert len(known) == EVENTS
    for name, (times, depth, _) in known.items():
        write(water, name, times, depth.astype(np.float64))
    run(outputs, water, params(imports=imports))
    for name, (times, depth, attributes) in known.items():
        found = files.read_depths(outputs / "water" / "depth" / f"{name}.nc")
        np.testing.assert_array_equal(found[0], times)
        assert found[1].tobytes() == depth.tobytes()
        assert stated(found[2]) == stated(attributes)
    first, second = contents(simulated), contents(outputs)
    assert sorted(first) == sorted(second)
    assert [name for name in first if first[name] != second[name]] == []


def test_the_windows_that_are_compared_hold_water_and_are_learnt_from(simulated):
    index = pl.read_parquet(simulated / "windows" / "index.parquet")
    assert index.filter(pl.col("split") == "train").height > 10
    depth = np.load(simulated / "windows" / "depth" / "000.npy")
    assert len(depth) == EVENTS * 3
    assert depth.max() > 100
    times, depth, _ = files.read_depths(simulated / "water" / "depth" / "20120514T0300.nc")
    assert np.isnan(depth[:, -5:, 60:]).all()
    assert len(times) == 3


def test_the_ledger_of_an_import_says_what_is_known(tmp_path, simulated):
    outputs, water = tmp_path / "outputs", tmp_path / "water"
    water.mkdir()
    for part in ("radar", "storms", "terrain"):
        shutil.copytree(simulated / part, outputs / part)
    for path in (simulated / "water" / "depth").iterdir():
        times, depth, _ = files.read_depths(path)
        as_netcdf(water, path.stem, times, depth.astype(np.float64))
    run(outputs, water, params(imports={}))
    first, second = (list(csv.DictReader((folder / "water" / "ledger.csv").open())) for folder in (simulated, outputs))
    assert [row["event"] for row in first] == [row["event"] for row in second]
    for known, found in zip(first, second, strict=True):
        assert [found[name] for name in ("outflow_west_m3", "losses_m3", "residual_m3", "relative_residual")] == [
            ""
        ] * 4
        assert float(found["rain_m3"]) == pytest.approx(float(known["rain_m3"]), rel=1e-5)
        assert float(found["stored_m3"]) == pytest.approx(float(known["stored_m3"]), rel=0.02)
        for name in ("origin", "cells", "missing_share"):
            assert found[name] == known[name]
    metrics = json.loads((outputs / "water" / "ledger.json").read_text())
    assert metrics["largest_relative_residual"] is None
    assert (metrics["events"], metrics["radar_events"]) == (EVENTS, 1)
    assert json.loads((simulated / "water" / "ledger.json").read_text())["largest_relative_residual"] < 1e-4


def test_a_crs_without_a_code_is_the_same_in_every_spelling(tmp_path):
    crs = "+proj=laea +lat_0=54 +lon_0=-2 +x_0=400000 +y_0=300000 +ellps=GRS80 +units=m"
    from floodmark.radar.crs import canonical_crs

    fine = Grid(canonical_crs(crs), 400000.0, 302000.0, 100.0, 20, 30)
    for write, imports in ((as_netcdf, {}), (as_bands, {}), (as_stream, {**CLOCK, "crs": crs})):
        folder = files.study(tmp_path / write.__name__)
        write_raster(folder / "terrain" / "terrain.tif", np.full(fine.shape, 9.0, np.float32), fine)
        files.write_rain(folder / "radar" / f"{files.NAME}.nc", files.START, [5.0] * 12, fine.coarser(10))
        depth = np.full((1, *fine.shape), 0.25)
        times = files.minutes_after(30)
        if write is as_netcdf:
            files.write_nc(folder / "water" / f"{files.NAME}.nc", times, depth, fine)
        elif write is as_bands:
            stamps = ["20120514T0330"]
            files.write_tif(folder / "water" / f"{files.NAME}.tif", depth, fine, descriptions=stamps)
        else:
            files.write_text(folder / "water" / f"{files.NAME}.asc", files.hail_caesar(depth[0], fine))
        files.take(folder, files.settings(**imports))
        assert (files.read_depths(folder / "depth" / f"{files.NAME}.nc")[1] == np.float32(0.25)).all()
