"""Torch on one thread, for work so short that its threads would wait for one another longer than they work.

On a machine whose cores others use too, nearly all of the time would be such waiting.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor


@contextmanager
def one_thread() -> Iterator[None]:
    """What this thread computes, it computes alone."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextmanager
def team() -> Iterator[Executor]:
    """As many threads as torch would use, each of which computes alone what it is given.

    Torch shares part of that setting between threads: who computes on several meanwhile sets their number again.
    """
    threads = torch.get_num_threads()
    try:
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as workers:
            yield workers
    finally:
        torch.set_num_threads(threads)
