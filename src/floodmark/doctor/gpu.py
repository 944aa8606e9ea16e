"""GPUs: what the driver knows, what torch sees, and whether torch was built for it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from floodmark.doctor.ask import ask
from floodmark.doctor.engines import LOCAL, wanted_engine
from floodmark.doctor.finding import Finding, ok, problem, warning
from floodmark.learning.architectures import mismatch, runs_on

if TYPE_CHECKING:
    from pathlib import Path

GUIDE = "docs/how-to/choose-torch.md"
IMPORTING = 8.0
"""Seconds that torch may take to be imported and to start a GPU: two where it was read before."""
QUERY = ("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader")
HIDDEN = ("", "-1", "NoDevFiles")
"""Values of CUDA_VISIBLE_DEVICES that leave none."""


@dataclass(frozen=True)
class Driver:
    """What nvidia-smi says.

    Attributes:
        there: Whether the program is installed.
        gpus: Name and driver of each GPU.
        complaint: What it said in place of an answer.
    """

    there: bool
    gpus: list[str] = field(default_factory=list)
    complaint: str = ""


def gpu(root: Path) -> list[Finding]:
    """The driver, each GPU, and the device that stages would take."""
    driver, answer = ask_driver(), ask(sys.executable, "-m", "floodmark.doctor.torch_probe", seconds=IMPORTING)
    if answer.status is None:
        step = "try again, now that its files have been read; if that is no faster, look at the driver (nvidia-smi)"
        return [warning("torch", f"import and a look for GPUs took longer than {IMPORTING:g} s", step)]
    if answer.status:
        return [problem("torch", f"cannot be used: {answer.reason}", "make setup")]
    facts = json.loads(answer.out.splitlines()[-1])
    return [*judge(driver, facts, os.environ.get("CUDA_VISIBLE_DEVICES")), _device(facts)]


def ask_driver() -> Driver:
    """The GPUs that NVIDIA's driver knows."""
    if shutil.which(QUERY[0]) is None:
        return Driver(False)
    answer = ask(*QUERY)
    if answer.status != 0:
        return Driver(True, complaint=answer.reason)
    return Driver(True, [line.strip() for line in answer.out.splitlines() if line.strip()])


def judge(driver: Driver, facts: dict[str, Any], visible: str | None) -> list[Finding]:
    """What driver and torch make of each other.

    Args:
        driver: What `ask_driver` found.
        facts: What `torch_probe` printed.
        visible: CUDA_VISIBLE_DEVICES.
    """
    if facts["gpus"]:
        return [_seen(number, item, facts) for number, item in enumerate(facts["gpus"])]
    torch, there = f"torch {facts['torch']}", ", ".join(driver.gpus)
    if driver.complaint:
        step = "mend or load NVIDIA's driver; until then stages compute on the CPU"
        return [problem("gpu", f"nvidia-smi: {driver.complaint}", step)]
    if there and visible in HIDDEN:
        return [ok("gpu", f"CUDA_VISIBLE_DEVICES={visible} hides {there}")]
    if there and facts["cuda"] is None and facts["hip"] is None:
        said = f"{there}, but {torch} is a CPU build and leaves it idle"
        return [warning("gpu", said, f"install the CUDA build ({GUIDE}), or leave it so")]
    reason = " ".join(facts["said"])
    if not there and not reason:
        return [ok("gpu", f"none; {torch} computes on the CPU")]
    said = (
        f"{there or 'none listed'}, but {torch} for CUDA {facts['cuda']} cannot use it: {reason or 'no reason given'}"
    )
    step = f"update the driver to one for CUDA {facts['cuda']}, or choose an older torch ({GUIDE})"
    return [problem("gpu", said, f"{step}; until then stages compute on the CPU")]


def _seen(number: int, item: dict[str, Any], facts: dict[str, Any]) -> Finding:
    """A GPU that torch sees may still be one that it has no code for."""
    label, (major, minor) = f"gpu {number}", item["capability"]
    if runs_on((major, minor), facts["built"]):
        said = f"{item['name']}, compute capability {major}.{minor}; torch {facts['torch']} was built for"
        return ok(label, f"{said} {', '.join(facts['built'])}")
    said = mismatch(item["name"], (major, minor), facts["built"])
    return warning(label, f"{said}: no stage can use it", f"choose a torch that was built for it: {GUIDE}")


def _device(facts: dict[str, Any]) -> Finding:
    """What `pick_device` says."""
    if facts["refused"]:
        step = "unset FLOODMARK_DEVICE, or set it to what there is: cpu, cuda or cuda:N"
        return problem("device", facts["refused"], step)
    chosen = os.environ.get("FLOODMARK_DEVICE")
    why = f", as FLOODMARK_DEVICE={chosen} says" if chosen else ""
    # What an image holds may be another torch, and whether a container is given GPUs is the engine's affair.
    whose = (
        f" by the torch of .venv; in {wanted_engine()} that of the image decides" if wanted_engine() != LOCAL else ""
    )
    return ok("device", f"stages compute on {facts['device']}{why}{whose}")
