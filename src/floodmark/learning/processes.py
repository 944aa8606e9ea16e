"""Jobs side by side in processes of their own, for work that one processor does alone. Nothing here needs torch."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from floodmark.progress import track

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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
