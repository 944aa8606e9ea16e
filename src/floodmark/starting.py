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
from floodmark.containers.gpus import leased, present, wanted
from floodmark.errors import UserError

if TYPE_CHECKING:
    from types import FrameType

TIMINGS = Path("timings")
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
    processes = _processes(script)
    command = [*_torchrun(processes), str(script), *rest]
    gpus_here = _gpus(engine) if image == "cuda" else []
    training = TIMINGS / f"{address}.training.json"
    training.unlink(missing_ok=True)
    throughput = str(training.absolute())
    timing: dict[str, Any] = {"stage": script.stem, "image": image, "engine": engine, "started": time.time()}
    with leased(gpus_here, wanted(os.environ, processes)) as gpus:
        if engine == LOCAL:
            lent = {"CUDA_VISIBLE_DEVICES": ",".join(gpus)} if gpus else {}
            status = _run(command, {"FLOODMARK_THROUGHPUT": throughput, **lent})
        else:
            from floodmark.containers.run import run_stage

            status, record = run_stage(image, address, command, engine, gpus, throughput)
            timing["image_id"] = record.id
    if status == 0:
        timing |= {"gpus": gpus, "processes": processes, "seconds": time.time() - timing["started"]}
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


def _processes(script: Path) -> int:
    """Processes that train together: `FLOODMARK_PROCESSES` for a stage that can, else one.

    Raises:
        UserError: if the variable is no positive number.
    """
    text = os.environ.get("FLOODMARK_PROCESSES", "1")
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise UserError(f"FLOODMARK_PROCESSES={text}: must be a whole number from 1; unset, one process trains")
    return int(text) if SHARED in script.read_text(encoding="utf-8") else 1


def _torchrun(processes: int) -> list[str]:
    """What stands before a script that several processes run together."""
    if processes == 1:
        return []
    # torchrun gives each process one thread unless told otherwise; a host's name need not resolve in a container.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, cores // processes)))
    here = ["--standalone", "--local-addr=localhost"]
    return ["-m", "torch.distributed.run", *here, f"--nproc-per-node={processes}"]


def _run(arguments: list[str], variables: dict[str, str]) -> int:
    """Run this Python in the foreground; pass SIGTERM and SIGINT on to it and return its exit status."""
    with subprocess.Popen([sys.executable, *arguments], env={**os.environ, **variables}) as process:

        def forward(number: int, frame: FrameType | None) -> None:
            process.send_signal(number)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, forward)
        status = process.wait()
    return 128 - status if status < 0 else status
