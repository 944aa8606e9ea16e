"""What a check finds: one line, its state, and the next step where there is one to take."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PASSWORD = re.compile(r"://[^/@\s]+@")


class State(StrEnum):
    """How a finding stands. A warning may be lived with; with a problem something will fail."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes:
        name: What was looked at, such as ``python`` or ``remote backup``.
        state: How it stands.
        found: What was seen, on one line.
        step: What to do next; None only where all is well.
    """

    name: str
    state: State
    found: str
    step: str | None


@dataclass(frozen=True)
class Check:
    """One concern.

    Attributes:
        name: Of the line that says that the check itself went wrong.
        examine: Called with the project's root; gives one finding or more.
    """

    name: str
    examine: Callable[[Path], list[Finding]]


def ok(name: str, found: str) -> Finding:
    """All is well."""
    return Finding(name, State.OK, _shown(found), None)


def warning(name: str, found: str, step: str) -> Finding:
    """It will do, but not as one might think."""
    return Finding(name, State.WARNING, _shown(found), _shown(step))


def problem(name: str, found: str, step: str) -> Finding:
    """Something will fail."""
    return Finding(name, State.PROBLEM, _shown(found), _shown(step))


def _shown(text: str) -> str:
    """On one line and without the credentials of addresses: people paste these lines into reports."""
    return PASSWORD.sub("://***@", " ".join(text.split()))
