"""Frames of many files in the order of time, on one grid, read block by block, here or by the workers of a cluster."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from floodmark.errors import UserError
from floodmark.grid import resample
from floodmark.learning.cluster import abroad, fan_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from floodmark.grid import Grid
    from floodmark.radar.netcdf import RadarFile

BLOCK = 64
"""Most frames read at once."""
AHEAD = 2
"""Most blocks of each worker that wait to be written."""
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


class Span(NamedTuple):
    """Frames of one file that are read at once: from `first` up to, not including, `last`."""

    source: RadarFile
    first: int
    last: int


def read_frames(entries: list[Entry], grid: Grid) -> Iterator[Frame]:
    """The frames on the grid, each mark once.

    Raises:
        UserError: if two files hold different frames of one time.
    """
    last: Frame | None = None
    blocks = list(_blocks(entries))
    jobs = [[_span(run) for run in block] for block in blocks]
    placed = fan_out(partial(_read, grid=grid), jobs, "reading radar frames, by blocks", ahead=AHEAD)
    for block, job, parts in zip(blocks, jobs, placed, strict=True):
        for run, span, rates in zip(block, job, parts, strict=True):
            for entry in run:
                frame = Frame(entry.mark, rates[entry.place - span.first])
                if last is None or frame.mark != last.mark:
                    yield frame
                elif not np.array_equal(frame.rate, last.rate, equal_nan=True):
                    raise UserError(
                        f"{entry.source.path} and another file hold different frames of "
                        f"{entry.source.times[entry.place]}: remove one"
                    )
                last = frame


def _read(spans: list[Span], grid: Grid) -> list[NDArray[np.float32]]:
    """The frames of each span on the grid: all that a worker needs are the files, and all it gives is what is kept."""
    return [on_grid(span.source.frames(span.first, span.last), span.source.grid, grid) for span in spans]


def _span(run: list[Entry]) -> Span:
    """What is read of a file for some entries of it; its many times stay here."""
    places, source = [entry.place for entry in run], run[0].source
    return Span(replace(source, path=abroad(source.path), times=source.times[:0]), min(places), max(places) + 1)


def _blocks(entries: list[Entry]) -> Iterator[list[list[Entry]]]:
    """Runs as far as they are read at once: one of a long file, or those of many short ones."""
    block: list[list[Entry]] = []
    frames = 0
    for run in _runs(entries):
        first, last = _span(run)[1:]
        if block and frames + last - first > BLOCK:
            yield block
            block, frames = [], 0
        block.append(run)
        frames += last - first
    if block:
        yield block


def _runs(entries: list[Entry]) -> Iterator[list[Entry]]:
    """Runs of entries of one file whose places lie close together."""
    run: list[Entry] = []
    for entry in entries:
        if run and (entry.source is not run[0].source or abs(entry.place - run[0].place) >= BLOCK):
            yield run
            run = []
        run.append(entry)
    if run:
        yield run


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
