"""The environment's FLOODMARK_ variables: a misspelt one would be passed over without a word."""

from __future__ import annotations

import difflib
import os
from typing import TYPE_CHECKING

from floodmark.containers.gpus import TOGETHER, WANTED, processes, wanted
from floodmark.doctor.finding import ok, problem, warning
from floodmark.errors import UserError
from floodmark.learning.cluster import scheduler
from floodmark.learning.likeness import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from floodmark.doctor.finding import Finding

PREFIX = "FLOODMARK_"
KNOWN = (
    "FLOODMARK_DEVICE",
    "FLOODMARK_ENGINE",
    "FLOODMARK_GPUS",
    "FLOODMARK_LAUNCH",
    "FLOODMARK_PROCESSES",
    "FLOODMARK_PYTHON",
    "FLOODMARK_SCHEDULER",
    "FLOODMARK_THROUGHPUT",
)
"""What the code reads; a test compares. docs/how-to/doctor.md says what each is for."""


def variables(root: Path) -> list[Finding]:
    """Those that are set, and those that nothing reads."""
    found = {name: value for name, value in sorted(os.environ.items()) if name.startswith(PREFIX)}
    read = [f"{name}={value}" for name, value in found.items() if name in KNOWN]
    said = ok("variables", ", ".join(read) if read else f"no {PREFIX} variable is set: the defaults hold")
    return [said, *_refused(), *(_unknown(name) for name in found if name not in KNOWN)]


def _refused() -> Iterator[Finding]:
    """What a stage would refuse, in its own words; devices, engines and launches have lines of their own."""
    for name, read in (
        (TOGETHER, lambda: processes(os.environ)),
        (WANTED, lambda: wanted(os.environ, 1)),
        (VARIABLE, scheduler),
    ):
        try:
            read()
        except UserError as error:
            yield problem(name, str(error), f"unset {name}, or set it so")


def _unknown(name: str) -> Finding:
    near = difflib.get_close_matches(name, KNOWN, n=1, cutoff=0)[0]
    return warning(name, f"nothing reads it; what is read: {', '.join(KNOWN)}", f"unset {name}; was {near} meant?")
