"""Asks a program, for a limited time."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import NamedTuple

SECONDS = 5.0
"""How long a program or a server may take to answer."""


class Answer(NamedTuple):
    """What a program said.

    Attributes:
        status: Its exit status; None if it did not end in time.
        out: Its standard output, so far as it came.
        error: Its standard error, or that it was too slow.
    """

    status: int | None
    out: str
    error: str

    @property
    def reason(self) -> str:
        """The last thing it said, for people: programs put the cause there."""
        lines = [line.strip() for line in (self.error or self.out).splitlines() if line.strip()]
        return lines[-1][:300] if lines else f"exit status {self.status} without a word"


def ask(*command: str, seconds: float = SECONDS, **variables: str) -> Answer:
    """Run a program that is there without input and with more environment; it and its children end in time."""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env={**os.environ, **variables},
        start_new_session=True,  # no terminal to ask for a password on, and a group to be ended as a whole
    ) as process:
        try:
            out, error = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return Answer(None, process.communicate()[0], f"no answer within {seconds:g} s")
    return Answer(process.returncode, out, error)
