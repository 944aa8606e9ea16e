"""What is no longer used goes back to the system at once, so that memory does not grow with the number of blocks."""

from __future__ import annotations

import ctypes
import os

TRIM = 100_000
"""Free bytes at the end of a heap from which on it is cut; glibc otherwise keeps as much as the largest value took."""
ALLOCATORS = {
    # That of polars, jemalloc: one heap, and what is large goes back at once. If all did (`dirty_decay_ms:0`), a gate
    # would take 10 MiB less and a fifth more time.
    "_RJEM_MALLOC_CONF": "narenas:1,oversize_threshold:1000000",
    # glibc's has a heap for every thread.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TRIM_THRESHOLD_": str(TRIM),
}
"""Settings that allocators read where a process starts, or polars is imported; other systems do not know them."""
_M_TRIM_THRESHOLD, _M_ARENA_MAX = -1, -8


def return_freed_memory() -> None:
    """Ask it of this process, of every one that it starts, and of polars, which must not be imported yet."""
    for name, value in ALLOCATORS.items():
        os.environ.setdefault(name, value)
    # This process has read them already.
    if hasattr(glibc := ctypes.CDLL(None), "mallopt"):
        glibc.mallopt(_M_TRIM_THRESHOLD, TRIM)
        glibc.mallopt(_M_ARENA_MAX, 1)
