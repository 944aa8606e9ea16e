"""What is no longer used goes back to the system soon, so that memory does not grow with the number of blocks."""

from __future__ import annotations

import ctypes
import os
import sys

JEMALLOC = "_RJEM_MALLOC_CONF"
ALLOCATORS = {
    # That of polars: one heap, and what is large goes back at once. If all did (`dirty_decay_ms:0`), a gate would take
    # 10 MiB less and a fifth more time.
    JEMALLOC: "narenas:1,oversize_threshold:1000000",
    # glibc's has a heap for every thread, and keeps twice the largest value that was freed at the end of each.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TRIM_THRESHOLD_": "100000",
}
"""Settings that allocators read where a process starts, or polars is imported."""
_M_TRIM_THRESHOLD, _M_ARENA_MAX = -1, -8


def return_freed_memory() -> None:
    """Ask it of this process, of every one that it starts, and of polars where it is not imported yet.

    What a user has set stays.
    """
    for name, value in ALLOCATORS.items():
        os.environ.setdefault(name, value)
    # Of settings that contradict one another the last one counts; an imported polars has made some of its own.
    if ALLOCATORS[JEMALLOC] not in os.environ[JEMALLOC]:
        os.environ[JEMALLOC] = f"{ALLOCATORS[JEMALLOC]},{os.environ[JEMALLOC]}"
    # This process has read its own already.
    if sys.platform == "linux" and hasattr(glibc := ctypes.CDLL(None), "mallopt"):
        glibc.mallopt(_M_ARENA_MAX, int(os.environ["MALLOC_ARENA_MAX"]))
        glibc.mallopt(_M_TRIM_THRESHOLD, int(os.environ["MALLOC_TRIM_THRESHOLD_"]))
