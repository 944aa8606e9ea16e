"""ESRI ASCII grids are read whatever their blanks, lines and spelling; broken ones are refused with the figures."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.hydraulics.imports import words as reader
from floodmark.hydraulics.imports.ascii_grid import AsciiSeries, AsciiStream
from tests.hydraulics.imports import files

BLANKS = st.text(" \t\r\n", min_size=1, max_size=3)
MILLIMETRES = st.integers(0, 99999)


@st.composite
def written(draw):
    """Grids of one shape as text, with what they hold."""
    rows, columns = draw(st.integers(2, 6)), draw(st.integers(2, 6))
    grid = Grid(
        "EPSG:27700", 1000.0 * draw(st.integers(0, 600)), 1000.0 * draw(st.integers(1, 999)), 50.0, rows, columns
    )
    count = draw(st.integers(1, 4))
    cells = st.lists(st.none() | MILLIMETRES, min_size=rows * columns, max_size=rows * columns)
    layers = [draw(cells) for _ in range(count)]
    text = draw(st.sampled_from(["", "\n", "\r\n\t"]))
    for cells in layers:
        nodata = draw(st.sampled_from([None, -9999.0, -1.0, -32768.0]))
        text += header(draw, grid, nodata)
        shown = -9999.0 if nodata is None else nodata
        for cell in cells:
            value = f"{shown:g}" if cell is None else number(draw, cell)
            text += value + draw(BLANKS)
    depth = np.array([[np.nan if cell is None else cell / 1000 for cell in cells] for cells in layers], np.float32)
    return grid, text, depth.reshape(count, rows, columns)


def header(draw, grid, nodata):
    west, south = grid.bounds[:2]
    keys = {"ncols": grid.width, "nrows": grid.height, "cellsize": grid.cell_size}
    for axis, edge in (("x", west), ("y", south)):
        centred = draw(st.booleans())
        keys[f"{axis}ll{'center' if centred else 'corner'}"] = edge + (grid.cell_size / 2 if centred else 0)
    if nodata is not None:
        keys["nodata_value"] = nodata
    text = ""
    for key in draw(st.permutations(sorted(keys))):
        spelt = draw(st.sampled_from([key, key.upper(), key.title(), key.replace("nodata", "NODATA")]))
        text += spelt + draw(BLANKS) + f"{keys[key]:g}" + draw(BLANKS)
    return text


def number(draw, cell):
    return draw(st.sampled_from([f"{cell / 1000:.3f}", f"{cell / 1000:g}", f"{cell / 1000:.6e}", repr(cell / 1000)]))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written(), st.sampled_from([1, 3, 7, 1 << 16]), st.sampled_from(["asc", "asc.gz", "ASC"]))
def test_grids_are_the_same_whatever_their_blanks_lines_and_spelling(tmp_path, monkeypatch, grids, chunk, ending):
    grid, text, depth = grids
    monkeypatch.setattr(reader, "CHUNK", chunk)
    source = AsciiStream(files.write_text(tmp_path / f"a.{ending}", text), files.settings().imports)
    assert [mark.where[-7:] for mark in source.marks()] == [f" grid {number + 1}" for number in range(len(depth))]
    found = list(source.layers(grid))
    assert len(found) == len(depth)
    for one, other in zip(found, depth, strict=True):
        np.testing.assert_array_equal(one, other)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written(), st.data())
def test_a_stream_without_its_last_values_is_refused_with_its_rows(tmp_path, grids, data):
    grid, text, depth = grids
    words = text.split()
    lost = data.draw(st.integers(1, grid.height * grid.width))
    path = files.write_text(tmp_path / "a.asc", " ".join(words[:-lost]))
    rows = (grid.height * grid.width - lost) // grid.width
    said = rf"a\.asc, grid {len(depth)}: cut short: {rows} rows.* found, {grid.height} rows of {grid.width} expected"
    with pytest.raises(UserError, match=said):
        list(AsciiStream(path, files.settings().imports).layers(grid))


GRID = files.GRID
GOOD = files.hail_caesar(files.some_depth()[0])
VALUES = "0 " * (GRID.height * GRID.width)


def headed(**changes):
    keys = {"ncols": 30, "nrows": 20, "xllcorner": 400000, "yllcorner": 300000, "cellsize": 100, **changes}
    return "".join(f"{key} {value}\n" for key, value in keys.items() if value is not None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0.1 0.2 0.3", "header has nothing, must have ncols"),
        (headed(nrows=None) + VALUES, "header has ncols, xllcorner.*must have ncols, nrows"),
        (headed(xllcorner=None) + VALUES, "must have ncols.*xllcorner or xllcenter"),
        (headed(cells="7") + VALUES, "header has 'cells', known are ncols"),
        (headed() + headed() + VALUES, "header has 'ncols' twice"),
        (headed(ncols="many") + VALUES, "header has ncols many, must be a number"),
        ("ncols", "header has ncols nothing, must be a number"),
        (headed(ncols="30.5") + VALUES, r"ncols 30\.5, nrows 20, cellsize 100: must be whole"),
        (headed(nrows=0) + VALUES, "nrows 0"),
        (headed(cellsize=-100) + VALUES, "cellsize -100"),
        (headed(xllcorner="nan") + VALUES, "not finite"),
        (headed(ncols="1e300", nrows="1e300") + VALUES, "not the study's grid"),
        (headed() + VALUES.replace("0 ", "0,5 "), "row 1 holds '0,5', must be numbers with a decimal point"),
        (headed() + VALUES[:-2] + "wet", "row 20 holds 'wet'"),
        (headed() + VALUES + "0", "more values than 20 rows of 30"),
        (headed() + VALUES[:200] + headed() + VALUES, r"grid 1: cut short: 3 rows and 10 values found, 20 rows of 30"),
        ("x" * 10000, "holds no grid"),
        ("ncols" + "x" * 10000, "10005 bytes without a blank"),
        ("", "holds no grid: an ESRI ASCII grid begins with ncols"),
    ],
)
def test_what_is_no_grid_is_refused_with_its_figures(tmp_path, text, message):
    source = AsciiStream(files.write_text(tmp_path / "broken.asc", text), files.settings().imports)
    with pytest.raises(UserError, match=message) as error:
        list(source.layers(GRID)) if message != "holds no grid" and text else source.marks()
    assert "broken.asc" in str(error.value)


@pytest.mark.parametrize("kept", [5, 30, 0.5, -1])
def test_a_gzip_that_is_cut_short_is_refused_by_name(tmp_path, kept):
    path = files.write_text(tmp_path / "cut.asc.gz", GOOD * 3)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept) if isinstance(kept, float) else kept])
    source = AsciiStream(path, files.settings().imports)
    for read in (source.marks, lambda: list(source.layers(GRID))):
        with pytest.raises(UserError, match=r"cut\.asc\.gz: damaged or cut short"):
            read()


def test_a_file_that_is_no_gzip_is_refused_by_name(tmp_path):
    (tmp_path / "plain.asc.gz").write_text(GOOD)
    with pytest.raises(UserError, match=r"plain\.asc\.gz: damaged"):
        AsciiStream(tmp_path / "plain.asc.gz", files.settings().imports).marks()


def test_a_file_of_a_folder_holds_one_grid(tmp_path):
    path = files.write_text(tmp_path / "e" / "a60.asc", GOOD * 2)
    with pytest.raises(UserError, match=r"a60\.asc: holds more than one grid"):
        list(AsciiSeries(path.parent, [path], files.settings().imports).layers(GRID))


def test_one_grid_of_a_long_stream_is_in_memory_at_a_time(tmp_path):
    wide = Grid(GRID.crs, GRID.west, GRID.north, 10.0, 200, 300)
    text = files.hail_caesar(np.zeros(wide.shape), wide)
    sizes = []
    for count in (2, 12):
        path = files.write_text(tmp_path / f"{count}.asc.gz", text * count)
        tracemalloc.start()
        assert sum(1 for _ in AsciiStream(path, files.settings().imports).layers(wide)) == count
        sizes.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert sizes[1] < 1.5 * sizes[0]


def test_no_data_is_known_when_its_digits_are_rounded_and_depths_next_to_nothing_are_read(tmp_path):
    """As HAIL-CAESAR has them: a header in full, values of six digits, and water of 1e-323 m."""
    values = "-2.14748e+09 9.88131e-324 6.19992e-277 9.99e-06 " + "0.5 " * (GRID.height * GRID.width - 4)
    path = files.write_text(tmp_path / "a.asc", headed(NODATA_value=-2147483648) + values)
    (found,) = AsciiStream(path, files.settings().imports).layers(GRID)
    assert np.isnan(found[0, 0])
    np.testing.assert_allclose(found[0, 1:5], [0, 0, 9.99e-6, 0.5])
