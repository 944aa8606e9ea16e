"""What a gate has used goes back to the system, so that an archive of any size takes the memory of a small one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HELD = """
import ctypes, sys
from pathlib import Path
if sys.argv[1] == "asked":
    from floodmark.tweets.memory import return_freed_memory
    return_freed_memory()
def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
# glibc learns from the largest value that was freed how much to keep at the end of its heap: twice that.
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
from floodmark.tweets.memory import return_freed_memory
assert "polars" not in sys.modules
return_freed_memory()
print(json.dumps({name: os.environ[name] for name in os.environ if "MALLOC" in name}))
"""


def started(script: str, *arguments: str, **variables: str) -> str:
    environment = {name: value for name, value in os.environ.items() if "MALLOC" not in name}
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env={**environment, "PYTHONPATH": str(ROOT / "src"), **variables}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc keeps what was freed in this way")
def test_freed_memory_goes_back_to_the_system():
    assert int(started(HELD, "not asked")) > 20 * 2**20
    assert int(started(HELD, "asked")) < 2 * 2**20


def test_processes_that_are_started_hear_of_it_and_what_a_user_has_set_stays():
    asked = json.loads(started(ASKED))
    assert asked["MALLOC_ARENA_MAX"] == "1"
    assert "narenas:1" in asked["_RJEM_MALLOC_CONF"]
    assert json.loads(started(ASKED, MALLOC_ARENA_MAX="4"))["MALLOC_ARENA_MAX"] == "4"


@pytest.mark.slow
def test_six_times_as_many_tweets_take_hardly_more_memory():
    done = subprocess.run(
        [sys.executable, "benchmarks/anonymise.py", "--tweets", "10000", "--tweets", "60000"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": "src"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    memory = json.loads(done.stdout.splitlines()[-1])["memory_mib"]
    # With all processes of the larger archive at work; 1.4 when they keep what they have freed.
    assert memory["60000"] < 1.25 * memory["10000"]
