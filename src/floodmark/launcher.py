"""Starts one stage from the code beside the params, here or as a job; then has its files mirrored into MLflow."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

USAGE = """usage: stages/run IMAGE SCRIPT [ARGUMENT ...]

Runs one stage of the pipeline; `dvc repro` calls it. IMAGE (geo or cuda) names the environment the stage belongs to.

variables (docs/how-to/cluster.md):
  FLOODMARK_ENGINE     what the stage runs in: local (default), docker, podman or apptainer
  FLOODMARK_LAUNCH     where it runs: local (default), or slurm, as a job of its own
  FLOODMARK_PROCESSES  processes that train together, by torchrun (default 1)
  FLOODMARK_GPUS       GPUs that a stage is lent (default: one for each process)

examples:
  dvc repro make_water
  stages/run geo stages/ingest_radar.py
  FLOODMARK_ENGINE=podman stages/run cuda stages/train_text.py lstm
"""
LAUNCHES = ("local", "slurm")
"""Values of `FLOODMARK_LAUNCH`: the stage runs in this process's machine, the default, or as a job of SLURM."""
LONGEST_MIRROR = 120
"""Seconds after which recording a stage in MLflow is given up."""


def main(arguments: list[str]) -> int:
    """Run the stage, then mirror it; returns the stage's exit status."""
    if arguments[:1] in (["--help"], ["-h"]) or len(arguments) < 2:
        sys.stderr.write(USAGE)
        return 0 if arguments[:1] in (["--help"], ["-h"]) else 2
    image, script, rest = arguments[0], Path(arguments[1]), arguments[2:]
    if "--help" in rest:
        return subprocess.run([sys.executable, str(script), *rest], check=False).returncode
    problem = _refusal(image, script) or _wrong_params()
    if problem:
        sys.stderr.write(f"stages/run: {problem}\n")
        return 2
    from floodmark.errors import UserError

    try:
        status = _start(image, script, rest)
    except UserError as error:
        sys.stderr.write(f"stages/run: {error}\n")
        return 2
    if status == 0:
        _mirror("@".join([script.stem, *rest]))
    return status


def _start(image: str, script: Path, rest: list[str]) -> int:
    """Run the stage here, or as a job of SLURM whose own launcher runs it there."""
    if os.environ.get("FLOODMARK_LAUNCH") == "slurm":
        from floodmark.slurm.resources import read_resources
        from floodmark.slurm.submit import submit

        return submit(image, str(script), rest, read_resources("@".join([script.stem, *rest])))
    from floodmark.starting import start

    return start(image, script, rest)


def _refusal(image: str, script: Path) -> str | None:
    """Why this cannot be started here, if it cannot."""
    import floodmark
    from floodmark.containers.inputs import IMAGES

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
    from floodmark.settings.every import check_params, read_file

    try:
        check_params(read_file(Path("params.yaml")), "params.yaml")
    except UserError as error:
        return str(error)
    return None


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
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
