"""Rain up to a moment, on the model's rain cells, from radar files on whatever grid they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from floodmark.errors import UserError
from floodmark.hydraulics.alone.rain import RadarRain
from floodmark.radar.frames import on_grid
from floodmark.water import history

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.grid import Grid
    from floodmark.water.forecast.ground import Ground


class Rain:
    """Radar frames by shared area on the rain cells of a ground; only the frames of one history are in memory.

    Args:
        path: A file, or a folder of them.
        grid: The rain cells.
        step: Time between the frames that the model learnt from, s.
        begin: First time that is used, None: all.
        end: Last time that is used, None: all.

    Attributes:
        start: Time of the first frame.
        frames: How many there are, the absent ones included.
        end: Time up to which rain is known: the end of the last frame.

    Raises:
        UserError: if there is none, it lies elsewhere, or frames follow one another faster or slower than the model's.
    """

    def __init__(
        self, path: Path, grid: Grid, step: int, begin: np.datetime64 | None = None, end: np.datetime64 | None = None
    ) -> None:
        self._source, self._grid, self._path = RadarRain(path, grid, begin, end, one_event=False), grid, path
        if self._source.step != step:
            raise UserError(
                f"{path}: its frames are {self._source.step / 60:g} minutes apart, those the model learnt from "
                f"{step / 60:g}: its channels count frames: give radar of {step / 60:g} minutes, or train a model on "
                "such radar (ingest_radar.time_step)"
            )
        self.step = np.timedelta64(step, "s")
        self.start: np.datetime64 = self._source.start
        self.end: np.datetime64 = self.start + self._source.frames * self.step
        self.frames: int = self._source.frames
        self._placed: dict[int, NDArray[np.float32]] = {}

    def frame(self, number: int) -> NDArray[np.float32]:
        """Rainfall rate of one frame, mm h-1, shape (rows, columns), NaN where missing."""
        if number in self._placed:
            return self._placed[number]
        placed: NDArray[np.float32] = on_grid(self._source.rate(number)[None], self._source.own, self._grid)[0]
        return placed

    def until(self, moment: np.datetime64, length: int) -> NDArray[np.float32]:
        """The last `length` frames known at a moment, oldest first.

        Returns:
            mm h-1, shape (length, rows, columns), NaN where a frame lies before the first, is absent, or says nothing.
        """
        last = history.last_frame(np.array([self.start]), self.step, moment)
        low, high = max(last - length + 1, 0), min(last + 1, self._source.frames)
        self._placed = {number: self.frame(number) for number in range(low, high)}
        known = list(self._placed.values())
        frames = np.stack(known) if known else np.zeros((0, *self._grid.shape), np.float32)
        return history.recent(frames, last - low, length)


class NestedRain:
    """The rain since the first frame as the simulator takes it: on squares of cells that the ground is made of.

    Where ground of whole rain cells is foretold, these are its rain cells, as in a study.

    Args:
        rain: On the rain cells.
        ground: Which lies in them, and may begin amid one.

    Attributes:
        start: Of the first frame, UTC.
        step: Between frames, s.
        frames: How many there are.
        grid: Of the squares.
        interpolated: None is: what is absent is missing.
    """

    def __init__(self, rain: Rain, ground: Ground) -> None:
        self._rain, size = rain, ground.nested
        self._rows, self._columns = ground.rows[::size, None], ground.columns[None, ::size]
        self.start, self.step, self.frames = rain.start, int(rain.step / np.timedelta64(1, "s")), rain.frames
        self.grid = ground.grid.coarser(size)
        self.interpolated: NDArray[np.bool_] = np.zeros(self.frames, bool)

    def rate(self, frame: int) -> NDArray[np.float32]:
        """Rainfall rate, mm h-1, shape of the squares, NaN where missing."""
        return self._rain.frame(frame)[self._rows, self._columns]
