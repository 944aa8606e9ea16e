"""Starts one stage from the code beside the params, and has its files mirrored into MLflow afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType  # noqa: TC003  (read at run time by signal's handler annotation)

USAGE = """usage: stages/run IMAGE SCRIPT [ARGUMENT ...]

Runs one stage of the pipeline; `dvc repro` calls it. IMAGE (geo or cuda) names the environment the stage belongs to.

examples:
  dvc repro make_water
  stages/run geo stages/ingest_radar.py
  stages/run cuda stages/train_text.py lstm
"""
IMAGES = ("geo", "cuda")
LAUNCHES = ("local", "slurm")
"""Values of `FLOODMARK_LAUNCH`: the stage runs in this process's machine, the default, or as a job of SLURM."""
LONGEST_MIRROR = 120
"""Seconds after which recording a stage in MLflow is given up."""
TIMINGS = Path("timings")


def main(arguments: list[str]) -> int:
    """Run the stage, then mirror it; returns the stage's exit status."""
    if arguments[:1] in (["--help"], ["-h"]) or len(arguments) < 2:
        sys.stderr.write(USAGE)
        return 0 if arguments[:1] in (["--help"], ["-h"]) else 2
    image, script, rest = arguments[0], Path(arguments[1]), arguments[2:]
    if "--help" in rest:
        return _run([sys.executable, str(script), *rest])
    problem = _refusal(image, script) or _wrong_params()
    if problem:
        sys.stderr.write(f"stages/run: {problem}\n")
        return 2
    if os.environ.get("FLOODMARK_LAUNCH") == "slurm":
        status = _submit(image, arguments[1], rest)
        if status == 0:
            _mirror(script.stem, rest)
        return status
    started, training = time.time(), TIMINGS / f"{_address(script.stem, rest)}.training.json"
    training.unlink(missing_ok=True)
    status = _run([sys.executable, str(script), *rest], FLOODMARK_THROUGHPUT=str(training.absolute()))
    if status == 0:
        _record(script.stem, rest, image, started)
        _mirror(script.stem, rest)
    return status


def _refusal(image: str, script: Path) -> str | None:
    """Why this cannot be started here, if it cannot."""
    import floodmark

    if image not in IMAGES:
        return f"unknown image '{image}'; choose one of {', '.join(IMAGES)}"
    launch = os.environ.get("FLOODMARK_LAUNCH") or LAUNCHES[0]
    if launch not in LAUNCHES:
        return f"FLOODMARK_LAUNCH={launch}: must be one of {', '.join(LAUNCHES)}"
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


def _submit(image: str, script: str, rest: list[str]) -> int:
    """Run the stage as a job of SLURM, whose own launcher runs it there."""
    from floodmark.errors import UserError
    from floodmark.slurm.resources import read_resources
    from floodmark.slurm.submit import submit

    try:
        return submit(image, script, rest, read_resources(_address(Path(script).stem, rest)))
    except UserError as error:
        sys.stderr.write(f"stages/run: {error}\n")
        return 2


def _address(stage: str, rest: list[str]) -> str:
    return "@".join([stage, *rest])


def _run(command: list[str], **variables: str) -> int:
    """Run a command in the foreground; pass SIGTERM and SIGINT on to it and return its exit status."""
    with subprocess.Popen(command, env={**os.environ, **variables}) as process:

        def forward(number: int, frame: FrameType | None) -> None:
            process.send_signal(number)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, forward)
        status = process.wait()
    return 128 - status if status < 0 else status


def _record(stage: str, rest: list[str], image: str, started: float) -> None:
    """Keep how long the stage took, outside every DVC output."""
    TIMINGS.mkdir(exist_ok=True)
    timing = {"stage": stage, "image": image, "engine": "local", "started": started, "seconds": time.time() - started}
    (TIMINGS / f"{_address(stage, rest)}.json").write_text(json.dumps(timing, indent=2) + "\n", encoding="utf-8")


def _mirror(stage: str, rest: list[str]) -> None:
    """Mirror the stage's files into MLflow from a process of its own, whose failure is a warning and no more."""
    if os.environ.get("MLFLOW_TRACKING_URI") == "none":
        return
    address = _address(stage, rest)
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
