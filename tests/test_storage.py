"""Outputs appear whole or not at all, and equal content is equal bytes."""

import json
import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import polars as pl
import pytest
import xarray as xr

from floodmark.storage import PARTIAL, outputs, write_json, write_netcdf, write_table


def test_outputs_appear_together_at_the_end(tmp_path):
    with outputs(tmp_path / "a" / "folder", tmp_path / "a" / "file.json") as (folder, file):
        (folder / "inside.txt").write_text("x")
        file.write_text("{}")
        assert not (tmp_path / "a" / "folder").exists()
        assert not (tmp_path / "a" / "file.json").exists()
    assert (tmp_path / "a" / "folder" / "inside.txt").read_text() == "x"
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["file.json", "folder"]


def test_an_error_leaves_what_was_there_before(tmp_path):
    (tmp_path / "file.json").write_text("old")
    with pytest.raises(ZeroDivisionError), outputs(tmp_path / "file.json") as (file,):
        file.write_text("new")
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == ["file.json"]
    assert (tmp_path / "file.json").read_text() == "old"


def test_an_output_never_written_is_an_error_and_nothing_appears(tmp_path):
    with pytest.raises(FileNotFoundError), outputs(tmp_path / "a.json", tmp_path / "b.json") as (first, _):
        first.write_text("{}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_writer_leaves_nothing_that_looks_whole(tmp_path, number):
    script = textwrap.dedent("""
        import signal, sys, time
        from floodmark.storage import outputs
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        with outputs("out/folder", "out/file.json") as (folder, file):
            (folder / "half.bin").write_bytes(b"0" * 100)
            print("writing", flush=True)
            time.sleep(60)
    """)
    environment = {**os.environ, "PYTHONPATH": os.path.abspath("src")}
    process = subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path, stdout=subprocess.PIPE, env=environment)
    assert process.stdout.readline() == b"writing\n"
    process.send_signal(number)
    process.wait(10)
    assert list((tmp_path / "out").iterdir()) == []
    left = list((tmp_path / PARTIAL).iterdir())
    assert (left == []) == (number == signal.SIGTERM)


def test_json_is_sorted_rounded_and_free_of_nan(tmp_path):
    write_json(tmp_path / "a.json", {"b": np.float64(1 / 3), "a": float("nan"), "c": [np.int32(2), True]})
    text = (tmp_path / "a.json").read_text()
    assert text.endswith("\n")
    assert list(json.loads(text)) == ["a", "b", "c"]
    assert json.loads(text) == {"a": None, "b": 0.3333333333, "c": [2, True]}


def test_tables_and_grids_repeat_their_bytes(tmp_path):
    table = pl.DataFrame({"x": [1, 2, 3], "s": ["a", None, "c"]})
    grid = xr.Dataset(
        {"depth": (("time", "y", "x"), np.full((1, 2, 2), np.nan, np.float32), {"units": "m"})},
        coords={"time": np.array(["2012-01-01T00:00"], "M8[ns]"), "y": [1.0, 0.0], "x": [0.0, 1.0]},
    )
    for name in ("one", "two"):
        write_table(tmp_path / f"{name}.parquet", table)
        write_netcdf(tmp_path / f"{name}.nc", grid)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
    assert (tmp_path / "one.nc").read_bytes() == (tmp_path / "two.nc").read_bytes()
    assert pl.read_parquet(tmp_path / "one.parquet").equals(table)
    with xr.open_dataset(tmp_path / "one.nc") as read:
        assert np.isnan(read.depth.values).all()
        assert read.time.values[0] == np.datetime64("2012-01-01T00:00")
