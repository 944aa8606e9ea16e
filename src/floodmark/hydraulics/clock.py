"""When things happen in an event: the frames of rain, the depths that are kept, and the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Span:
    """A piece of an event in which nothing changes but the water.

    Attributes:
        start: s since the rain began.
        end: s since the rain began.
        frame: Of the rain that falls, None after the rain.
        kept: Whether the depths at its end are kept.
    """

    start: int
    end: int
    frame: int | None
    kept: bool


@dataclass(frozen=True)
class Clock:
    """The times of one event, s.

    Attributes:
        step: Between frames of rain; a frame falls from its own time until the next one's.
        frames: How many there are.
        interval: Between the depths that are kept; the end is kept, too.
        recession: For which water runs on after the last frame.
    """

    step: int
    frames: int
    interval: int
    recession: int

    @property
    def raining(self) -> int:
        """When the rain ends."""
        return self.step * self.frames

    @property
    def end(self) -> int:
        """When the event ends."""
        return self.raining + self.recession

    def spans(self, after: int = 0, until: int | None = None) -> Iterator[Span]:
        """The spans from `after` to `until`, None the end; what is kept last is kept at `until`, too.

        While it does not rain, a span is a step of the rain long or shorter: losses and inflows go on.
        """
        end = self.end if until is None else until
        kept = {*range(self.interval, end + 1, self.interval), end}
        marks = sorted({mark for mark in kept | set(range(self.step, end, self.step)) if mark > after})
        start = after
        for mark in marks:
            frame = start // self.step if start < self.raining else None
            yield Span(start, mark, frame, mark in kept)
            start = mark
