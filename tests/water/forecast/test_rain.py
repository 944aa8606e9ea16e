from __future__ import annotations

import numpy as np
import pytest

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.water.forecast.moments import asked
from floodmark.water.forecast.rain import Rain
from tests.radar.files import write_radar

GRID = Grid("EPSG:27700", 400000.0, 308000.0, 1000.0, 4, 5)
START = np.datetime64("2012-05-14T00:00", "s")
MINUTE = np.timedelta64(60, "s")


def test_the_last_frames_known_come_oldest_first_and_what_is_not_known_is_missing(tmp_path):
    rates = np.arange(6.0)[:, None, None] * np.ones((1, 4, 5))
    write_radar(tmp_path / "a.nc", rates[[0, 1, 3, 4]], minutes=[0, 5, 15, 20])
    rain = Rain(tmp_path / "a.nc", GRID, 300)
    assert (rain.start, rain.end) == (START, START + 25 * MINUTE)
    for minutes, expected in (
        (4, [np.nan] * 4),
        (5, [np.nan, np.nan, np.nan, 0]),
        (15, [np.nan, 0, 1, np.nan]),
        (24, [0, 1, np.nan, 3]),
        (25, [1, np.nan, 3, 4]),
        (30, [np.nan, 3, 4, np.nan]),
    ):
        frames = rain.until(START + minutes * MINUTE, 4)
        np.testing.assert_array_equal(frames, np.array(expected)[:, None, None] * np.ones((1, 4, 5)))


def test_frames_of_a_folder_are_one_record(tmp_path):
    write_radar(tmp_path / "a.nc", np.ones((2, 4, 5)))
    write_radar(tmp_path / "b.nc", np.full((2, 4, 5), 2.0), minutes=[10, 15])
    frames = Rain(tmp_path, GRID, 300).until(START + 20 * MINUTE, 4)
    np.testing.assert_array_equal(frames[:, 0, 0], [1, 1, 2, 2])


def test_rain_on_other_cells_is_brought_by_area(tmp_path):
    rates = np.random.default_rng(2).uniform(0, 20, (2, 8, 10))
    write_radar(tmp_path / "fine.nc", rates, size=500.0)
    frames = Rain(tmp_path / "fine.nc", GRID, 300).until(START + 10 * MINUTE, 2)
    np.testing.assert_allclose(frames, rates.reshape(2, 4, 2, 5, 2).mean(axis=(2, 4)), rtol=1e-5)


def test_rain_beyond_the_radar_is_missing(tmp_path):
    write_radar(tmp_path / "west.nc", np.ones((2, 4, 3)))
    frames = Rain(tmp_path / "west.nc", GRID, 300).until(START + 10 * MINUTE, 2)
    assert (frames[:, :, :3] == 1).all()
    assert np.isnan(frames[:, :, 3:]).all()


def test_another_time_between_frames_is_refused_with_both(tmp_path):
    write_radar(tmp_path / "slow.nc", np.ones((3, 4, 5)), minutes=[0, 15, 30])
    with pytest.raises(UserError, match=r"slow.nc: its frames are 15 minutes apart, those the model learnt from 5"):
        Rain(tmp_path / "slow.nc", GRID, 300)


PERIOD = (START, START + 60 * MINUTE)


@pytest.mark.parametrize(
    ("task", "times", "begin", "end", "every", "expected"),
    [
        ("emulate", (), None, None, 30, [(30, 30), (60, 60)]),
        ("nowcast", (), None, None, 30, [(30, 75), (60, 105)]),
        ("emulate", (), 20, 40, 10, [(20, 20), (30, 30), (40, 40)]),
        ("emulate", (60, 5, 5), None, None, 30, [(5, 5), (60, 60)]),
        ("nowcast", (50,), None, None, 30, [(5, 50)]),
    ],
)
def test_moments_are_those_asked_for(task, times, begin, end, every, expected):
    at = [None if minute is None else START + minute * MINUTE for minute in (begin, end)]
    found = asked(task, 45, 300, PERIOD, [START + minute * MINUTE for minute in times], *at, every)
    assert [((item.known - START) // MINUTE, (item.time - START) // MINUTE) for item in found] == expected


@pytest.mark.parametrize(("task", "minute"), [("emulate", 4), ("emulate", 61), ("nowcast", 49), ("nowcast", 106)])
def test_a_moment_without_rain_is_refused_with_the_allowed_range(task, minute):
    with pytest.raises(UserError, match=r"must be 2012-05-14T00:\d\d:00 to 2012-05-14T01:\d\d:00"):
        asked(task, 45, 300, PERIOD, [START + minute * MINUTE], None, None, 30)


def test_no_moment_left_is_refused():
    with pytest.raises(UserError, match="no moment to predict"):
        asked("emulate", 45, 300, PERIOD, [], START + 70 * MINUTE, None, 30)
