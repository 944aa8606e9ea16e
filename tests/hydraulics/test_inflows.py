"""Hydrographs at points: read, refused, and added to what falls."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.hydraulics.inflows import Inflow, rates, read_inflows

GRID = Grid("EPSG:27700", 400000.0, 304000.0, 100.0, 40, 50)
GROUND = np.ones(GRID.shape, bool)
GROUND[0, 0] = False
HEAD = "name,x,y,time,discharge\n"
ROWS = "beck,401250,303850,2012-05-14T03:00:00,0\nbeck,401250,303850,2012-05-14T04:00:00,8\n"


def write(folder, text):
    path = folder / "inflows.csv"
    path.write_text(text)
    return path


def test_a_hydrograph_enters_at_the_cell_its_point_is_in(tmp_path):
    (inflow,) = read_inflows(write(tmp_path, HEAD + ROWS), GRID, GROUND)
    assert (inflow.name, inflow.row, inflow.column) == ("beck", 1, 12)
    assert list(inflow.discharge) == [0, 8]
    begin = np.datetime64("2012-05-14T03:00").astype("datetime64[s]").astype(float)
    assert list(inflow.seconds - begin) == [0, 3600]


def test_a_zone_of_time_is_heeded_and_names_may_be_numbers(tmp_path):
    text = HEAD + ROWS.replace("beck", "7").replace(":00,", ":00+01:00,")
    (inflow,) = read_inflows(write(tmp_path, text), GRID, GROUND)
    assert inflow.name == "7"
    assert inflow.seconds[0] == np.datetime64("2012-05-14T02:00").astype("datetime64[s]").astype(float)


@given(
    st.lists(st.floats(0, 50), min_size=2, max_size=6),
    st.floats(-100, 700),
    st.lists(st.floats(1, 400), min_size=1, max_size=5),
)
def test_volumes_of_spans_add_up_to_those_of_the_whole(discharge, start, lengths):
    inflow = Inflow("a", 1, 2, np.arange(len(discharge)) * 100.0, np.array(discharge))
    marks = start + np.concatenate([[0], np.cumsum(lengths)])
    parts = sum(inflow.volume(one, other) for one, other in itertools.pairwise(marks))
    assert parts == pytest.approx(inflow.volume(marks[0], marks[-1]), rel=1e-9, abs=1e-9)
    everything = float(np.trapezoid(discharge, dx=100.0))
    assert inflow.volume(-1e5, 1e5) == pytest.approx(everything)


def test_nothing_comes_in_outside_of_the_hydrographs_times():
    inflow = Inflow("a", 1, 2, np.array([100.0, 200.0]), np.array([5.0, 5.0]))
    assert (inflow.volume(0, 100), inflow.volume(200, 300), inflow.volume(50, 150)) == (0, 0, 250)


def test_rates_are_those_of_the_cells(tmp_path):
    inflows = [Inflow(str(i), 1, 2, np.array([0.0, 1000.0]), np.array([3.0, 3.0])) for i in range(2)]
    field = rates(inflows, (4, 5), 50.0, 0, 500)
    assert field[1, 2] == pytest.approx(2 * 3 / 50)
    assert field.sum() == field[1, 2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,x,y,time\n" + "beck,1,2,2012-05-14T03:00:00\n", "lacks discharge"),
        (HEAD + ROWS.replace(",8", ",-8"), r"beck: discharge -8 m3 s-1: must be 0 or more"),
        (HEAD + ROWS.replace("04:00", "02:00"), "times must increase"),
        (HEAD + ROWS.replace("401250", "399000"), r"\(399000, 303850\) lies outside the grid"),
        (HEAD + ROWS.replace("401250", "400050").replace("303850", "303950"), "where the heightmap says nothing"),
        (HEAD + ROWS.splitlines()[0] + "\n", "needs two rows or more"),
        (HEAD + ROWS.replace(",8", ","), "a value in every column"),
        (HEAD + ROWS.replace("401250", "401350", 1), "more than one place"),
        (HEAD + ROWS.replace("2012-05-14T03:00:00", "0"), "time '0': must be ISO 8601"),
        (HEAD + ROWS.replace("2012-05-14T03:00:00", "14/05/2012 03:00"), "time '14/05/2012 03:00': must be ISO 8601"),
        (
            HEAD + ROWS.replace("2012-05-14T03:00:00", "2012-13-14T03:00:00"),
            "time '2012-13-14T03:00:00': month must be",
        ),
        (HEAD + ROWS.replace(",8", ",much"), "inflows.csv"),
        ("", "cannot be read as CSV"),
    ],
)
def test_what_cannot_be_is_refused_with_the_file_and_the_figure(tmp_path, text, said):
    with pytest.raises(UserError, match=said) as refusal:
        read_inflows(write(tmp_path, text), GRID, GROUND)
    assert "inflows.csv" in str(refusal.value)
