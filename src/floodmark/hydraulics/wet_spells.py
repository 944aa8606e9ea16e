"""Wet spells of an archive: where rain begins and ends, read a block of frames at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from floodmark.hydraulics.storm_measures import Measures, Sketch
from floodmark.radar.sequence import FRAMES_A_BLOCK, SequenceReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.grid import Grid
    from floodmark.settings.generate_storms import Fitted


def spells(frames: Iterable[NDArray[np.float32]], grid: Grid, step: int, settings: Fitted) -> Iterator[Measures]:
    """The measures of each wet spell of one unbroken sequence.

    A frame is wet from the mean rate `wet_rate` over what is known of it; one of which less than half is known counts
    as dry. A spell ends where it is dry for longer than `dry_gap`, or with the sequence; a spell that begins before or
    ends after its sequence is taken as it is, too short.

    Args:
        frames: mm h-1, each of shape (rows, columns), NaN where missing.
        grid: Of the frames.
        step: Time between frames, s.
        settings: What wet and dry are.
    """
    allowed = settings.dry_gap * 60 // step
    sketch: Sketch | None = None
    dry: list[float] = []
    for number, rate in enumerate(frames):
        known = np.isfinite(rate)
        mean = float(rate[known].mean(dtype=np.float64)) if known.mean() >= 0.5 else 0.0
        if mean >= settings.wet_rate:
            sketch = sketch or Sketch(grid, step, settings)
            for between in dry:
                sketch.add_dry(between)
            sketch.add(number, rate, mean)
            dry = []
        elif sketch is not None:
            dry.append(mean)
            if len(dry) > allowed:
                yield sketch.measures()
                sketch, dry = None, []
    if sketch is not None:
        yield sketch.measures()


def archive_spells(folder: Path, settings: Fitted) -> tuple[list[Measures], Grid | None, int]:
    """The wet spells of every sequence of an archive.

    Args:
        folder: Holds ``*.nc`` as `ingest_radar` writes them, on one grid and clock.
        settings: What wet and dry are.

    Returns:
        Their measures, in the order of the files; the grid, None without a sequence of two frames; the time step, s.
    """
    found: list[Measures] = []
    grid, step = None, 0
    for path in sorted(folder.glob("*.nc")):
        reader = SequenceReader(path)
        if len(reader.times) < 2:
            continue
        grid, step = reader.grid, int((reader.times[1] - reader.times[0]) / np.timedelta64(1, "s"))
        found += spells(_frames(reader), grid, step, settings)
    return found, grid, step


def _frames(reader: SequenceReader) -> Iterator[NDArray[np.float32]]:
    for at in range(0, len(reader.times), FRAMES_A_BLOCK):
        yield from reader[at : at + FRAMES_A_BLOCK]
