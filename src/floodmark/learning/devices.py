"""Jobs over several devices of this machine: a process for each, which computes one job after the other."""

from __future__ import annotations

import multiprocessing
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

import torch

from floodmark.learning.processes import processes
from floodmark.progress import track

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.queues import SimpleQueue

Job = TypeVar("Job")
Job_contra = TypeVar("Job_contra", contravariant=True)
Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)

_OWN: list[torch.device] = []
"""In a process that was started for a device: this one."""


class OnDevice(Protocol[Job_contra, Result_co]):
    """Work that is told where to compute."""

    def __call__(self, job: Job_contra, *, device: torch.device) -> Result_co:
        """What it makes of a job."""
        ...


def over_devices(
    work: OnDevice[Job, Result], jobs: Sequence[Job], devices: Sequence[torch.device], title: str
) -> list[Result]:
    """What `work` makes of every job, in order; with one device, or one job, in this process.

    A process and not a thread for each device, for it is Python that sends a device its many small kernels.

    Args:
        work: Of a module or a partial of such a one, with arguments and results that can be pickled.
        jobs: What it is called with; a job's result may not depend on which device of its kind computes it.
        devices: One kind of them; one may be named twice.
        title: Of the progress bar.
    """
    if len(devices) == 1 or len(jobs) < 2:
        return [work(job, device=devices[0]) for job in track(jobs, title)]
    free: SimpleQueue[torch.device] = multiprocessing.get_context("spawn").SimpleQueue()
    for device in devices:
        free.put(device)
    with processes(len(devices), partial(_take, free)) as pool:
        return list(track(pool.map(partial(_compute, work), jobs), title, len(jobs)))


def _take(free: SimpleQueue[torch.device]) -> None:
    _OWN.append(free.get())
    if _OWN[0].type == "cuda":
        torch.cuda.set_device(_OWN[0])


def _compute(work: OnDevice[Job, Result], job: Job) -> Result:
    return work(job, device=_OWN[0])
