"""The commands of docs/how-to/fan-out.md, run as they stand but for hosts, ports and how many workers there are."""

import math
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from distributed import Client

from floodmark.learning.cluster import fan_out
from tests.fan_out.dask import LONGEST, VARIABLE
from tests.fan_out.ssh import server

pytestmark = pytest.mark.slow
PAGE = Path("docs/how-to/fan-out.md")


def commands(heading):
    """The lines of the first block below a heading."""
    section = PAGE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2]
    return section.split("```\n")[1].splitlines()


@pytest.fixture
def here():
    """Turns a line of the page into one for this machine, on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def changed(line):
        line = re.sub(r"\bnode\d\b", "127.0.0.1", line).replace("8786", str(port)).replace("$PWD", str(Path.cwd()))
        return line.replace("--nworkers 16", "--nworkers 2")

    return changed


@contextmanager
def started(*lines):
    """Processes of these commands, ended with all that they started."""
    environment = {**os.environ, "FLOODMARK_PYTHON": sys.executable, "SHELL": "/bin/bash"}
    processes = []
    try:
        for line in lines:
            words = shlex.split(line)
            processes.append(psutil.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        yield
    finally:
        end(processes)


def end(processes):
    family = [each for process in processes for each in (*process.children(recursive=True), process)]
    for process in family:
        process.terminate()
    for process in psutil.wait_procs(family, timeout=10)[1]:
        process.kill()


def works(address, workers, monkeypatch, capfd):
    wait_until(lambda: reached(address, workers))
    monkeypatch.setenv(VARIABLE, address)
    assert list(fan_out(math.sqrt, [4.0, 9.0], "roots")) == [2.0, 3.0]
    assert f"{workers} Dask workers at {address}" in capfd.readouterr().err


def reached(address, workers):
    try:
        with Client(address, timeout=2, set_as_default=False) as client:
            return len(client.nthreads()) == workers
    except OSError:
        return False


def wait_until(true):
    end = time.monotonic() + LONGEST
    while not true():
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.2)


def test_by_hand(here, monkeypatch, capfd):
    scheduler, worker = commands("Start it by hand")
    with started(here(scheduler), here(worker)):
        works(here("tcp://node1:8786"), 2, monkeypatch, capfd)


def test_by_ssh(here, monkeypatch, capfd, tmp_path):
    (line,) = commands("By ssh")
    monkeypatch.setenv("FLOODMARK_PYTHON", sys.executable)
    monkeypatch.setenv("SHELL", "/bin/bash")
    with server(tmp_path) as (port, key, running, told):
        login = f" --ssh-port {port} --ssh-username me --ssh-private-key {key} --scheduler-port "
        try:
            with started(here(line.replace(" --nthreads", f"{login}8786 --nthreads"))):
                works(here("tcp://node1:8786"), 6, monkeypatch, capfd)
        finally:
            end([psutil.Process(child.pid) for child in running if child.returncode is None])
    assert len(told) == 4  # a scheduler, and three nodes of two workers
