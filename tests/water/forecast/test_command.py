from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pytest
import rasterio
import xarray as xr
from rasterio.crs import CRS

from floodmark.grid import Grid
from floodmark.terrain.raster import read_raster, write_raster
from floodmark.water import prediction
from floodmark.water.forecast import run
from floodmark.water.prediction import WaterModel
from tests.radar.files import write_radar
from tests.water import study
from tests.water.forecast.conftest import GUIDED, untrained

RASTERS = ("depth_depth.tif", "depth_probability_0.1m.tif", "depth_probability_0.3m.tif")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(("name", "task"), [("model", "emulate"), ("guided", "emulate"), ("guided", "nowcast")])
def test_the_file_holds_what_the_model_says_of_the_windows_of_the_same_storm(place, predict, tmp_path, name, task):
    end = place.windows.index.filter(place.windows.index["event"] == place.event)["time"].max()
    done = predict("--no-preview", "--task", task, "--to", f"{end:%Y-%m-%dT%H:%M}", model=getattr(place, name))
    assert done.exit_code == 0, done.output
    model = WaterModel.load(getattr(place, name) / "model.safetensors", prediction.torch.device("cpu"))
    rows = place.windows.index.filter(
        (place.windows.index["event"] == place.event) & (place.windows.index["task"] == task)
        & (place.windows.index["t0"] > place.start)
    ).sort("time")  # fmt: skip
    with xr.open_dataset(tmp_path / "depth.nc") as found:
        times = rows["time"].dt.replace_time_zone(None).to_numpy().astype("datetime64[ns]")
        np.testing.assert_array_equal(found["time"], times)
        for number, source in enumerate(rows["source"].to_list()):
            chances, depth = prediction.predict(model.networks[task], place.windows, model.groups, task, source)
            np.testing.assert_allclose(found["probability"][number], chances, atol=1e-5)
            wet = chances[0] >= np.float32(model.threshold(task, 0))
            assert 0 < wet.sum() < wet.size
            np.testing.assert_allclose(found["depth"][number], np.where(wet, np.maximum(depth, 0.1), 0), atol=1e-5)


def test_sixteen_bits_are_told_of_and_move_probabilities_by_hundredths(predict, tmp_path):
    found = []
    for options in ((), ("--bfloat16",)):
        assert predict("--no-preview", *options).exit_code == 0
        with xr.open_dataset(tmp_path / "depth.nc") as file:
            found.append((file.attrs["precision"], file["probability"].values))
    (first, whole), (second, half) = found
    assert (first, second) == ("float32", "bfloat16")
    moved = np.nanmax(np.abs(whole - half))
    assert 0 < moved < 0.1


def test_it_follows_cf_and_lies_where_the_heightmap_does(place, predict, tmp_path):
    done = predict("--geotiff")
    assert done.exit_code == 0, done.output
    assert names(tmp_path) == sorted(("depth.nc", "depth.png", *RASTERS))
    with xr.open_dataset(tmp_path / "depth.nc", decode_coords="all") as found:
        assert found.attrs["Conventions"].startswith("CF-1")
        assert found["depth"].attrs["standard_name"] == "flood_water_thickness"
        assert found["depth"].attrs["units"] == "m"
        assert found["probability"].dims == ("time", "wet_depth", "y", "x")
        np.testing.assert_array_equal(found["wet_depth"], [0.1, 0.3])
        assert CRS.from_wkt(found["crs"].attrs["crs_wkt"]) == CRS.from_string(study.CRS)
        depth, chances = found["depth"].values, found["probability"].values
    wettest = int(np.argmax((depth > 0).sum(axis=(1, 2))))
    for name, values in zip(RASTERS, [depth[wettest], *chances[wettest]], strict=True):
        with rasterio.open(tmp_path / name) as source:
            assert source.crs == CRS.from_string(study.CRS)
            assert source.transform == study.FINE.transform
            assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            np.testing.assert_array_equal(source.read(1), values)
    for variable in ("depth", "probability"):
        with rasterio.open(f"netcdf:{tmp_path / 'depth.nc'}:{variable}") as source:
            assert source.crs == CRS.from_string(study.CRS)
            assert source.transform == study.FINE.transform
    with rasterio.open(f"netcdf:{tmp_path / 'depth.nc'}:depth") as source:
        np.testing.assert_array_equal(source.read(wettest + 1), depth[wettest])


