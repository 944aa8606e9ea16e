"""When imported depths are: from the file, from names, from minutes at the end of names, or by a clock."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from floodmark.errors import UserError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from floodmark.hydraulics.imports.source import Mark
    from floodmark.settings.make_water import Imports

DATE = re.compile(
    r"(?<!\d)(\d{4})-?(\d\d)-?(\d\d)[T_ -]?(\d\d)[-:_]?(\d\d)(?:[-:_]?(\d\d))?(?:Z|UTC)?(?![\d:+]|-\d\d:\d)",
    re.IGNORECASE,
)
"""`20120514T0330`, `2012-05-14_03-30`, `201205140330` and their like, UTC; with a zone of another kind it is none."""

MINUTES = re.compile(r"(\d{1,9})$")
PLAY = np.timedelta64(10, "ms")
"""By which a time may miss its whole second: what floating hours and days lose."""


def times_of(marks: list[Mark], settings: Imports, first_rain: np.datetime64 | None) -> NDArray[np.datetime64]:
    """The time of every depth, datetime64[s], UTC, increasing.

    Args:
        marks: What the depths say of themselves.
        settings: How they say their times.
        first_rain: First frame of the rain that the event is called after, None where there is no such rain.

    Raises:
        UserError: naming the depth whose time is absent, not after the one before it, or between seconds.
    """
    if marks[0].time is not None:
        times = np.array([mark.time for mark in marks], "datetime64[us]")
    elif settings.times == "names":
        times = np.array([_date(mark) for mark in marks], "datetime64[us]")
    else:
        passed = [_minutes(mark) for mark in marks] if settings.times == "minutes" else _clock(len(marks), settings)
        times = _start(marks[0], settings, first_rain) + np.array(passed, "timedelta64[m]")
    whole = (times + np.timedelta64(500, "ms")).astype("datetime64[s]")
    for place, mark in enumerate(marks):
        if abs(times[place] - whole[place]) > PLAY:
            raise UserError(f"{mark.where}: its time {times[place]} is not on a whole second: write it to the second")
        if place and whole[place] <= whole[place - 1]:
            what = "is there twice" if whole[place] == whole[place - 1] else f"comes after {whole[place - 1]}"
            raise UserError(
                f"{mark.where}: its time {whole[place]} {what} (the depth before is {marks[place - 1].where}): times "
                "must increase"
            )
    return whole


def _date(mark: Mark) -> np.datetime64:
    found = DATE.findall(mark.text)
    try:
        # Names often begin with the start of the event: the last is the depth's own.
        year, month, day, hour, minute, second = found[-1]
        return np.datetime64(f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}", "us")
    except (IndexError, ValueError):
        raise UserError(
            f"{mark.where}: {mark.text!r} holds no date and time, must hold one like 20120514T0330 or "
            f"2012-05-14_03-30, UTC: rename it, or set make_water.imports.times to {_others(mark)}"
        ) from None


def _minutes(mark: Mark) -> int:
    found = MINUTES.search(mark.text)
    if found is None:
        raise UserError(
            f"{mark.where}: {mark.text!r} ends in no minutes, must end like WaterDepths3360: rename it, or set "
            f"make_water.imports.times to {_others(mark)}"
        )
    return int(found[1])


def _others(mark: Mark) -> str:
    return "names, minutes or clock" if mark.text else "clock"


def _clock(count: int, settings: Imports) -> list[int]:
    return [settings.first + number * settings.interval for number in range(count)]


def _start(mark: Mark, settings: Imports, first_rain: np.datetime64 | None) -> np.datetime64:
    if settings.start is not None:
        return np.datetime64(settings.start, "us")
    if first_rain is None:
        raise UserError(
            f"{mark.where}: when its run starts is not known: no rain is called as the event is, and "
            "make_water.imports.start is null: name the event after its rain, or set the start"
        )
    return first_rain
