"""Which device a stage computes on; the result is the same within the stated tolerance."""

from __future__ import annotations

import os
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
