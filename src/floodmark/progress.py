"""Progress of long work: a bar on a terminal, a plain line now and then anywhere else, of the first rank alone."""

from __future__ import annotations

import sys
import time
from collections.abc import Sized
from typing import TYPE_CHECKING, TypeVar

from floodmark import ranks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Item = TypeVar("Item")

SECONDS_BETWEEN_LINES = 10.0


def track(items: Iterable[Item], description: str, total: int | None = None) -> Iterator[Item]:
    """Yield the items while showing how far along they are, on standard error.

    Args:
        items: What to work through.
        description: A few words, such as ``simulating storms``.
        total: How many there are, where `items` has no length.
    """
    count = len(items) if total is None and isinstance(items, Sized) else total
    if not ranks.first():
        yield from items
    elif sys.stderr.isatty():
        yield from _bar(items, description, count)
    else:
        yield from _lines(items, description, count)


def _bar(items: Iterable[Item], description: str, total: int | None) -> Iterator[Item]:
    from rich.console import Console
    from rich.progress import track as rich_track

    yield from rich_track(items, description, total=total, console=Console(stderr=True))


def _lines(items: Iterable[Item], description: str, total: int | None) -> Iterator[Item]:
    started = last = time.monotonic()
    for done, item in enumerate(items):
        now = time.monotonic()
        if now - last >= SECONDS_BETWEEN_LINES:
            last = now
            print(f"{description}: {done}/{total or '?'} after {now - started:.0f} s", file=sys.stderr, flush=True)
        yield item


def say(message: str) -> None:
    """Tell the person watching one plain line, on standard error."""
    if ranks.first():
        print(message, file=sys.stderr, flush=True)
