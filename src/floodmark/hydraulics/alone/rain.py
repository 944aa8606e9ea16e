"""Rain for a simulation without the pipeline: radar files on whatever grid they have, or a steady rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.errors import UserError
from floodmark.progress import say
from floodmark.radar.frames import Entry
from floodmark.radar.netcdf import find_files, read_header

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.grid import Grid
    from floodmark.radar.netcdf import RadarFile

NOWHEN: Any = np.datetime64("2000-01-01T00:00", "s")
"""When rain without a date begins."""

HIGHEST = 1000.0
"""Plausible rate, mm h-1."""

MOST_ABSENT = 0.5
"""Share of frames that may be absent from one event."""

STEADY_STEP = 300
"""Length of a frame of steady rain, s."""


class SteadyRain:
    """The same rate everywhere for a while.

    Args:
        rate: mm h-1.
        minutes: How long it falls.
        grid: Of the ground.
        start: When it begins, None: NOWHEN.
    """

    def __init__(self, rate: float, minutes: float, grid: Grid, start: np.datetime64 | None = None) -> None:
        seconds = round(minutes * 60)
        self.step = STEADY_STEP if seconds % STEADY_STEP == 0 else seconds
        self.frames, self.start, self.shape = seconds // self.step, NOWHEN if start is None else start, (1, 1)
        self.missing_share, self._rate, self._grid = 0.0, np.float32(rate), grid
        self.called = f"{rate:g} mm h-1 for {seconds} s"

    def rate(self, frame: int) -> NDArray[np.float32]:
        """Rainfall rate, mm h-1, of one cell."""
        return np.full((1, 1), self._rate, np.float32)

    def spread(self, values: NDArray[Any]) -> NDArray[Any]:
        """One cell's value on all cells of the ground."""
        return np.broadcast_to(values, self._grid.shape)


