"""The time of a depth, however it is said."""

from __future__ import annotations

import numpy as np
import pytest

from floodmark.errors import UserError
from floodmark.hydraulics.imports.source import Mark
from floodmark.hydraulics.imports.times import times_of
from tests.hydraulics.imports import files

EXPECTED = np.datetime64("2012-05-14T03:30", "s")


def times(*texts, first_rain=files.START, **imports):
    return list(times_of([Mark(f"{text}.tif", text) for text in texts], files.settings(**imports).imports, first_rain))


@pytest.mark.parametrize(
    "text",
    [
        "20120514T0330", "2012-05-14_03-30", "201205140330", "20120514033000", "depth_20120514_0330",
        "2012-05-14T03:30Z", "2012-05-14 03:30:00", "20120514-0330",
        "run7-2012-05-14T03-30-00_max", "20120514T0300_depth_20120514T0330",
        "20120514T0330UTC",
    ],
)  # fmt: skip
def test_names_hold_their_time(text):
    assert times(text) == [EXPECTED]


@pytest.mark.parametrize(
    "text",
    [
        "depth7", "", "20121314T0330", "20120514", "120120514T0330", "20120514T2530", "20120230T0330",
        "2012-05-14T03:30+01:00", "2012-05-14T03:30-01:00", "2012-05-14T03:30:00+0100",
    ],
)  # fmt: skip
def test_names_without_a_time_or_of_another_zone_are_refused(text):
    with pytest.raises(UserError, match="holds no date and time, must hold one like 20120514T0330"):
        times(text)


def test_minutes_end_the_name_and_count_from_the_first_rain_or_the_start():
    after = [np.timedelta64(minutes, "m") for minutes in (120, 3360)]
    texts = ("WaterDepths120", "WaterDepths3360")
    assert times(*texts, times="minutes") == [files.START + one for one in after]
    began = np.datetime64("2012-05-14T01:30", "s")
    assert times(*texts, times="minutes", start="2012-05-14T01:30") == [began + one for one in after]
    with pytest.raises(UserError, match="'depth' ends in no minutes, must end like WaterDepths3360"):
        times("depth", times="minutes")


def test_a_clock_counts_from_the_first_rain_or_the_start():
    clock = {"times": "clock", "first": 10, "interval": 20}
    assert times("a", "b", "c", **clock) == list(files.minutes_after(10, 30, 50))
    assert times("", "", start="2012-05-14T03:05", **clock) == list(files.minutes_after(15, 35))
    with pytest.raises(UserError, match=r"no rain is called as the event is, and make_water.imports.start is null"):
        times("a", first_rain=None, **clock)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (("a60", "b60"), r"b60\.tif: its time 2012-05-14T04:00:00 is there twice \(the depth before is a60\.tif\)"),
        (("a60", "b30"), r"b30\.tif: its time 2012-05-14T03:30:00 comes after 2012-05-14T04:00:00"),
    ],
)
def test_times_increase(texts, message):
    with pytest.raises(UserError, match=message):
        times(*texts, times="minutes")


def test_stated_times_lie_on_whole_seconds_but_for_what_floats_lose():
    near = np.datetime64("2012-05-14T03:29:59.999", "us")
    assert list(times_of([Mark("a", time=near)], files.settings().imports, None)) == [EXPECTED]
    with pytest.raises(UserError, match=r"a: its time 2012-05-14T03:29:59\.400000 is not on a whole second"):
        times_of([Mark("a", time=np.datetime64("2012-05-14T03:29:59.4", "us"))], files.settings().imports, None)
