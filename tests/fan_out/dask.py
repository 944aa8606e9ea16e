"""A Dask scheduler and workers on loopback, started by the commands that people are told to use."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from distributed import Client

VARIABLE = "FLOODMARK_SCHEDULER"
LONGEST = 60
QUIET = ("--no-dashboard", "--host", "127.0.0.1")


class Cluster:
    """A scheduler, and the workers that were started so far."""

    def __init__(self, folder, launcher):
        self.folder, self.workers = folder, []
        self._launcher = launcher.absolute()
        told = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--port", "0", "--scheduler-file", str(told), launcher=self._launcher)
        self.address = _until(lambda: told.exists() and json.loads(told.read_text())["address"])

    def work(self, *options, launcher=None):
        """Start one more worker, and wait until the scheduler knows it."""
        started = self._start(
            "worker", self.address, "--local-directory", str(self.folder), *options, launcher=launcher or self._launcher
        )
        self.workers.append(started)
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(len([one for one in self.workers if one.poll() is None]), timeout=LONGEST)
        return started

    def stop(self):
        # Workers first: they say goodbye to the scheduler.
        for processes in (self.workers, [self.scheduler]):
            for process in processes:
                process.terminate()
            for process in processes:
                try:
                    process.wait(3)
                except subprocess.TimeoutExpired:
                    kill(process)

    def _start(self, command, *options, launcher):
        log = (self.folder / f"{command}-{len(self.workers)}.log").open("w")
        return subprocess.Popen(
            [launcher, "-m", "dask", command, *QUIET, *options], stdout=log, stderr=log, cwd=self.folder,
            env={**os.environ, "FLOODMARK_PYTHON": sys.executable},
        )  # fmt: skip


def _until(found):
    end = time.monotonic() + LONGEST
    while not (value := found()):
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.05)
    return value


@contextmanager
def cluster(folder, *workers, launcher=Path("bin/cluster-python")):
    """A cluster with a worker for each group of options."""
    made = Cluster(folder, launcher)
    try:
        for options in workers:
            made.work("--no-nanny", *options)
        yield made
    finally:
        made.stop()


def kill(process):
    """Without a word to anybody."""
    process.send_signal(signal.SIGKILL)
    process.wait()
