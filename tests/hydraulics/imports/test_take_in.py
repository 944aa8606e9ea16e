"""What an import makes of names, gaps and rounding, and what it leaves out."""

from __future__ import annotations

import csv
import dataclasses

import numpy as np
import pytest

from tests.hydraulics.imports import files
from tests.hydraulics.imports.files import GRID, NAME, minutes_after, some_depth, write_nc, write_tif


@pytest.fixture
def folder(tmp_path):
    return files.study(tmp_path / "a")


def names(folder):
    return sorted(path.name for path in (folder / "depth").iterdir())


def test_an_event_of_another_name_belongs_to_the_rain_of_its_period(folder):
    files.write_rain(folder / "storms" / "flash-0.nc", np.datetime64("2000-01-01", "s"), [3.0] * 12)
    depth = some_depth(3)
    write_nc(folder / "water" / "rough_run.nc", minutes_after(0, 45, 90), depth)
    files.take(folder, files.settings())
    times, found, attributes = files.read_depths(folder / "depth" / "rough_run.nc")
    assert list(times) == list(minutes_after(0, 45, 90))
    np.testing.assert_array_equal(found, depth.astype(np.float32))
    assert (attributes["event"], attributes["origin"]) == ("rough_run", "radar")
    assert attributes["rain_file"] == f"radar/{NAME}.nc"


def test_no_data_on_ground_is_dry_and_counted(folder, capsys):
    depth = some_depth(2)
    depth[1, :10, :14] = np.nan
    write_nc(folder / "water" / f"{NAME}.nc", minutes_after(30, 60), depth)
    files.take(folder, files.settings())
    found = files.read_depths(folder / "depth" / f"{NAME}.nc")[1]
    assert (found[1, :10, :14] == 0).all()
    np.testing.assert_array_equal(found[0], depth[0].astype(np.float32))
    assert "no data on 12.5% of the ground (140 cells, in 1 of 2 depths), taken as dry" in capsys.readouterr().err


def test_dry_cells_where_there_is_no_ground_become_missing(folder, capsys):
    write_tif(folder / "water" / NAME / "20120514T0330.tif", np.zeros((1, *GRID.shape)))
    files.take(folder, files.settings())
    found = files.read_depths(folder / "depth" / f"{NAME}.nc")[1]
    np.testing.assert_array_equal(np.isnan(found[0]), np.isnan(some_depth()[0]))
    assert "taken as dry" not in capsys.readouterr().err


def test_rounding_below_0_is_no_water(folder):
    depth = np.full((1, *GRID.shape), -0.0004)
    write_nc(folder / "water" / f"{NAME}.nc", minutes_after(30), depth)
    files.take(folder, files.settings())
    found = files.read_depths(folder / "depth" / f"{NAME}.nc")[1][0, :, :-2]
    assert found.tobytes() == np.zeros_like(found).tobytes()


@pytest.mark.parametrize("off", [0.0, 4.0, -9.0])
def test_a_corner_may_lie_a_tenth_of_a_cell_off_for_headers_round_it(folder, off):
    moved = dataclasses.replace(GRID, north=GRID.north + off)
    write_nc(folder / "water" / f"{NAME}.nc", minutes_after(30), some_depth(), moved)
    files.take(folder, files.settings())
    assert names(folder) == [f"{NAME}.nc"]


def test_events_of_short_or_missing_rain_are_left_out_as_in_a_simulation(folder, capsys):
    files.write_rain(folder / "radar" / "20130101T0000.nc", np.datetime64("2013-01-01", "s"), [9.0] * 2)
    files.write_rain(folder / "radar" / "20140101T0000.nc", np.datetime64("2014-01-01", "s"), [np.nan] * 5 + [9.0] * 7)
    for name in (NAME, "20130101T0000", "20140101T0000"):
        start = np.datetime64(f"{name[:4]}-{name[4:6]}-{name[6:8]}T{name[9:11]}:05", "s")
        write_nc(folder / "water" / f"{name}.nc", np.array([start]), some_depth())
    files.take(folder, files.settings())
    assert names(folder) == [f"{NAME}.nc"]
    assert "2 events left out" in capsys.readouterr().err
    (row,) = csv.DictReader((folder / "ledger.csv").open())
    assert float(row["rain_m3"]) == pytest.approx(0.012 * 20 * 28 * 100**2)


def test_files_of_other_kinds_are_passed_over_and_named(folder, capsys):
    (folder / "water" / ".keep").touch()
    (folder / "water" / "readme.txt").write_text("about these depths")
    (folder / "water" / NAME).mkdir()
    (folder / "water" / NAME / "d_20120514T0330.prj").write_text("PROJCS[]")
    write_tif(folder / "water" / NAME / "d_20120514T0330.TIF", some_depth())
    files.take(folder, files.settings())
    assert names(folder) == [f"{NAME}.nc"]
    said = capsys.readouterr().err
    assert "passed over, for no depths end so: readme.txt" in said
    assert ".keep" not in said


def test_files_are_in_the_order_of_their_numbers(folder):
    depth = some_depth(3)
    for minutes, layer in zip((5, 30, 90), depth, strict=True):
        files.write_text(folder / "water" / NAME / f"WaterDepths{minutes}.asc", files.hail_caesar(layer))
    files.take(folder, files.settings(times="minutes"))
    times, found, _ = files.read_depths(folder / "depth" / f"{NAME}.nc")
    assert list(times) == list(minutes_after(5, 30, 90))
    np.testing.assert_array_equal(found, depth.astype(np.float32))


@pytest.mark.parametrize("absent", ["depth in", "rain", "terrain"])
def test_without_depths_rain_or_terrain_nothing_is_imported_and_it_is_said(folder, capsys, absent):
    write_nc(folder / "water" / f"{NAME}.nc", minutes_after(30), some_depth())
    for path in (folder / {"depth in": "water", "rain": "radar", "terrain": "terrain"}[absent]).iterdir():
        path.unlink()
    files.take(folder, files.settings())
    assert f"no water is imported: there is no {absent}" in capsys.readouterr().err
    assert names(folder) == []
    assert (folder / "ledger.csv").read_text().count("\n") == 1
