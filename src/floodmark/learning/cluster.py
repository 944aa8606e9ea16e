"""Jobs over the workers of a Dask cluster where `FLOODMARK_SCHEDULER` names its scheduler; the results are the same.

Nothing of a result may depend on who computed it: a worker must run this very code on these versions, does one job at
a time however many threads it has, and is given by its jobs whatever else decides the bits. Nothing here needs torch.
"""

from __future__ import annotations

import os
import re
import time
from collections import deque
from contextlib import contextmanager
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from floodmark.errors import UserError
from floodmark.learning.likeness import VARIABLE, require_alike
from floodmark.progress import say, track

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from distributed import Client, Future

    from floodmark.learning.likeness import Likeness

Job = TypeVar("Job")
Result = TypeVar("Result")

ANSWER = 5.0
"""Seconds in which a scheduler must answer."""
PATIENCE = 30.0
"""Seconds without any worker after which the work is given up: one that was killed is started anew within a few."""
DEAF = 1.0
"""Seconds between two looks at whether there are workers, while a result is waited for."""

ALONE = Lock()
"""HDF5 is not safe from two threads at once, and torch shares its number of threads between them."""


def scheduler() -> str | None:
    """The address of the scheduler, None where the work stays on this machine.

    Raises:
        UserError: if the variable holds something else.
    """
    address = os.environ.get(VARIABLE)
    if address and re.fullmatch(r"(tcp|tls)://\S+:\d{1,5}", address, re.ASCII) is None:
        raise UserError(
            f"{VARIABLE}={address}: must be an address such as tcp://node1:8786, as `dask scheduler` prints it; "
            "unset, the work stays on this machine"
        )
    return address or None


def abroad(path: Path) -> Path:
    """A path as workers know it: they stand elsewhere."""
    return path if scheduler() is None else path.absolute()


def fan_out(
    work: Callable[[Job], Result],
    jobs: Sequence[Job],
    title: str,
    *,
    here: Callable[[Callable[[Job], Result], Sequence[Job]], Any] = map,
    ahead: int | None = None,
) -> Iterator[Result]:
    """What `work` makes of every job, in order: on the workers of the cluster, without one by `here`.

    Args:
        work: Of a module or a partial of such a one, which is sent to each worker once; arguments and results that can
            be pickled. It may be called again for a job whose worker was lost, while that one still runs unseen.
        jobs: What it is called with.
        title: Of the progress bar.
        here: What does the jobs in order where there is no cluster.
        ahead: Most jobs of each worker whose results may wait to be taken; None: of any, for small results.

    Raises:
        UserError: if the scheduler does not answer, a worker runs other code, or no worker is left.
    """
    address = scheduler()
    if address is None:
        yield from track(here(work, jobs), title, len(jobs))
    elif jobs:
        with _connected(address) as (client, likeness):
            yield from track(_results(client, likeness, work, jobs, ahead), title, len(jobs))


@contextmanager
def _connected(address: str) -> Iterator[tuple[Client, Likeness]]:
    """A client of the scheduler, whose workers are known to be like this process."""
    try:
        from distributed import Client
    except ImportError as error:
        raise UserError(
            f"{VARIABLE}={address} needs the extra `cluster`, which is not installed here: "
            ".venv/bin/pip install --constraint constraints.txt --requirement constraints-cluster.txt"
        ) from error
    try:
        client = Client(address, timeout=ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UserError(
            f"{VARIABLE}={address}: no Dask scheduler answers there: start one with "
            "`bin/cluster-python -m dask scheduler`, or unset the variable (docs/how-to/fan-out.md)"
        ) from error
    try:
        with require_alike(client, PATIENCE) as likeness:
            say(f"{len(client.nthreads())} Dask workers at {address}")
            yield client, likeness
    finally:
        client.close()  # what is not done yet is forgotten


def _results(
    client: Client, likeness: Likeness, work: Callable[[Job], Result], jobs: Sequence[Job], ahead: int | None
) -> Iterator[Result]:
    """Results in order, with no more jobs under way than may wait."""
    import dask

    # As a task, unlike as scattered data, it outlives every worker that holds it. Dask warns where it is large.
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TB"}):
        kept = client.submit(_the_same, work, pure=False)
    most = len(jobs) if ahead is None else ahead * max(1, len(client.nthreads()))
    left = iter(enumerate(jobs))
    waiting: deque[Future] = deque()
    while True:
        for place, job in islice(left, most - len(waiting)):
            # Without a priority Dask begins jobs of the same moment in any order.
            waiting.append(client.submit(_do, kept, job, likeness, pure=False, priority=-place))
        if not waiting:
            return
        yield _result(client, waiting.popleft())


def _the_same(work: Job) -> Job:
    return work


def _do(work: Callable[[Job], Result], job: Job, likeness: Likeness) -> Result:
    """One job on a worker, which may have come after the others were looked at."""
    likeness.require()
    with ALONE:
        return work(job)


def _result(client: Client, future: Future) -> Any:
    """What a job gave, or why it never will.

    Raises:
        UserError: if there is no worker, or no scheduler, or the job took its workers with it.
    """
    from distributed import CancelledError, KilledWorker

    seen = time.monotonic()
    while True:
        try:
            return future.result(timeout=DEAF)
        except KilledWorker as error:
            raise UserError(
                f"{client.scheduler.address}: {error.allowed_failures + 1} workers died over the same job, the last at "
                f"{error.last_worker.address}: give each more memory (fewer a node), and read its log"
            ) from error
        except CancelledError as error:
            raise _gone(client) from error
        except TimeoutError:
            if future.done():  # meanwhile, or what it raised is one of these itself
                return future.result()
            if _has_workers(client):
                seen = time.monotonic()
            elif time.monotonic() - seen > PATIENCE:
                raise UserError(
                    f"{client.scheduler.address}: no worker is left, and none came within {PATIENCE:.0f} s: start "
                    "some (docs/how-to/fan-out.md) and run the stage again"
                ) from None


def _has_workers(client: Client) -> bool:
    try:
        return bool(client.nthreads())
    except OSError as error:
        raise _gone(client) from error


def _gone(client: Client) -> UserError:
    return UserError(
        f"{client.scheduler.address}: the scheduler went away while it worked for this stage: start it and the workers "
        "again (docs/how-to/fan-out.md), then the stage"
    )
