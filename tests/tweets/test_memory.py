"""What a gate has used goes back to the system, so that an archive of any size takes the memory of a small one."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from floodmark.tweets.memory import ALLOCATORS, JEMALLOC

ROOT = Path(__file__).parents[2]
HELD = """
import ctypes, os, sys
from pathlib import Path
if sys.argv[1] == "asked":
    from floodmark.tweets.memory import return_freed_memory
    return_freed_memory()
def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
# glibc learns from the largest value that was freed how much to keep at the end of its heap, twice that, and that
# values up to it come from there.
libc.free(libc.malloc(30 * 2**20))
before = held()
pieces = [libc.malloc(2**20) for _ in range(24)]
for piece in pieces:
    ctypes.memset(piece, 1, 2**20)
for piece in pieces:
    libc.free(piece)
print(held() - before)
"""
ASKED = """
import json, os, sys
from floodmark.tweets.memory import ALLOCATORS, return_freed_memory
assert "polars" not in sys.modules
return_freed_memory()
return_freed_memory()
print(json.dumps({name: os.environ[name] for name in ALLOCATORS}))
"""
ARENAS = """
import ctypes, threading
from floodmark.tweets.memory import return_freed_memory
return_freed_memory()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
together = threading.Barrier(4)
def use():
    together.wait()
    libc.malloc(1000)
    together.wait()
threads = [threading.Thread(target=use) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc.malloc_stats()
"""
GLIBC = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="of glibc's allocator")


def started(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A process that does not hear what polars has set in this one."""
    environment = {name: value for name, value in os.environ.items() if "MALLOC" not in name}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT, env={**environment, "PYTHONPATH": "src", **variables}, capture_output=True, text=True, check=True,
    )  # fmt: skip


@GLIBC
def test_freed_memory_goes_back_to_the_system():
    assert int(started("-c", HELD, "not asked").stdout) > 20 * 2**20
    assert int(started("-c", HELD, "asked").stdout) < 2 * 2**20


@GLIBC
def test_all_threads_share_a_heap_unless_a_user_has_set_otherwise():
    assert started("-c", ARENAS).stderr.count("Arena") == 1
    assert started("-c", ARENAS, MALLOC_ARENA_MAX="3").stderr.count("Arena") == 3


def test_processes_that_are_started_hear_of_it_and_what_a_user_has_set_stays():
    asked = json.loads(started("-c", ASKED).stdout)
    assert asked == ALLOCATORS
    for name in ALLOCATORS:
        value = "narenas:4" if name == JEMALLOC else "200000"
        # Of settings that contradict one another jemalloc takes the last.
        assert json.loads(started("-c", ASKED, **{name: value}).stdout)[name].endswith(value)


@pytest.mark.slow
def test_ten_times_as_many_tweets_take_hardly_more_memory():
    done = started("benchmarks/anonymise.py", "--tweets", "10000", "--tweets", "100000")
    memory = json.loads(done.stdout.splitlines()[-1])["memory_mib"]
    # All processes of the larger archive are at work.
    assert memory["100000"] < 1.2 * memory["10000"]
