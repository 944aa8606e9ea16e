"""Starts one stage from the code beside the params, and has its files mirrored into MLflow afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

USAGE = """usage: stages/run IMAGE SCRIPT [ARGUMENT ...]

Runs one stage of the pipeline; `dvc repro` calls it. IMAGE (geo or cuda) names the environment the stage belongs to.

variables (docs/how-to/cluster.md):
  FLOODMARK_ENGINE     local (default), docker, podman or apptainer: what the stage runs in
  FLOODMARK_PROCESSES  processes that train together, by torchrun (default 1)
  FLOODMARK_GPUS       GPUs that a stage is lent (default: one for each process)

examples:
  dvc repro make_water
  stages/run geo stages/ingest_radar.py
  FLOODMARK_ENGINE=podman stages/run cuda stages/train_text.py lstm
"""
IMAGES = ("geo", "cuda")
LONGEST_MIRROR = 120
"""Seconds after which recording a stage in MLflow is given up."""
TIMINGS = Path("timings")
DISTRIBUTED = "src/floodmark/learning/distributed.py"
"""A stage that depends on it can train in several processes."""


def main(arguments: list[str]) -> int:
    """Run the stage, then mirror it; returns the stage's exit status."""
    if arguments[:1] in (["--help"], ["-h"]) or len(arguments) < 2:
        sys.stderr.write(USAGE)
        return 0 if arguments[:1] in (["--help"], ["-h"]) else 2
    image, script, rest = arguments[0], Path(arguments[1]), arguments[2:]
    if "--help" in rest:
        return _run([str(script), *rest], {})
    problem = _refusal(image, script) or _wrong_params()
    if problem:
        sys.stderr.write(f"stages/run: {problem}\n")
        return 2
    from floodmark.errors import UserError

    try:
        return _stage(image, script, rest)
    except UserError as error:
        sys.stderr.write(f"stages/run: {error}\n")
        return 2


def _stage(image: str, script: Path, rest: list[str]) -> int:
    """Run a stage with the engine and the GPUs it is to have, and keep what is to be known of the run."""
    from floodmark.containers.engines import LOCAL, pick_engine
    from floodmark.containers.gpus import leased, present, wanted

    engine, address = pick_engine(os.environ.get("FLOODMARK_ENGINE")), _address(script.stem, rest)
    processes = _processes(address)
    command = [*_torchrun(processes), str(script), *rest]
    uses_gpus = image == "cuda" and os.environ.get("FLOODMARK_DEVICE", "cuda") == "cuda"
    started, training = time.time(), TIMINGS / f"{address}.training.json"
    training.unlink(missing_ok=True)
    throughput = str(training.absolute())
    ran_in: dict[str, Any] = {"stage": script.stem, "image": image, "engine": engine}
    with leased(present(os.environ) if uses_gpus else [], wanted(os.environ, processes)) as gpus:
        if engine == LOCAL:
            lent = {"CUDA_VISIBLE_DEVICES": ",".join(gpus)} if gpus else {}
            status = _run(command, {"FLOODMARK_THROUGHPUT": throughput, **lent})
        else:
            from floodmark.containers.run import run_stage

            status, record = run_stage(image, address, command, engine, gpus, throughput)
            ran_in["image_id"] = record.id
    if status == 0:
        _record(address, {**ran_in, "gpus": gpus, "started": started, "seconds": time.time() - started})
        _mirror(address)
    return status


def _refusal(image: str, script: Path) -> str | None:
    """Why this cannot be started here, if it cannot."""
    import floodmark

    if image not in IMAGES:
        return f"unknown image '{image}'; choose one of {', '.join(IMAGES)}"
    if not script.is_file():
        return f"{script} does not exist under {Path.cwd()}; run from the root of the project"
    code = Path(floodmark.__path__[0]).resolve()
    beside = (Path.cwd() / "src" / "floodmark").resolve()
    if code != beside:
        return f"floodmark comes from {code}, not from {beside}: uninstall it there (pip uninstall floodmark)"
    return None


def _wrong_params() -> str | None:
    """What is wrong in any section of the params, so that a sweep fails at once and not at its last stage."""
    from floodmark.errors import UserError
    from floodmark.settings.base import read_params
    from floodmark.settings.every import check_params

    try:
        check_params(read_params(Path("params.yaml")), "params.yaml")
    except UserError as error:
        return str(error)
    return None


def _processes(address: str) -> int:
    """Processes that train together: `FLOODMARK_PROCESSES` for a stage that can, else one.

    Raises:
        UserError: if the variable is no positive number.
    """
    from floodmark.dag import every_stage
    from floodmark.errors import UserError

    text = os.environ.get("FLOODMARK_PROCESSES", "1")
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise UserError(f"FLOODMARK_PROCESSES={text}: must be a whole number from 1; unset, one process trains")
    if text == "1":
        return 1
    stage = every_stage(Path()).get(address)
    return int(text) if stage is not None and DISTRIBUTED in stage.deps else 1


def _torchrun(processes: int) -> list[str]:
    """What stands before a script that several processes run together."""
    if processes == 1:
        return []
    return ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]


def _address(stage: str, rest: list[str]) -> str:
    return "@".join([stage, *rest])


def _run(arguments: list[str], variables: dict[str, str]) -> int:
    """Run this Python in the foreground; pass SIGTERM and SIGINT on to it and return its exit status."""
    with subprocess.Popen([sys.executable, *arguments], env={**os.environ, **variables}) as process:

        def forward(number: int, frame: FrameType | None) -> None:
            process.send_signal(number)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, forward)
        status = process.wait()
    return 128 - status if status < 0 else status


def _record(address: str, timing: dict[str, Any]) -> None:
    """Keep how long the stage took and what it ran in, outside every DVC output."""
    TIMINGS.mkdir(exist_ok=True)
    (TIMINGS / f"{address}.json").write_text(json.dumps(timing, indent=2) + "\n", encoding="utf-8")


def _mirror(address: str) -> None:
    """Mirror the stage's files into MLflow from a process of its own, whose failure is a warning and no more."""
    if os.environ.get("MLFLOW_TRACKING_URI") == "none":
        return
    try:
        status = subprocess.run(
            [sys.executable, "-m", "floodmark.tracking", address], check=False, timeout=LONGEST_MIRROR
        ).returncode
    except subprocess.TimeoutExpired:
        status = 1
    if status:
        sys.stderr.write(f"{address}: not recorded in MLflow; the outputs are complete\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
