"""Streams of jobs through one set of processes: of any length, a few jobs at a time."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

from floodmark.learning.processes import processes
from floodmark.progress import track

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

Job = TypeVar("Job")
Result = TypeVar("Result")


class Stream(Protocol):
    """Does jobs one after the other or side by side, under a title, and gives results in order."""

    def __call__(self, work: Callable[[Job], Result], jobs: Iterable[Job], title: str) -> Iterator[Result]:
        """What `work` makes of every job."""


def one_by_one(work: Callable[[Job], Result], jobs: Iterable[Job], title: str) -> Iterator[Result]:
    """A stream without other processes."""
    return map(work, track(jobs, title))


@contextmanager
def streams(workers: int) -> Iterator[Stream]:
    """Processes for several streams of jobs, each of any length, one after the other.

    Of the jobs no more are taken at a time than keep the workers busy. With one worker all is done here.
    """
    if workers == 1:
        yield one_by_one
        return
    with processes(workers) as pool:

        def stream(work: Callable[[Job], Result], jobs: Iterable[Job], title: str) -> Iterator[Result]:
            waiting: deque[Future[Result]] = deque()
            for job in track(jobs, title):
                waiting.append(pool.submit(work, job))
                if len(waiting) > workers + 1:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

        yield stream