@pytest.mark.skipif(shutil.which("gdalinfo") is None, reason="GDAL's programs are not installed")
def test_gdalinfo_says_the_same_place(predict, tmp_path):
    assert predict("--geotiff", "--no-preview").exit_code == 0
    for name in (str(tmp_path / RASTERS[0]), f"NETCDF:{tmp_path / 'depth.nc'}:depth"):
        told = subprocess.run(["gdalinfo", name], capture_output=True, text=True, check=True).stdout
        assert "Origin = (700000.0" in told
        assert "UTM zone 16N" in told


@pytest.mark.parametrize("name", ["model", "guided"])
def test_tiles_leave_no_mark(place, predict, tmp_path, monkeypatch, name):
    model = getattr(place, name)
    assert predict("--no-preview", output="whole.nc", model=model).exit_code == 0
    monkeypatch.setattr(prediction, "TILE", 16)
    assert predict("--no-preview", output="tiled.nc", model=model).exit_code == 0
    with xr.open_dataset(tmp_path / "whole.nc") as whole, xr.open_dataset(tmp_path / "tiled.nc") as tiled:
        np.testing.assert_allclose(whole["probability"], tiled["probability"], atol=1e-5)
        np.testing.assert_allclose(whole["depth"], tiled["depth"], atol=1e-5)


def test_a_nowcast_is_of_the_lead_after_the_rain(place, predict, tmp_path):
    assert predict("--no-preview", "--task", "nowcast", "--every", 15).exit_code == 0
    with xr.open_dataset(tmp_path / "depth.nc") as found:
        lead = np.timedelta64(study.WINDOWS["lead_minutes"], "m")
        assert len(found["time"]) == 6
        assert (found["time"].values - found["known_until"].values == lead).all()
        assert found.attrs["task"] == "nowcast"


def test_the_last_moment_may_be_shown(predict, tmp_path):
    assert predict("--geotiff", "--no-preview", "--shown", "last").exit_code == 0
    with xr.open_dataset(tmp_path / "depth.nc") as found:
        np.testing.assert_array_equal(read_raster(tmp_path / RASTERS[0])[0], found["depth"][-1])


def test_there_is_no_water_where_there_is_no_ground(predict, tmp_path):
    bed = study.valley()
    bed[:20, :30] = np.nan
    write_raster(tmp_path / "coast.tif", bed, study.FINE)
    done = predict("--no-preview", heightmap=tmp_path / "coast.tif")
    assert f"of {bed.size - 600} cells wet" in done.output
    with xr.open_dataset(tmp_path / "depth.nc") as found:
        for name in ("depth", "probability"):
            dry = np.isnan(found[name].values)
            assert (dry == np.isnan(bed)).all()


def test_a_finer_heightmap_is_averaged_and_a_coarser_one_refused(predict, tmp_path):
    fine = Grid(study.CRS, study.FINE.west, study.FINE.north, 50.0, 128, 160)
    write_raster(tmp_path / "fine.tif", study.valley().repeat(2, 0).repeat(2, 1), fine)
    for heightmap, name in ((tmp_path / "fine.tif", "a.nc"), (None, "b.nc")):
        changes = {} if heightmap is None else {"heightmap": heightmap}
        assert predict("--no-preview", output=name, **changes).exit_code == 0
    with xr.open_dataset(tmp_path / "a.nc") as one, xr.open_dataset(tmp_path / "b.nc") as other:
        np.testing.assert_allclose(one["probability"], other["probability"], atol=1e-4)
    write_raster(tmp_path / "coarse.tif", study.valley()[::4, ::4], study.FINE.coarser(4))
    refused = predict(heightmap=tmp_path / "coarse.tif")
    assert refused.exit_code == 2
    assert "cells of 400 m, the model learnt on cells of 100 m" in refused.output


def test_rain_before_the_radar_begins_is_told_to_be_missing(predict):
    done = predict("--no-preview", "--every", 10)
    assert done.exit_code == 0, done.output
    assert "0.417 h count as missing" in done.output
    assert "of the rain's history was missing" in done.output


