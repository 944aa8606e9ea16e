"""Work done ahead of the one who asks for it, in threads, in an order that no timing changes."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Job = TypeVar("Job")
Result = TypeVar("Result")


def ahead(work: Callable[[Job], Result], jobs: Iterable[Job], workers: int, most: int) -> Iterator[Result]:
    """Yield the result of every job in the jobs' order, while threads work on those that come next.

    Threads share the arrays that a job reads, memory maps too, and lose little to one another where the work is
    numpy's. A job that fails raises in its turn; who stops asking leaves at most the jobs that are being worked on.

    Args:
        work: A function of the job alone, called in several threads at once.
        jobs: Taken one by one, in the caller's thread.
        workers: Threads; with none, every job is done when it is asked for.
        most: Results that may be ready or in the making at once.
    """
    if workers == 0:
        yield from map(work, jobs)
        return
    remaining = iter(jobs)
    with ThreadPoolExecutor(workers, "ahead") as pool:
        try:
            begun = deque(pool.submit(work, job) for job in islice(remaining, most))
            while begun:
                result = begun.popleft().result()
                begun.extend(pool.submit(work, job) for job in islice(remaining, 1))
                yield result
        finally:
            pool.shutdown(cancel_futures=True)
