"""Rain for a simulation without the pipeline: radar files on whatever grid they have, or a steady rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.errors import UserError
from floodmark.progress import say
from floodmark.radar.frames import index_frames
from floodmark.radar.netcdf import find_files, read_header

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.grid import Grid
    from floodmark.radar.frames import Entry

NOWHEN: Any = np.datetime64("2000-01-01T00:00", "s")
"""When rain without a date begins."""

STEADY_STEP = 300
"""Length of a frame of steady rain, s."""


class SteadyRain:
    """The same rate everywhere for a while.

    Args:
        rate: mm h-1.
        minutes: How long it falls.
        grid: Of the ground.
    """

    def __init__(self, rate: float, minutes: float, grid: Grid) -> None:
        seconds = round(minutes * 60)
        self.step = STEADY_STEP if seconds % STEADY_STEP == 0 else seconds
        self.frames, self.start, self.shape = seconds // self.step, NOWHEN, (1, 1)
        self.missing_share, self._rate, self._grid = 0.0, np.float32(rate), grid

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

    Raises:
        UserError: if there is no file, files lie on different grids, times are uneven, or no ground is covered.
    """

    def __init__(self, path: Path, grid: Grid) -> None:
        files = [path] if path.is_file() else find_files(path)
        if not files:
            raise UserError(f"{path}: holds no .nc file of rain: see docs/reference/data-layout.md, section radar")
        headers = [read_header(file) for file in files]
        for header in headers[1:]:
            headers[0].grid.require_same(header.grid, f"rain of {headers[0].path} and {header.path}")
        self._own, self._grid = headers[0].grid, grid
        times = np.unique(np.concatenate([header.times for header in headers]).astype("datetime64[s]"))
        if len(times) < 2:
            raise UserError(f"{path}: holds one time only: rain needs two or more, to say how long a frame falls")
        self.step = int(np.diff(times).min() / np.timedelta64(1, "s"))
        entries: dict[int, Entry] = {}
        for entry in index_frames(headers, self.step):
            if entry.mark in entries:
                raise UserError(f"{entry.source.path} and another file both hold {entry.mark * self.step} s since 1970")
            entries[entry.mark] = entry
        first, last = min(entries), max(entries)
        self._entries = [entries.get(mark) for mark in range(first, last + 1)]
        self.start, self.frames, self.shape = times[0], len(self._entries), self._own.shape
        absent = sum(entry is None for entry in self._entries)
        self.missing_share = absent / self.frames
        if absent:
            say(f"{path}: {absent} of {self.frames} frames are absent and count as no rain")
        self._place(path)

    def rate(self, frame: int) -> NDArray[np.float32]:
        """Rainfall rate, mm h-1, shape of the radar's grid, NaN where missing."""
        entry = self._entries[frame]
        if entry is None:
            return np.full(self.shape, np.nan, np.float32)
        rate: NDArray[np.float32] = entry.source.frames(entry.place, entry.place + 1)[0]
        return rate

    def spread(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values of the radar's cells on the cells of the ground; none where the radar does not reach."""
        return np.where(self._inside, values[self._row, self._column], 0)

    def _place(self, path: Path) -> None:
        """Find the radar cell of each cell of the ground."""
        from rasterio.warp import transform

        own, grid = self._own, self._grid
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
