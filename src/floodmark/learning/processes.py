"""Jobs side by side in processes of their own, for work that one processor does alone. Nothing here needs torch."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from floodmark.progress import track

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future

Job = TypeVar("Job")
Result = TypeVar("Result")

MOST = 8
"""Processes, each of which holds its libraries and its jobs in its memory."""


def cores() -> int:
    """Processes to use here."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(allowed, MOST)


@contextmanager
def processes(workers: int, begin: Callable[[], object] | None = None) -> Iterator[ProcessPoolExecutor]:
    """Processes for as long as the block lasts; a stage that fails or is killed does not wait for what they still do.

    Args:
        workers: How many.
        begin: Called first in each of them.
    """
    # Forked processes would inherit the locks of this one's threads.
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), begin)
    try:
        yield pool
    except BaseException:
        for child in multiprocessing.active_children():
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def side_by_side(work: Callable[[Job], Result], jobs: Sequence[Job], workers: int, title: str) -> list[Result]:
    """What `work` makes of every job, in order; with one worker in this process.

    Args:
        work: Of a module or a partial of such a one, with arguments and results that can be pickled.
        jobs: What it is called with.
        workers: Processes.
        title: Of the progress bar.
    """
    if workers == 1:
        return [work(job) for job in track(jobs, title)]
    with processes(workers) as pool:
        return list(track(pool.map(work, jobs), title, len(jobs)))


@contextmanager
def streams(workers: int) -> Iterator[Callable[[Callable[[Any], Any], Iterable[Any], str], Iterator[Any]]]:
    """Processes for several streams of jobs, each of any length, one after the other.

    Yields a function that takes what to do with a job, the jobs and the title of the progress bar, and yields results in
    order; of the jobs no more are taken at a time than keep the workers busy. With one worker all is done here.
    """
    if workers == 1:
        yield lambda work, jobs, title: map(work, track(jobs, title))
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
