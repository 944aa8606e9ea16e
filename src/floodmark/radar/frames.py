"""Frames of many files in the order of time, on one grid, a block of one file in memory at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from floodmark.errors import UserError
from floodmark.grid import resample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from floodmark.grid import Grid
    from floodmark.radar.netcdf import RadarFile

BLOCK = 64
"""Most frames read at once."""
FEWEST_GAPS = 3
"""With fewer times between frames than this nothing is said about their clock."""


class Frame(NamedTuple):
    """One frame: its mark on the clock (steps since 1970), and mm h-1 of shape (rows, columns)."""

    mark: int
    rate: NDArray[np.float32]


class Entry(NamedTuple):
    """Where a frame is: its mark, its file, its place there."""

    mark: int
    source: RadarFile
    place: int


def index_frames(files: list[RadarFile], step: int) -> list[Entry]:
    """Every frame, sorted by time, then by path.

    Args:
        files: What was found.
        step: Of the clock, s.

    Raises:
        UserError: if a frame is off the clock, or no two frames are as close as the clock says.
    """
    entries = []
    for source in files:
        seconds = source.times.astype(np.int64)
        off = seconds % step != 0
        if off.any():
            raise UserError(
                f"{source.path}: the frame of {source.times[off][0]} is off the clock of {step // 60} minutes: "
                "set ingest_radar.time_step to the time between frames"
            )
        entries += [Entry(int(mark), source, place) for place, mark in enumerate(seconds // step)]
    _require_every_mark([entry.mark for entry in entries], step, files)
    return sorted(entries, key=lambda entry: (entry.mark, entry.source.path.as_posix()))


def _require_every_mark(marks: list[int], step: int, files: list[RadarFile]) -> None:
    """Refuse an archive on a slower clock: frames between all its frames would be made up, or all be gaps."""
    apart = np.diff(np.unique(marks))
    closest = int(apart.min()) if len(apart) >= FEWEST_GAPS else 1
    if closest > 1:
        minutes = closest * step // 60
        raise UserError(
            f"{files[0].path.parent}: radar frames are {minutes} or more minutes apart, and ingest_radar.time_step is "
            f"{step // 60}: set it to {minutes} in params.yaml, and generate_storms.time_step with it; "
            "make_windows.pattern, make_windows.routed_pattern and make_water.min_frames count frames"
        )


def read_frames(entries: list[Entry], grid: Grid) -> Iterator[Frame]:
    """The frames on the grid, each mark once.

    Raises:
        UserError: if two files hold different frames of one time.
    """
    last: Frame | None = None
    for block in _blocks(entries):
        source = block[0].source
        first = min(entry.place for entry in block)
        rates = source.frames(first, max(entry.place for entry in block) + 1)
        placed = on_grid(rates, source.grid, grid)
        for entry in block:
            frame = Frame(entry.mark, placed[entry.place - first])
            if last is None or frame.mark != last.mark:
                yield frame
            elif not np.array_equal(frame.rate, last.rate, equal_nan=True):
                raise UserError(
                    f"{source.path} and another file hold different frames of {source.times[entry.place]}: remove one"
                )
            last = frame


def _blocks(entries: list[Entry]) -> Iterator[list[Entry]]:
    """Runs of entries of one file whose places lie close together."""
    block: list[Entry] = []
    for entry in entries:
        if block and (entry.source is not block[0].source or abs(entry.place - block[0].place) >= BLOCK):
            yield block
            block = []
        block.append(entry)
    if block:
        yield block


def on_grid(rates: NDArray[np.float32], source: Grid, grid: Grid) -> NDArray[np.float32]:
    """Rates on another grid, by shared area; values of cells that coincide are untouched.

    Args:
        rates: mm h-1, shape (frames, source rows, source columns).
        source: Their grid.
        grid: The grid wanted.

    Returns:
        mm h-1, shape (frames, rows, columns), NaN where the source says nothing.
    """
    if source == grid:
        return rates
    column, row = (grid.west - source.west) / source.cell_size, (source.north - grid.north) / source.cell_size
    same = source.crs == grid.crs and abs(source.cell_size - grid.cell_size) < 1e-6 * grid.cell_size
    if not same or abs(column - round(column)) > 1e-6 or abs(row - round(row)) > 1e-6:
        return resample(rates, source, grid, "average")
    placed = np.full((len(rates), *grid.shape), np.nan, np.float32)
    top, left = round(row), round(column)
    rows = slice(max(top, 0), min(top + grid.height, source.height))
    columns = slice(max(left, 0), min(left + grid.width, source.width))
    if rows.start < rows.stop and columns.start < columns.stop:
        there = (slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left))
        placed[:, there[0], there[1]] = rates[:, rows, columns]
    return placed
