"""Trainings side by side, one a core, each on one thread: small ones gain more from cores than one of them does.

A training depends on its own seed alone, so that the answers are the same however many cores there are.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import torch

from floodmark.learning.threads import one_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

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
    """A crew for as long as the block lasts; a stage that fails or is killed does not wait for what others still do."""
    if workers == 1:
        yield Crew(None)
        return
    # Forked processes would inherit the locks of torch's threads.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, torch.set_num_threads, (1,))
    try:
        yield Crew(pool)
    except BaseException:
        for child in multiprocessing.active_children():
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
