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
        end: Time up to which rain is known: the end of the last frame.

    Raises:
        UserError: if there is none, it lies elsewhere, or frames follow one another faster or slower than the model's.
    """

    def __init__(
        self, path: Path, grid: Grid, step: int, begin: np.datetime64 | None = None, end: np.datetime64 | None = None
    ) -> None:
        self._source, self._grid, self._path = RadarRain(path, grid, begin, end), grid, path
        if self._source.step != step:
            raise UserError(
                f"{path}: its frames are {self._source.step / 60:g} minutes apart, those the model learnt from "
                f"{step / 60:g}: its channels count frames: give radar of {step / 60:g} minutes, or train a model on "
                "such radar (ingest_radar.time_step)"
            )
        self.step = np.timedelta64(step, "s")
        self.start: np.datetime64 = self._source.start
        self.end: np.datetime64 = self.start + self._source.frames * self.step
        self._placed: dict[int, NDArray[np.float32]] = {}

    def until(self, moment: np.datetime64, length: int) -> NDArray[np.float32]:
        """The last `length` frames known at a moment, oldest first.

        Returns:
            mm h-1, shape (length, rows, columns), NaN where a frame lies before the first, is absent, or says nothing.
        """
        last = history.last_frame(np.array([self.start]), self.step, moment)
        low, high = max(last - length + 1, 0), min(last + 1, self._source.frames)
        self._placed = {number: rate for number, rate in self._placed.items() if low <= number < high}
        for number in range(low, high):
            if number not in self._placed:
                self._placed[number] = on_grid(self._source.rate(number)[None], self._source.own, self._grid)[0]
        known = [self._placed[number] for number in range(low, high)]
        frames = np.stack(known) if known else np.zeros((0, *self._grid.shape), np.float32)
        return history.recent(frames, last - low, length)