class RadarRain:
    """Frames of one or more CF NetCDF files; every cell of the ground has the rain of the radar cell its centre is in.

    Args:
        path: A file, or a folder of them.
        grid: Of the ground; its CRS may differ.
        begin: First time that is used, None: all.
        end: Last time that is used, None: all.
        one_event: Whether all frames are one event's, of which few may be absent.

    Attributes:
        own: The radar's grid.
        step: Time between frames, s.
        start: Time of the first frame.
        frames: How many, the absent ones included.
        shape: Rows and columns of the radar's grid.

    Raises:
        UserError: if there is no file, files lie on different grids, most frames are absent, or no ground is covered.
    """

    def __init__(
        self,
        path: Path,
        grid: Grid,
        begin: np.datetime64 | None = None,
        end: np.datetime64 | None = None,
        *,
        one_event: bool = True,
    ) -> None:
        files = [path] if path.is_file() else find_files(path)
        if not files:
            raise UserError(f"{path}: holds no .nc file of rain: see docs/reference/data-layout.md, section radar")
        headers = [read_header(file) for file in files]
        for header in headers[1:]:
            headers[0].grid.require_same(header.grid, f"rain of {headers[0].path} and {header.path}")
        self.own, self._grid = headers[0].grid, grid
        times = np.unique(np.concatenate([header.times for header in headers]).astype("datetime64[s]"))
        whole = times
        times = times[(times >= (begin or times[0])) & (times <= (end or times[-1]))]
        if len(times) == 0:
            raise UserError(f"{path}: no rain between {begin} and {end}: it has {whole[0]} to {whole[-1]}")
        if len(times) < 2:
            raise UserError(f"{path}: holds one time only: rain needs two or more, to say how long a frame falls")
        self.step = int(np.diff(times).min() / np.timedelta64(1, "s"))
        self._entries = _on_clock(headers, times, self.step)
        self.start, self.frames, self.shape = times[0], len(self._entries), self.own.shape
        absent = sum(entry is None for entry in self._entries)
        if one_event and absent > MOST_ABSENT * self.frames:
            raise UserError(
                f"{path}: {absent} of {self.frames} frames between {times[0]} and {times[-1]} are absent: it holds "
                "more than one event: choose one with --from and --to"
            )
        if one_event and absent:
            say(f"{path}: {absent} of {self.frames} frames are absent and count as no rain")
        # Frames may be added to an archive that a simulation goes on with, so they are not part of its name.
        self.called = repr(self.own)
        self._asked = self._missing = 0
        self._place(path)

    def rate(self, frame: int) -> NDArray[np.float32]:
        """Rainfall rate, mm h-1, shape of the radar's grid, NaN where missing.

        Raises:
            UserError: naming the file and the time, if a rate is below zero or above HIGHEST.
        """
        entry = self._entries[frame]
        self._asked += int(self._inside.sum())
        if entry is None:
            self._missing += int(self._inside.sum())
            return np.full(self.shape, np.nan, np.float32)
        rate: NDArray[np.float32] = entry.source.frames(entry.place, entry.place + 1)[0]
        known = rate[np.isfinite(rate)]
        if known.size and not (known.min() >= 0 and known.max() <= HIGHEST):
            raise UserError(
                f"{entry.source.path}: rain of {known.min():g} to {known.max():g} mm h-1 at "
                f"{entry.source.times[entry.place]}: must be 0 to {HIGHEST:g}: check its units"
            )
        self._missing += int(np.isnan(rate)[self._row, self._column][self._inside].sum())
        return rate

    @property
    def missing_share(self) -> float:
        """Of the ground and the frames read so far, what had no value and counted as no rain."""
        return self._missing / self._asked if self._asked else 0.0

    def spread(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values of the radar's cells on the cells of the ground; none where the radar does not reach."""
        return np.where(self._inside, values[self._row, self._column], 0)

    def _place(self, path: Path) -> None:
        """Find the radar cell of each cell of the ground."""
        from rasterio.warp import transform

        own, grid = self.own, self._grid
        x, y = np.meshgrid(grid.x, grid.y)
        if own.crs != grid.crs:
            moved = transform(grid.crs, own.crs, x.ravel(), y.ravel())
            x, y = (np.asarray(axis).reshape(grid.shape) for axis in moved[:2])
        row, column = np.floor((own.north - y) / own.cell_size), np.floor((x - own.west) / own.cell_size)
        self._inside = (row >= 0) & (row < own.height) & (column >= 0) & (column < own.width)
        if not self._inside.any():
            raise UserError(f"{path}: its rain {own.bounds} of {own.crs} covers none of {grid.bounds} of {grid.crs}")
        if not self._inside.all():
            say(f"{path}: {1 - self._inside.mean():.0%} of the ground lies beyond the radar and gets no rain")
        self._row = np.where(self._inside, row, 0).astype(np.int64)
        self._column = np.where(self._inside, column, 0).astype(np.int64)


def _on_clock(headers: list[RadarFile], times: NDArray[np.datetime64], step: int) -> list[Entry | None]:
    """Where the frame of each mark is, None where it is absent; the clock begins with the first time, whenever that is.

    Raises:
        UserError: if a time lies between two marks, or two files hold one time.
    """
    found: dict[int, Entry] = {}
    for header in headers:
        for place, time in enumerate(header.times.astype("datetime64[s]")):
            if not times[0] <= time <= times[-1]:
                continue
            mark, off = divmod(int((time - times[0]) / np.timedelta64(1, "s")), step)
            if off:
                raise UserError(
                    f"{header.path}: the frame of {time} is not a multiple of {step} s after the first, {times[0]}: "
                    "frames must be evenly spaced"
                )
            if mark in found:
                raise UserError(f"{header.path} and {found[mark].source.path} both hold {time}: remove one")
            found[mark] = Entry(mark, header, place)
    return [found.get(mark) for mark in range(max(found) + 1)]
