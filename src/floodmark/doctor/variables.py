"""The environment's FLOODMARK_ variables: a misspelt one would be passed over without a word."""

from __future__ import annotations

import difflib
import os
from typing import TYPE_CHECKING

from floodmark.doctor.finding import ok, warning

if TYPE_CHECKING:
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
    return [said, *(_unknown(name) for name in found if name not in KNOWN)]


def _unknown(name: str) -> Finding:
    near = difflib.get_close_matches(name, KNOWN, n=1, cutoff=0)[0]
    return warning(name, f"nothing reads it; what is read: {', '.join(KNOWN)}", f"unset {name}; was {near} meant?")