def test_rain_counts_from_where_the_event_is_said_to_begin(place, predict, tmp_path):
    def seen(output, *arguments, radar=place.radar):
        done = predict("--no-preview", *arguments, output=output, radar=radar, model=place.guided)
        assert done.exit_code == 0, done.output
        with xr.open_dataset(tmp_path / output) as found:
            return found["probability"].values[-1]

    with xr.open_dataset(place.radar) as dataset:
        late = dataset.load()
    late = late.isel(time=slice(6, None))
    late.to_netcdf(tmp_path / "late.nc")
    begin = np.datetime_as_string(late["time"].values[0], "m")
    cut = seen("cut.nc", "--rain-from", begin)
    np.testing.assert_array_equal(cut, seen("late_depth.nc", radar=tmp_path / "late.nc"))
    assert np.abs(cut - seen("whole.nc")).max() > 1e-3


def test_two_events_are_refused_for_models_that_count_all_rain(place, predict, tmp_path):
    with xr.open_dataset(place.radar) as dataset:
        event = dataset.load()
    (tmp_path / "radar").mkdir()
    event.to_netcdf(tmp_path / "radar" / "a.nc")
    event.assign_coords(time=event["time"] + np.timedelta64(7, "D")).to_netcdf(tmp_path / "radar" / "b.nc")
    later = ("--no-preview", "--from", np.datetime_as_string(event["time"].values[0] + np.timedelta64(7, "D"), "m"))
    refused = predict(*later, radar=tmp_path / "radar", model=place.guided)
    assert refused.exit_code == 2
    assert "say with --rain-from when that begins" in refused.output
    for model, more in ((place.model, ()), (place.guided, ("--rain-from", later[-1]))):
        done = predict(*later, *more, radar=tmp_path / "radar", model=model)
        assert done.exit_code == 0, done.output


def test_moments_of_two_events_are_those_of_each_alone(place, predict, tmp_path):
    with xr.open_dataset(place.radar) as dataset:
        event = dataset.load()
    apart = np.timedelta64(7, "D")
    (tmp_path / "radar").mkdir()
    event.to_netcdf(tmp_path / "radar" / "a.nc")
    event.assign_coords(time=event["time"] + apart).to_netcdf(tmp_path / "radar" / "b.nc")
    end = event["time"].values[-1]
    times = [np.datetime_as_string(moment, "m") for moment in (end, end + apart)]

    def seen(output, *arguments, radar=tmp_path / "radar"):
        done = predict("--no-preview", *arguments, output=output, radar=radar)
        assert done.exit_code == 0, done.output
        with xr.open_dataset(tmp_path / output) as found:
            return found["probability"].values

    both = seen("both.nc", "--time", times[0], "--time", times[1])
    np.testing.assert_array_equal(both[0], both[1])
    np.testing.assert_array_equal(both[:1], seen("one.nc", "--time", times[0], radar=place.radar))


def test_standing_water_is_refused_by_models_that_do_not_read_it(place, predict):
    done = predict("--initial-depth", place.heightmap)
    assert done.exit_code == 2
    assert "no water that always stands: leave it out, or train one with `permanent`" in done.output


def test_a_failure_leaves_nothing(predict, tmp_path, monkeypatch):
    def fail(*_):
        raise RuntimeError("disk full")

    monkeypatch.setattr(run, "draw_preview", fail)
    assert isinstance(predict("--geotiff").exception, RuntimeError)
    assert names(tmp_path) == []


def test_an_older_file_stays_where_a_forecast_fails(predict, tmp_path, monkeypatch):
    (tmp_path / "depth.nc").write_text("old")
    monkeypatch.setattr(run, "draw_preview", lambda *_: 1 / 0)
    predict()
    assert (tmp_path / "depth.nc").read_text() == "old"


