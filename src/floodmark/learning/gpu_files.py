"""Which NVIDIA GPUs this process may use, by the driver's files: without torch, which may be able to use none."""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def present(caller: Mapping[str, str], devices: Path = Path("/dev")) -> list[str]:
    """The GPUs this process may use: those that CUDA_VISIBLE_DEVICES names up to the first wrong name, else all.

    Args:
        caller: The environment.
        devices: Where the driver's device files lie.
    """
    named = caller.get("CUDA_VISIBLE_DEVICES")
    found = sorted(
        int(match[1]) for path in devices.glob("nvidia*") if (match := re.fullmatch(r"nvidia(\d+)", path.name))
    )
    if not found:
        return []
    if named is None:
        return [str(number) for number in found]
    names = (name.strip() for name in named.split(","))
    return list(takewhile(lambda name: re.fullmatch(r"\d+|(GPU|MIG)-\S+", name, re.ASCII), names))
