"""Runs a stage on this machine: in the engine, on the GPUs and in the processes that it is to have."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from floodmark.containers.engines import LOCAL, pick_engine
from floodmark.containers.gpus import leased, processes, wanted
from floodmark.errors import UserError
from floodmark.learning.gpu_files import present

if TYPE_CHECKING:
    from types import FrameType

TIMINGS = Path("timings")
SECONDS_TO_END = 10
"""After which a stage that was asked to end and goes on is asked again: Python loses the exception that a signal raises
while an object is being destroyed."""
SHARED = "shared=True"
"""What the script of a stage says in which several processes train together, see `floodmark.stage`."""


def start(image: str, script: Path, rest: list[str]) -> int:
    """Run a stage and keep what is to be known of the run; returns its exit status.

    Args:
        image: ``geo`` or ``cuda``.
        script: Of the stage.
        rest: Its arguments.

    Raises:
        UserError: if a variable asks for what there is not, or its image may not run.
    """
    engine, address = pick_engine(os.environ.get("FLOODMARK_ENGINE")), "@".join([script.stem, *rest])
    if engine != LOCAL and os.environ.get("FLOODMARK_SCHEDULER"):
        raise UserError(
            f"FLOODMARK_SCHEDULER with FLOODMARK_ENGINE={engine}: a container has no network to reach workers by: "
            "unset one of them"
        )
    asked = processes(os.environ)
    together = asked if SHARED in script.read_text(encoding="utf-8") else 1
    command = [*_torchrun(together), str(script), *rest]
    gpus_here = _gpus(engine) if image == "cuda" else []
    training = TIMINGS / f"{address}.training.json"
    training.unlink(missing_ok=True)
    throughput = str(training.absolute())
    timing: dict[str, Any] = {"stage": script.stem, "image": image, "engine": engine, "started": time.time()}
    with leased(gpus_here, wanted(os.environ, together)) as gpus:
        if engine == LOCAL:
            lent = {"CUDA_VISIBLE_DEVICES": ",".join(gpus)} if gpus_here else {}
            status = _run(command, {"FLOODMARK_THROUGHPUT": throughput, **lent})
        else:
            from floodmark.containers.run import run_stage

            status, record = run_stage(image, address, command, engine, gpus, throughput)
            timing["image_id"] = record.id
    if status == 0:
        timing |= {"gpus": gpus, "processes": together, "seconds": time.time() - timing["started"]}
        # Outside every DVC output.
        TIMINGS.mkdir(exist_ok=True)
        (TIMINGS / f"{address}.json").write_text(json.dumps(timing, indent=2) + "\n", encoding="utf-8")
    return status


def _gpus(engine: str) -> list[str]:
    """The GPUs to lease from: none where a stage is to keep off them, or the one that `FLOODMARK_DEVICE` names."""
    device, found = os.environ.get("FLOODMARK_DEVICE") or "cuda", present(os.environ)
    if found and engine in ("docker", "podman") and os.environ.get("SLURM_JOB_GPUS"):
        # An engine's server is in no job, and counts all GPUs of the node.
        found = present({"CUDA_VISIBLE_DEVICES": os.environ["SLURM_JOB_GPUS"]})
    number = device.removeprefix("cuda:")
    if number.isdigit() and int(number) < len(found):
        os.environ["FLOODMARK_DEVICE"] = "cuda"  # the one that it will see
        return [found[int(number)]]
    return found if device == "cuda" else []


def _torchrun(together: int) -> list[str]:
    """What stands before a script that several processes run together, which share the threads of the stage."""
    if together == 1:
        return []
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    threads = os.environ.get("OMP_NUM_THREADS", "")
    # torchrun gives each process one thread unless told otherwise; a host's name need not resolve in a container.
    os.environ["OMP_NUM_THREADS"] = str(max(1, (int(threads) if threads.isdigit() else cores) // together))
    here = ["--standalone", "--local-addr=localhost"]
    return ["-m", "torch.distributed.run", *here, f"--nproc-per-node={together}"]


def _run(arguments: list[str], variables: dict[str, str]) -> int:
    """Run this Python in the foreground; pass signals on to it and return its exit status."""
    with subprocess.Popen([sys.executable, *arguments], env={**os.environ, **variables}) as process:

        def forward(number: int, frame: FrameType | None) -> None:
            # A stage ends in good order by these two; when its terminal is closed, or time is up, it is to do so too.
            process.send_signal(number if number in (signal.SIGTERM, signal.SIGINT) else signal.SIGTERM)
            signal.alarm(SECONDS_TO_END)

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
            signal.signal(number, forward)
        status = process.wait()
        signal.alarm(0)
    return 128 - status if status < 0 else status
