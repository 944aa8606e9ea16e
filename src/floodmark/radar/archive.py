"""Radar files become one archive: unbroken sequences of frames on the study's rain grid."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.errors import UserError
from floodmark.progress import say
from floodmark.radar.frames import Frame, index_frames, read_frames
from floodmark.radar.netcdf import find_files, read_headers
from floodmark.radar.sequence import INCOMPLETE, INTERPOLATED, OBSERVED, SequenceWriter
from floodmark.storage import write_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.grid import Grid
    from floodmark.settings.ingest_radar import IngestRadar


@dataclass
class Tally:
    """What the metrics say, gathered frame by frame."""

    sequences: int = 0
    frames: int = 0
    interpolated: int = 0
    incomplete: int = 0
    cells: int = 0
    known: int = 0
    implausible: int = 0
    wettest: float = 0.0
    total: float = 0.0

    def add(self, rate: NDArray[np.float32], quality: int) -> None:
        """Count one frame that was written."""
        known = np.isfinite(rate)
        self.frames += 1
        self.interpolated += quality == INTERPOLATED
        self.incomplete += quality == INCOMPLETE
        self.cells += rate.size
        self.known += int(known.sum())
        if known.any():
            self.wettest = max(self.wettest, float(np.nanmax(rate)))
            self.total += float(np.nansum(rate, dtype=np.float64))

    def summary(self) -> dict[str, Any]:
        """The metrics, rates in mm h-1."""
        return {
            "sequences": self.sequences,
            "gaps": max(self.sequences - 1, 0),
            "frames": self.frames,
            "interpolated_frames": self.interpolated,
            "incomplete_frames": self.incomplete,
            "missing_share": 1 - self.known / self.cells if self.cells else None,
            "implausible_cells": self.implausible,
            "wettest_rate": self.wettest,
            "mean_rate": self.total / self.known if self.known else None,
        }


def ingest(radar: Path, folder: Path, metrics: Path, grid: Grid | None, settings: IngestRadar) -> None:
    """Write every unbroken sequence of a folder of radar files, and the metrics.

    Frames follow a clock of `time_step` minutes. Absent frames for up to `max_gap` minutes are interpolated in time and
    flagged; a longer absence ends a sequence and begins the next. A frame without a single value counts as absent.
    Rates below zero or above `max_rainfall_rate` become missing and are counted. Missing cells of a frame that is
    there stay missing, and the frame is flagged.

    Args:
        radar: Folder of CF NetCDF files.
        folder: Gets `<time of the first frame>.nc` for each sequence.
        metrics: JSON to write.
        grid: The study's rain grid, None where nothing says where it lies.
        settings: Section `ingest_radar`.

    Raises:
        UserError: if a file is unreadable, off the clock, or contradicts another.
    """
    tally = Tally()
    place = {} if grid is None else {"grid": asdict(grid)}
    headers = read_headers(find_files(radar))
    if not headers or grid is None:
        say(f"no radar file in {radar}: rain comes from generated storms only")
        write_json(metrics, {"files": 0, **place, **tally.summary()})
        return
    step = settings.time_step * 60
    index = index_frames(headers, step)
    frames = _believed(read_frames(index, grid), settings.max_rainfall_rate, tally)
    _write(folder, grid, frames, step, settings.max_gap * 60 // step, tally)
    if not tally.frames:
        raise UserError(f"{radar}: no frame has a value inside the study's ground {grid.bounds} of {grid.crs}")
    write_json(metrics, {"files": len(headers), **place, **tally.summary()})


def _believed(frames: Iterable[Frame], highest: float, tally: Tally) -> Iterator[Frame]:
    """Frames with implausible rates taken out, without those that then hold nothing."""
    for frame in frames:
        wrong = (frame.rate < 0) | (frame.rate > highest)
        tally.implausible += int(wrong.sum())
        rate = np.where(wrong, np.float32(np.nan), frame.rate)
        if np.isfinite(rate).any():
            yield Frame(frame.mark, rate)


def _write(folder: Path, grid: Grid, frames: Iterable[Frame], step: int, longest: int, tally: Tally) -> None:
    """Write a file for each sequence; at most two frames and one chunk are in memory."""
    writer: SequenceWriter | None = None
    last: Frame | None = None
    try:
        for frame in frames:
            if writer is None or last is None or frame.mark - last.mark - 1 > longest:
                if writer is not None:
                    writer.close()
                start = np.datetime64(frame.mark * step, "s")
                name = start.astype("datetime64[m]").astype(object).strftime("%Y%m%dT%H%M")
                writer = SequenceWriter(folder / f"{name}.nc", grid, start, step)
                tally.sequences += 1
            else:
                for rate in between(last, frame):
                    writer.append(rate, INTERPOLATED)
                    tally.add(rate, INTERPOLATED)
            quality = OBSERVED if np.isfinite(frame.rate).all() else INCOMPLETE
            writer.append(frame.rate, quality)
            tally.add(frame.rate, quality)
            last = frame
    finally:
        if writer is not None:
            writer.close()


def between(before: Frame, after: Frame) -> Iterator[NDArray[np.float32]]:
    """The frames absent between two, linear in time; missing where either is."""
    span = after.mark - before.mark
    for passed in range(1, span):
        share = np.float32(passed / span)
        yield before.rate * (1 - share) + after.rate * share
