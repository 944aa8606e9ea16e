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


class CoarseFall:
    """What falls on the coarse cells; losses are reckoned cell of rain by cell of rain, as in the fine simulation.

    Attributes:
        fallen: What ran on the ground so far, m, shape of the rain's grid.
    """

    def __init__(self, rain: KnownRain, coarse: CoarseSite, losses: Losses) -> None:
        self._rain, self._site, self._shares = rain, coarse.site, coarse.shares(rain.grid)
        self._runoff = runoff_of(losses, rain.grid.shape)
        self._begin = float(rain.start.astype("datetime64[s]").astype(np.int64))
        self.fallen = np.zeros(rain.grid.shape)

    def copy(self) -> CoarseFall:
        """One that goes on from here by itself; no array is changed in place."""
        other = copy.copy(self)
        other._runoff = copy.copy(self._runoff)
        return other

    def during(self, start: int, end: int, frame: int | None, known: int | None = None) -> NDArray[np.float64]:
        """What runs on the ground during a span, m s-1, shape of the coarse grid.

        Args:
            start: s since the rain began.
            end: Likewise.
            frame: Of the rain that falls, None for none.
            known: When hydrographs are known until, from where on they stay as in the step before; None: all are.
        """
        rate = np.zeros(self._rain.grid.shape)
        if frame is not None:
            rate = np.nan_to_num(self._rain.rate(frame).astype(np.float64), nan=0.0) / MM_PER_HOUR
        runs = self._runoff.of(rate, float(end - start))
        site = self._site
        falling = np.zeros(site.grid.shape)
        if runs.any():
            self.fallen = self.fallen + runs * (end - start)
            falling = (self._shares @ runs.ravel()).reshape(site.grid.shape)
        if site.inflows:
            first, last = (start, end) if known is None else (known - self._rain.step, known)
            area = site.grid.cell_size**2
            falling = falling + rates(site.inflows, site.grid.shape, area, self._begin + first, self._begin + last)
        return falling


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

    Nothing depends on rain that is not known at the moment: what is not counts as none. Hydrographs stay what they
    were.

    Args:
        rain: Of the event.
        coarse: Where it falls.
        moments: s since the rain began, 0 or later, increasing; may lie after the rain.
        lead: s that each moment is run on for.
        losses: What the ground keeps.
    """
    water, fall = coarse.water(), CoarseFall(rain, coarse, losses)
    now, ahead = np.zeros((2, len(moments), *coarse.site.grid.shape), water.depth.dtype)
    fallen = np.zeros((len(moments), *rain.grid.shape))
    at = 0
    for place, moment in enumerate(moments):
        count = known_frames(rain, moment)
        known = moment if count == rain.frames else count * rain.step
        for start, end in _spans(at, known, rain.step):
            frame = start // rain.step if start < rain.frames * rain.step else None
            water.advance(fall.during(start, end, frame), end - start)
        at, state, forked = known, water.snapshot(), fall.copy()
        for kept, since, until in ((now, known, moment), (ahead, moment, moment + lead)):
            for start, end in _spans(since, until, rain.step):
                water.advance(forked.during(start, end, None, moment), end - start)
            kept[place] = water.depth
        fallen[place] = fall.fallen
        water.restore(state)
    return CoarseRun(now, ahead, fallen)


def _spans(start: int, end: int, step: int) -> Iterator[tuple[int, int]]:
    """From start to end, cut at multiples of the step, as the fine simulation is."""
    while start < end:
        mark = min(start - start % step + step, end)
        yield start, mark
        start = mark
