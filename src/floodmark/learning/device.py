"""Which device a stage computes on; the result is the same within the stated tolerance."""

from __future__ import annotations

import os
import platform
import re
from functools import cache
from typing import TYPE_CHECKING

from floodmark import ranks
from floodmark.errors import UserError
from floodmark.learning.architectures import mismatch, runs_on
from floodmark.learning.gpu_files import present
from floodmark.progress import say

if TYPE_CHECKING:
    import torch

VARIABLE = "FLOODMARK_DEVICE"
GUIDE = "docs/how-to/choose-torch.md"


def pick_device() -> torch.device:
    """CUDA where torch can use it, else the CPU; `FLOODMARK_DEVICE` overrules. Each rank has a GPU of its own.

    A GPU that torch has no code for would fail at its first computation: the CPU is used, and that is said once, as it
    is where torch can use none of the GPUs that are there.

    Raises:
        UserError: if the variable names no device, or one that torch cannot use here, or ranks would share a GPU.
    """
    import torch

    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return _or_cpu(_own_gpu()) if torch.cuda.is_available() else _cpu_beside(present(os.environ))
    if re.fullmatch(r"cpu|cuda(:\d{1,3})?", wanted, re.ASCII) is None:
        raise UserError(
            f"{VARIABLE}={wanted}: must be cpu, cuda or cuda:N, N counting the GPUs from 0; unset, the first GPU "
            "is used where there is one"
        )
    if wanted != "cpu":
        if ranks.world() > 1 and wanted != "cuda":
            raise UserError(
                f"{VARIABLE}={wanted}: {ranks.world()} processes cannot share one GPU: choose cuda, where each has its "
                "own, or cpu"
            )
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if int(wanted.partition(":")[2] or 0) >= count:
            raise UserError(
                f"{VARIABLE}={wanted}: torch can use {count} GPUs here: choose {'a lower N' if count else 'cpu'}"
            )
        reason = _without_code(_own_gpu() if wanted == "cuda" else torch.device(wanted))
        if reason:
            raise UserError(f"{VARIABLE}={wanted}: {reason}: choose cpu, or another torch ({GUIDE})")
    return _own_gpu() if wanted == "cuda" else torch.device(wanted)


def _cpu_beside(gpus: list[str]) -> torch.device:
    """The CPU; without a word only where there is no GPU."""
    import torch

    if gpus:
        built = f"for CUDA {torch.version.cuda}" if torch.version.cuda else "without CUDA"
        _say_once(
            f"torch {torch.__version__}, built {built}, can use none of the GPUs that are here ({', '.join(gpus)}): "
            f"computing on the CPU, which is slower ({GUIDE})"
        )
    return torch.device("cpu")


def _or_cpu(gpu: torch.device) -> torch.device:
    """The GPU, or the CPU where torch has no code for it."""
    import torch

    reason = _without_code(gpu)
    if reason is None:
        return gpu
    _say_once(f"{reason}: computing on the CPU, which is slower ({GUIDE})")
    return torch.device("cpu")


def _without_code(gpu: torch.device) -> str | None:
    """Why torch cannot compute on a GPU that it sees, if it was not built for it."""
    import torch

    number, built = gpu.index or 0, torch.cuda.get_arch_list()
    capability = torch.cuda.get_device_capability(number)
    return None if runs_on(capability, built) else mismatch(torch.cuda.get_device_name(number), capability, built)


@cache
def _say_once(message: str) -> None:
    say(message)


def _own_gpu() -> torch.device:
    """The first GPU, or of several ranks that of this one."""
    import torch

    if ranks.world() == 1:
        return torch.device("cuda")
    if ranks.local() >= torch.cuda.device_count():
        raise UserError(
            f"process {ranks.local()} on this machine has no GPU, of which torch can use {torch.cuda.device_count()}: "
            f"start at most as many processes, or set {VARIABLE}=cpu"
        )
    return torch.device("cuda", ranks.local())


def pick_devices() -> list[torch.device]:
    """Every GPU that torch can use, else the CPU; the one that `FLOODMARK_DEVICE` names, where it does.

    Raises:
        UserError: as `pick_device`.
    """
    import torch

    first = pick_device()
    if first.type == "cpu" or os.environ.get(VARIABLE):
        return [first]
    return [torch.device("cuda", number) for number in range(torch.cuda.device_count())]


def device_like(kind: str) -> torch.device:
    """The device of this process, which must be of the kind that another one counts on.

    Raises:
        UserError: if it is of another.
    """
    found = pick_device()
    if found.type != kind:
        raise UserError(
            f"{platform.node()} computes on {found.type} and the stage on {kind}, which differ in the last bits: set "
            f"{VARIABLE}=cpu for all, or start workers where torch can use a GPU"
        )
    return found
