"""The processes that torchrun starts of one stage: which of them this is, and what they tell one another.

Each of them, a rank, runs the whole stage. They meet where `together` begins; before that, and in a stage that is not
for several, the process is alone: `world` is 1 and everything here does nothing. What they exchange are sums and JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from floodmark.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import torch
    from numpy.typing import NDArray

RANK, WORLD, LOCAL, BESIDE = "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"
"""What torchrun tells each process: its number, how many there are, and both on its own machine."""
LONGEST = timedelta(days=1)
"""Waiting for another rank is no failure: torchrun ends all when one ends."""
GRACE = 3.0
"""Seconds that a rank other than the first one keeps an error to itself. Mostly it is the first one's too, or follows
from it, and torchrun ends this process meanwhile: so a mistake is told once."""

Value = TypeVar("Value")


class _Place(NamedTuple):
    rank: int
    world: int


_place = _Place(0, 1)


def rank() -> int:
    """The number of this process among those that work together, from 0."""
    return _place.rank


def world() -> int:
    """How many processes work together."""
    return _place.world


def first() -> bool:
    """Whether this process is the one that speaks and writes."""
    return _place.rank == 0


def announced() -> tuple[int, int]:
    """What the environment says: this process's number, and of how many; 0 of 1 where it says nothing.

    Raises:
        UserError: if it says what cannot be.
    """
    found = os.environ.get(RANK, "0"), os.environ.get(WORLD, "1")
    if not all(text.isdecimal() and text.isascii() for text in found) or int(found[0]) >= int(found[1]):
        raise UserError(
            f"{RANK}={found[0]} {WORLD}={found[1]}: must be a process's number from 0 and how many there are, which "
            "torchrun sets; unset both to run in one process"
        )
    return int(found[0]), int(found[1])


def local() -> int:
    """The number of this process among those on its machine, which is that of its GPU."""
    return int(os.environ.get(LOCAL, _place.rank))


@contextmanager
def together() -> Iterator[None]:
    """Work with the other ranks for as long as the block lasts; alone where there is one process.

    GPUs speak to one another by NCCL, and everything else by gloo: on one machine through its loopback alone.

    Raises:
        UserError: if the ranks are not told how to find one another.
    """
    global _place
    place = _Place(*announced())
    if place.world == 1:
        yield
        return
    from torch import distributed

    if os.environ.get(BESIDE) == str(place.world) and sys.platform == "linux":
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    try:
        distributed.init_process_group(_backend(), timeout=LONGEST, rank=place.rank, world_size=place.world)
    except ValueError as error:
        raise UserError(f"{place.world} processes cannot find one another: {error}: start them by torchrun") from error
    _place = place
    try:
        yield
    except Exception:
        if place.rank:
            time.sleep(GRACE)
        raise
    finally:
        _place = _Place(0, 1)
    # Not after an error: the other ranks would have to be there.
    distributed.destroy_process_group()


def _backend() -> str:
    import torch
    from torch import distributed

    gpus = os.environ.get("FLOODMARK_DEVICE") != "cpu" and torch.cuda.is_available()
    return "cpu:gloo,cuda:nccl" if gpus and distributed.is_nccl_available() else "gloo"


def share(count: int, rank: int | None = None) -> slice:
    """Of so many things in order, those of this rank, or of another: as many as others have, give or take one."""
    number = _place.rank if rank is None else rank
    return slice(number * count // _place.world, (number + 1) * count // _place.world)


def wait() -> None:
    """Until all ranks are here.

    Raises:
        RuntimeError: if one of them has ended.
    """
    if _place.world > 1:
        _summed(_tensor([0]))


def anywhere(flag: bool) -> bool:
    """Whether it holds on some rank."""
    return flag if _place.world == 1 else bool(_summed(_tensor([int(flag)])).item())


def summed(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Whole numbers added up over all ranks, exactly."""
    return counts if _place.world == 1 else _summed(_tensor(counts)).numpy()


def from_first(value: Value) -> Value:
    """What the first rank has, on all of them: anything that JSON holds, floats to the last bit."""
    if _place.world == 1:
        return value
    from torch import distributed

    text = json.dumps(value, default=_plain).encode() if first() else b""
    size = _summed(_tensor([len(text)]))
    sent = _tensor(list(text)) if first() else _tensor([0] * int(size))
    distributed.broadcast(sent, 0)
    found: Value = json.loads(bytes(sent.tolist()))
    return found


def _plain(value: Any) -> Any:
    """A number of numpy as Python's."""
    return value.item()


def _tensor(values: Any) -> torch.Tensor:
    import torch

    return torch.as_tensor(values, dtype=torch.int64).clone()


def _summed(counts: torch.Tensor) -> torch.Tensor:
    from torch import distributed

    distributed.all_reduce(counts)
    return counts
