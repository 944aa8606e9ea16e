"""Which device a stage computes on; the result is the same within the stated tolerance."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from floodmark import ranks
from floodmark.errors import UserError

if TYPE_CHECKING:
    import torch

VARIABLE = "FLOODMARK_DEVICE"


def pick_device() -> torch.device:
    """CUDA where torch can use it, else the CPU; `FLOODMARK_DEVICE` overrules. Each rank has a GPU of its own.

    Raises:
        UserError: if the variable names no device, or one that torch cannot use here, or ranks would share a GPU.
    """
    import torch

    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return _own_gpu() if torch.cuda.is_available() else torch.device("cpu")
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
    return _own_gpu() if wanted == "cuda" else torch.device(wanted)


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