def test_the_same_forecast_is_the_same_bytes(predict, tmp_path):
    for name in ("a.nc", "b.nc"):
        assert predict("--no-preview", output=name).exit_code == 0
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "changes", "said"),
    [
        ((), {"model": "nowhere"}, "--model nowhere: holds no model.safetensors"),
        ((), {"radar": "nowhere"}, "--radar nowhere: there is no such file or folder"),
        ((), {"heightmap": "nowhere"}, "--heightmap nowhere: there is no such file or folder"),
        (("--initial-depth", "nowhere"), {}, "--initial-depth nowhere: there is no such file or folder"),
        (("--time", "2011-01-01T00:00"), {}, "must be 20"),
        (("--from", "2030-01-01T00:00"), {}, "no moment to predict"),
        (("--rain-from", "2030-01-01T00:00"), {}, "holds no later frame"),
        (("--extras", "nowhere"), {}, "--extras nowhere: there is no such file or folder"),
        (("--calibration", "nowhere"), {}, "--calibration nowhere: there is no such file or folder"),
        (("--crs", "nowhere"), {}, "is no CRS that PROJ knows"),
        (("--crs", "EPSG:4326"), {}, "not projected in metres"),
        (("--extent", 0, 0, 10, 10), {}, "lies beside"),
        (("--extent", 5, 0, 0, 10), {}, "must be west, south, east and north"),
        (("--extent", 700000, 3999900, 700100, 4000000), {}, "holds fewer than 3 by 3 cells"),
    ],
)
def test_a_users_mistake_is_one_line_and_writes_nothing(predict, tmp_path, arguments, changes, said):
    done = predict(*arguments, **changes)
    assert done.exit_code == 2, done.output
    assert said in done.output
    assert len(done.output.strip().splitlines()) == 1
    assert names(tmp_path) == []


def test_wrong_files_are_refused_by_name(place, predict, tmp_path):
    (tmp_path / "text.nc").write_text("no radar")
    (tmp_path / "text.tif").write_text("no raster")
    (tmp_path / "text.safetensors").write_text("no model")
    (tmp_path / "empty").mkdir()
    for name in ("unet", "quilted"):
        (tmp_path / "many" / name).mkdir(parents=True)
        (tmp_path / "many" / name / "model.safetensors").touch()
    write_radar(tmp_path / "far.nc", np.ones((8, 4, 5)))
    for changes, said in (
        ({"radar": tmp_path / "text.nc"}, "text.nc: cannot be read as NetCDF"),
        ({"radar": tmp_path / "empty"}, "empty: holds no .nc file"),
        ({"radar": tmp_path / "far.nc"}, "covers none of"),
        ({"heightmap": tmp_path / "text.tif"}, "text.tif: cannot be read as a raster"),
        ({"heightmap": tmp_path / "empty"}, "empty: no heightmap"),
        ({"model": tmp_path / "text.safetensors"}, "text.safetensors cannot be read as safetensors"),
        ({"model": tmp_path / "empty"}, "empty: holds no model.safetensors"),
        ({"model": tmp_path / "many"}, "holds no model.safetensors: name one of those in it: quilted, unet"),
        ({"model": tmp_path / "many" / "vae"}, "holds no model.safetensors: beside it are quilted, unet"),
    ):
        done = predict(**changes)
        assert (done.exit_code, said in done.output) == (2, True), done.output


def test_nothing_is_written_over_or_among_what_is_read(place, predict, tmp_path):
    shutil.copy(place.radar, tmp_path / "depth.nc")
    (tmp_path / "radar").mkdir()
    for output, changes, said in (
        ("depth.nc", {"radar": tmp_path / "depth.nc"}, "would be lost"),
        ("radar/depth.nc", {"radar": tmp_path / "radar"}, "lies in the folder"),
        ("nowhere/depth.nc", {}, "does not exist: make it first"),
        ("depth.tif", {}, "let its name end in .nc"),
    ):
        done = predict(output=output, **changes)
        assert (done.exit_code, said in done.output) == (2, True), done.output
    assert (tmp_path / "depth.nc").read_bytes() == place.radar.read_bytes()


def test_a_model_that_lacks_its_statistics_or_has_other_channels_is_refused(place, predict, tmp_path):
    for number, (changes, said) in enumerate(
        (
            ({"statistics": {}}, "lacks grid, pattern"),
            ({"statistics": {**place.windows.statistics, "pattern": [7]}}, "learnt from the channels"),
            (
                {"statistics": {**place.windows.statistics, "make_water": {}}, "groups": GUIDED, "name": "guided_unet"},
                "make_water",
            ),
        )
    ):
        model = untrained(place.windows, tmp_path / f"model{number}", **changes)
        done = predict(model=model)
        assert (done.exit_code, said in done.output) == (2, True), done.output
