"""Storms split by spans of time, with a guard after each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from floodmark.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from floodmark.settings.make_windows import Dates, Split

    Storm = tuple[np.datetime64, np.datetime64]

OUTSIDE, BETWEEN = "predict", "guard"
"""Splits of storms that touch no span, and of those that lie too near to another."""


@dataclass(frozen=True)
class Span:
    """Time from `start` to `end`, UTC, the end not included, and the split of its storms."""

    start: np.datetime64
    end: np.datetime64
    split: str


def by_spans(storms: Sequence[Storm], spans: Sequence[Span], guard: np.timedelta64) -> list[str]:
    """The split of every storm.

    A storm has the split of the span that it lies in as a whole, unless it begins within the guard after a span of
    another split, whose last storms its history may reach back to. So any two storms of different spans' splits lie
    the guard apart at least. Storms that touch no span are OUTSIDE; all others, half in a span or near one, BETWEEN.

    Args:
        storms: First and last moment of each, in order of time.
        spans: In order of time, without overlap.
        guard: Window history plus lead.
    """
    spans = _joined(spans)
    splits, first = [], 0
    for start, end in storms:
        while first < len(spans) and spans[first].end + guard <= start:
            first += 1
        near = []
        for span in spans[first:]:
            if span.start > end:
                break
            near.append(span)
        touched = [span for span in near if span.end > start]
        if not touched:
            splits.append(OUTSIDE)
        elif len({span.split for span in near}) == 1 and touched[0].start <= start and end < touched[0].end:
            splits.append(touched[0].split)
        else:
            splits.append(BETWEEN)
    return splits


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Neighbours of one split that leave no time between them, as one."""
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].split == span.split and joined[-1].end == span.start:
            joined[-1] = Span(joined[-1].start, span.end, span.split)
        else:
            joined.append(span)
    return joined


def spans_of_dates(dates: Dates) -> list[Span]:
    """Each range of days, whole."""
    day = np.timedelta64(86400, "s")
    return [
        Span(np.datetime64(first, "s"), np.datetime64(last, "s") + day, split) for first, last, split in dates.ranges()
    ]


def spans_of_blocks(first: np.datetime64, last: np.datetime64, split: Split, guard: np.timedelta64) -> list[Span]:
    """Blocks of time from the midnight before the archive's first storm until after its last, dealt in turn.

    Raises:
        UserError: if a block is no longer than the guard, so that no storm could be in it.
    """
    length = np.timedelta64(round(split.block_hours * 3600), "s")
    if length <= guard:
        hours = guard / np.timedelta64(3600, "s")
        raise UserError(
            f"make_windows.split.block_hours = {split.block_hours:g} must be above the {hours:g} h of a window's "
            "history and lead, which are left out after each block: a week, 168, leaves most storms in"
        )
    origin = first.astype("datetime64[D]").astype("datetime64[s]")
    count = int((last - origin) // length) + 1
    turns = [split.block_turns[number % len(split.block_turns)] for number in range(count)]
    return [
        Span(origin + number * length, origin + (number + 1) * length, str(turn)) for number, turn in enumerate(turns)
    ]
