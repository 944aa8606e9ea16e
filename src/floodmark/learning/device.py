"""Which device a stage computes on; the result is the same within the stated tolerance."""

from __future__ import annotations

import os
import platform
import re
from typing import TYPE_CHECKING

from floodmark.errors import UserError

if TYPE_CHECKING:
    import torch

VARIABLE = "FLOODMARK_DEVICE"


def pick_device() -> torch.device:
    """CUDA where torch can use it, else the CPU; `FLOODMARK_DEVICE` overrules.

    Raises:
        UserError: if the variable names no device, or one that torch cannot use here.
    """
    import torch

    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if re.fullmatch(r"cpu|cuda(:\d{1,3})?", wanted, re.ASCII) is None:
        raise UserError(
            f"{VARIABLE}={wanted}: must be cpu, cuda or cuda:N, N counting the GPUs from 0; unset, the first GPU "
            "is used where there is one"
        )
    if wanted != "cpu":
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if int(wanted.partition(":")[2] or 0) >= count:
            raise UserError(
                f"{VARIABLE}={wanted}: torch can use {count} GPUs here: choose {'a lower N' if count else 'cpu'}"
            )
    return torch.device(wanted)


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
