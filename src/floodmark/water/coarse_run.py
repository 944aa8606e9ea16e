"""One event's rain run over coarse ground, and from every moment on without rain: what could be foretold then."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from floodmark.hydraulics.events import FILES
from floodmark.hydraulics.inflows import rates
from floodmark.hydraulics.runoff import MM_PER_HOUR, runoff_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from numpy.typing import NDArray

    from floodmark.grid import Grid
    from floodmark.settings.make_water import Losses
    from floodmark.water.coarse import CoarseSite
    from floodmark.water.records import Record


class KnownRain(Protocol):
    """The rain of one event, and which of it is known when.

    Attributes:
        start: Of the first frame, datetime64, UTC.
        step: Between frames, s.
        frames: How many there are.
        grid: Of its cells.
        interpolated: bool, of all frames: made with the frame after them.
    """

    start: np.datetime64
    step: int
    frames: int
    grid: Grid
    interpolated: NDArray[np.bool_]

    def rate(self, frame: int) -> NDArray[np.float32]:
        """Rainfall rate, mm h-1, shape of the grid, NaN where missing."""
        ...


class RecordRain:
    """The rain of a simulated event on disk, read some hundred frames at a time."""

    def __init__(self, record: Record) -> None:
        with FILES:
            self._reader = record.rain()
        self.start, self.frames, self.grid = record.start, len(record.frames), self._reader.grid
        self.step = int(record.step / np.timedelta64(1, "s"))
        self.interpolated = self._reader.interpolated

    def rate(self, frame: int) -> NDArray[np.float32]:
        """See `KnownRain`."""
        with FILES:
            return self._reader.frame(frame)


class Fall:
    """What runs on the ground, cell of rain by cell of rain, as in the fine simulation.

    Attributes:
        fallen: What ran on the ground so far, m, shape of the rain's grid.
    """

    def __init__(self, rain: KnownRain, losses: Losses) -> None:
        self._rain, self._runoff, self._at = rain, runoff_of(losses, rain.grid.shape), 0
        self.fallen = np.zeros(rain.grid.shape)

    def copy(self) -> Self:
        """One that goes on from here by itself; no array is changed in place."""
        other = copy.copy(self)
        other._runoff = copy.copy(self._runoff)
        return other

    def runs(self, start: int, end: int, frame: int | None) -> NDArray[np.float64]:
        """What runs during a span, m s-1, shape of the rain's grid.

        Args:
            start: s since the rain began.
            end: Likewise.
            frame: Of the rain that falls, None for none.
        """
        rate = np.zeros(self._rain.grid.shape)
        if frame is not None:
            rate = np.nan_to_num(self._rain.rate(frame).astype(np.float64), nan=0.0) / MM_PER_HOUR
        runs = self._runoff.of(rate, float(end - start))
        if runs.any():
            self.fallen = self.fallen + runs * (end - start)
        return runs

    def known_spans(self, moment: int) -> Iterator[tuple[int, int, int | None]]:
        """Spans from where the last ones ended until what is known at a moment has fallen, and the frame of each."""
        rain, at = self._rain, self._at
        count = known_frames(rain, moment)
        self._at = known = moment if count == rain.frames else count * rain.step
        if known < at:
            raise ValueError(f"{moment} s lies before the moment asked for last: rain has fallen until {at} s")
        for start, end in _spans(at, known, rain.step):
            yield start, end, start // rain.step if start < rain.frames * rain.step else None

    @property
    def at(self) -> int:
        """Where the last spans ended, s since the rain began."""
        return self._at

    def until(self, moment: int) -> NDArray[np.float64]:
        """`fallen` of what is known at a moment, s since the rain began; moments must not go back."""
        for span in self.known_spans(moment):
            self.runs(*span)
        return self.fallen


class CoarseFall(Fall):
    """What falls on the coarse cells."""

    def __init__(self, rain: KnownRain, coarse: CoarseSite, losses: Losses) -> None:
        super().__init__(rain, losses)
        self._site, self._shares = coarse.site, coarse.shares(rain.grid)
        self._begin = float(rain.start.astype("datetime64[s]").astype(np.int64))

    def during(self, start: int, end: int, frame: int | None, known: int | None = None) -> NDArray[np.float64]:
        """What runs on the ground during a span, m s-1, shape of the coarse grid.

        Args:
            start: s since the rain began.
            end: Likewise.
            frame: Of the rain that falls, None for none.
            known: When hydrographs are known until, from where on they stay as in the step before; None: all are.
        """
        runs, site = self.runs(start, end, frame), self._site
        falling = np.zeros(site.grid.shape)
        if runs.any():
            falling = (self._shares @ runs.ravel()).reshape(site.grid.shape)
        if site.inflows:
            first, last = (start, end) if known is None else (known - self._rain.step, known)
            area = site.grid.cell_size**2
            falling = falling + rates(site.inflows, site.grid.shape, area, self._begin + first, self._begin + last)
        return falling


class CoarseWater:
    """The water of one event on coarse cells, moment after moment."""

    def __init__(self, rain: KnownRain, coarse: CoarseSite, losses: Losses) -> None:
        self._step, self._water, self._fall = rain.step, coarse.water(), CoarseFall(rain, coarse, losses)

    @property
    def fallen(self) -> NDArray[np.float64]:
        """What had run on the ground by the last moment, m, shape of the rain's grid."""
        return self._fall.fallen

    def at(self, moment: int, lead: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """Depth at a moment, and a lead later if no more rain fell, m, shape of the coarse grid.

        Nothing depends on rain that is not known at the moment: what is not counts as none. Hydrographs stay what they
        were.

        Args:
            moment: s since the rain began, 0 or later, not before the last one; may lie after the rain.
            lead: s; 0 where only the moment is asked for.
        """
        water, fall = self._water, self._fall
        for start, end, frame in fall.known_spans(moment):
            water.advance(fall.during(start, end, frame), end - start)
        state, forked = water.snapshot(), fall.copy()
        depths = []
        for since, until in ((fall.at, moment), (moment, moment + lead)):
            for start, end in _spans(since, until, self._step):
                water.advance(forked.during(start, end, None, moment), end - start)
            depths.append(np.array(water.depth))
        water.restore(state)
        return depths[0], depths[1]


@dataclass(frozen=True)
class CoarseRun:
    """Of one event, at each of the moments asked for.

    Attributes:
        now: Depth at the moment, m, shape (moments, coarse rows, coarse columns).
        ahead: Depth a lead later if no more rain fell, m, likewise.
        fallen: What had run on the ground by the moment, m, shape (moments, rain rows, rain columns).
    """

    now: NDArray[Any]
    ahead: NDArray[Any]
    fallen: NDArray[np.float64]


def known_frames(rain: KnownRain, seconds: int) -> int:
    """How many frames are known then: a frame of time t at t + step, an interpolated one with the next that is not."""
    count = min(max(seconds // rain.step, 0), rain.frames)
    while count > 0 and rain.interpolated[count - 1]:
        count -= 1
    return count


def simulate_coarse(
    rain: KnownRain, coarse: CoarseSite, moments: Sequence[int], lead: int, losses: Losses
) -> CoarseRun:  # fmt: skip
    """Run one event's rain over the coarse ground once, and from each moment on a copy of its water without rain.

    Args:
        rain: Of the event.
        coarse: Where it falls.
        moments: s since the rain began, 0 or later, increasing; see `CoarseWater.at`.
        lead: s that each moment is run on for.
        losses: What the ground keeps.
    """
    water = CoarseWater(rain, coarse, losses)
    now, ahead = np.zeros((2, len(moments), *coarse.site.grid.shape), coarse.site.physics.precision)
    fallen = np.zeros((len(moments), *rain.grid.shape))
    for place, moment in enumerate(moments):
        now[place], ahead[place] = water.at(moment, lead)
        fallen[place] = water.fallen
    return CoarseRun(now, ahead, fallen)


def _spans(start: int, end: int, step: int) -> Iterator[tuple[int, int]]:
    """From start to end, cut at multiples of the step, as the fine simulation is."""
    while start < end:
        mark = min(start - start % step + step, end)
        yield start, mark
        start = mark
