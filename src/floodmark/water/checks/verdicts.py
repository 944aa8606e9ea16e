"""Whether a model has learnt its small tasks: what its score on water counts by."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PASSED, FAILED, UNCHECKED = "passed", "failed", "unchecked"
"""A model has learnt every task, not all of them, or none was tried."""


def read_verdicts(path: Path) -> dict[str, str]:
    """Of every model of a table that check_models wrote, ``passed`` where all its scores have, else ``failed``."""
    found: dict[str, str] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            failed = row["passed"] != "yes" or found.get(row["model"]) == FAILED
            found[row["model"]] = FAILED if failed else PASSED
    return found
