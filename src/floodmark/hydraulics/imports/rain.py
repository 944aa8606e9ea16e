"""Which rain imported depths belong to: that of their name, else the one whose period holds all their times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from floodmark.errors import UserError
from floodmark.hydraulics.events import spread
from floodmark.radar.sequence import SequenceReader

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.grid import Grid
    from floodmark.hydraulics.events import Event


@dataclass(frozen=True)
class Rain:
    """The rain of one event.

    Attributes:
        event: Its name, origin and file.
        reader: Its frames.
        first: Time of the first frame, UTC.
        last: Until when there may be depths: the last frame, its length, and the recession.
    """

    event: Event
    reader: SequenceReader
    first: np.datetime64
    last: np.datetime64

    def volume(self, solid: NDArray[np.bool_], grid: Grid) -> float:
        """What rained on the ground, m3, missing as none.

        Args:
            solid: Where there is no ground.
            grid: Of the ground; the rain's must nest in it.
        """
        step = float((self.reader.times[1] - self.reader.times[0]) / np.timedelta64(1, "h"))
        frames = (self.reader.frame(number) for number in range(len(self.reader.times)))
        rates = (float(spread(frame, self.reader.grid, grid)[~solid].sum(dtype=np.float64)) for frame in frames)
        return sum(rates) * step / 1000 * grid.cell_size**2


def read_rain(event: Event, recession: int) -> Rain:
    """Open the rain of an event; `recession` in minutes."""
    reader = SequenceReader(event.path)
    times = reader.times
    step = times[1] - times[0] if len(times) > 1 else np.timedelta64(0, "s")
    return Rain(event, reader, times[0], times[-1] + step + np.timedelta64(recession, "m"))


def rain_called(name: str, rains: list[Rain]) -> Rain | None:
    """The rain of a name.

    Raises:
        UserError: if a sequence of radar and a storm have it.
    """
    called = [rain for rain in rains if rain.event.name == name]
    if len(called) > 1:
        raise UserError(f"{name}: {' and '.join(_called(rain) for rain in called)} are called so: rename the depths")
    return called[0] if called else None


def rain_around(times: NDArray[np.datetime64], rains: list[Rain], path: Path) -> Rain:
    """The only rain whose period holds all times.

    Raises:
        UserError: with the periods, if there is none or more than one.
    """
    around = [rain for rain in rains if rain.first <= times[0] and times[-1] <= rain.last]
    if len(around) == 1:
        return around[0]
    if around:
        what, shown = "its depths lie in the period of several rains", around
    else:
        what, shown = (
            "no rain is called so, and none holds all its depths",
            [min(rains, key=lambda item: _gap(times, item))],
        )
    lines = "".join(f"\n  {_period(rain)}" for rain in shown)
    raise UserError(f"{path}: {what}\n  depths {times[0]} to {times[-1]}{lines}\nname the depths after their rain")


def require_period(times: NDArray[np.datetime64], rain: Rain, path: Path) -> None:
    """Refuse depths before the rain of their name or long after it.

    Raises:
        UserError: with both periods.
    """
    if not (rain.first <= times[0] and times[-1] <= rain.last):
        raise UserError(
            f"{path}: depths outside the period of their rain\n  depths {times[0]} to {times[-1]}\n  {_period(rain)}\n"
            "leave them out, mend their times (make_water.imports), or make make_water.recession longer"
        )


def _called(rain: Rain) -> str:
    return f"{rain.event.path.parent.name}/{rain.event.path.name}"


def _period(rain: Rain) -> str:
    return f"{_called(rain)} {rain.first} to {rain.last}, recession included"


def _gap(times: NDArray[np.datetime64], rain: Rain) -> np.timedelta64:
    return max(rain.first - times[0], times[-1] - rain.last)
