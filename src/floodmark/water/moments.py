"""Which moments of an event are windows: when rain is known up to, and when depth is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from floodmark.water.history import last_frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from floodmark.settings.make_windows import MakeWindows
    from floodmark.water.records import Record

EMULATE, NOWCAST = "emulate", "nowcast"
TASKS = (EMULATE, NOWCAST)


@dataclass(frozen=True)
class Moment:
    """One time of one event.

    Attributes:
        time: UTC.
        last_frame: Newest frame of rain known then; may lie beyond the record's end, or before its beginning.
        snapshot: Index of the event's depth at that time, -1 where none was kept.
    """

    time: np.datetime64
    last_frame: int
    snapshot: int


@dataclass(frozen=True)
class Window:
    """A moment whose rain is the input, and one whose depth is the answer; rows of the arrays on disk."""

    task: str
    event: str
    source: int
    target: int
    t0: np.datetime64
    time: np.datetime64


def moments_of(record: Record, settings: MakeWindows) -> list[Moment]:
    """The snapshots of an event that are kept, and the moments one lead before them, in order of time.

    A snapshot is kept where its time since the first frame is a positive multiple of `snapshot_minutes`; a moment
    before the first frame is left out, since nothing is known of the rain then.
    """
    every, lead = (np.timedelta64(minutes * 60, "s") for minutes in (settings.snapshot_minutes, settings.lead_minutes))
    zero = np.timedelta64(0, "s")
    kept = {
        time: index
        for index, time in enumerate(record.snapshots)
        if time > record.start and (time - record.start) % every == zero
    }
    times = set(kept) | {time - lead for time in kept if time - lead >= record.start}
    return [Moment(time, last_frame(record.frames, record.step, time), kept.get(time, -1)) for time in sorted(times)]


def paired_windows(records: list[Record], moments: list[list[Moment]], lead_minutes: int) -> Iterator[Window]:
    """All windows of both tasks, event by event.

    Rows count the moments, and targets the moments with depth, of all events in their order.
    """
    lead = np.timedelta64(lead_minutes * 60, "s")
    row = target = 0
    for record, items in zip(records, moments, strict=True):
        rows = {item.time: row + index for index, item in enumerate(items)}
        for item in items:
            if item.snapshot < 0:
                continue
            yield Window(EMULATE, record.name, rows[item.time], target, item.time, item.time)
            if item.time - lead in rows:
                yield Window(NOWCAST, record.name, rows[item.time - lead], target, item.time - lead, item.time)
            target += 1
        row += len(items)
