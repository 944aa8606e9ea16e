"""Runs the checks side by side. Whatever goes wrong in one becomes a line of the report, and never its end."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from floodmark.doctor.cache import cache
from floodmark.doctor.code import code
from floodmark.doctor.data import data
from floodmark.doctor.disk import disk
from floodmark.doctor.engines import engines
from floodmark.doctor.finding import Check, Finding, problem
from floodmark.doctor.gpu import gpu
from floodmark.doctor.images import images
from floodmark.doctor.interpreter import interpreter
from floodmark.doctor.key import key
from floodmark.doctor.machine import machine
from floodmark.doctor.pins import pins
from floodmark.doctor.remotes import remotes
from floodmark.doctor.slurm import slurm
from floodmark.doctor.tracker import tracker
from floodmark.doctor.variables import variables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CHECKS = (
    Check("python", interpreter),
    Check("code", code),
    Check("pins", pins),
    Check("variables", variables),
    Check("machine", machine),
    Check("gpu", gpu),
    Check("disk", disk),
    Check("data", data),
    Check("key", key),
    Check("cache", cache),
    Check("remotes", remotes),
    Check("mlflow", tracker),
    Check("engines", engines),
    Check("images", images),
    Check("slurm", slurm),
)
LONGEST = 9.0
"""Seconds after which a check is given up; each has shorter limits of its own."""


def examine(root: Path, checks: Sequence[Check] = CHECKS, longest: float = LONGEST) -> list[Finding]:
    """What all checks find, in their order, after at most `longest` seconds."""
    found: dict[str, list[Finding]] = {}

    def work(check: Check) -> None:
        try:
            found[check.name] = check.examine(root)
        except Exception as error:  # a defect of a check must not hide what the others find
            said = f"the check itself failed: {type(error).__name__}: {error}"
            found[check.name] = [problem(check.name, said, "mend what the message names, or report it as a defect")]

    # Daemons, not a pool: a pool would wait at exit for a check that hangs.
    threads = [threading.Thread(target=work, args=(check,), daemon=True) for check in checks]
    end = time.monotonic() + longest
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    late = f"no answer within {longest:g} s"
    return [
        finding
        for check in checks
        for finding in found.get(check.name)
        or [problem(check.name, late, "try again when the machine or the network is less busy")]
    ]
