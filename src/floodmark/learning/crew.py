"""Trainings side by side, one a core, each on one thread: small ones gain more from cores than one of them does.

A training depends on its own seed alone, so that the answers are the same however many cores there are.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import torch

from floodmark.learning.processes import processes
from floodmark.learning.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import ProcessPoolExecutor

Job = TypeVar("Job")
Result = TypeVar("Result")


class Crew:
    """Does jobs in order of their giving; with one worker in this process, else in processes of their own."""

    def __init__(self, pool: ProcessPoolExecutor | None) -> None:
        self._pool = pool

    def do(self, work: Callable[[Job], Result], jobs: Iterable[Job]) -> list[Result]:
        """The result of every job, in order."""
        if self._pool is None:
            with one_thread():
                return [work(job) for job in jobs]
        return list(self._pool.map(work, jobs))


@contextmanager
def crew(workers: int) -> Iterator[Crew]:
    """A crew for as long as the block lasts."""
    if workers == 1:
        yield Crew(None)
        return
    with processes(workers, partial(torch.set_num_threads, 1)) as pool:
        yield Crew(pool)
