"""The report: a table on a terminal, a line per finding anywhere else, or JSON."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING

from floodmark.doctor.finding import Finding, State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

COLOURS = {State.OK: "green", State.WARNING: "yellow", State.PROBLEM: "bold red"}
VERSION = 1
"""Of the JSON; raised when a key goes or changes its meaning, not when one is added."""


def show(findings: Sequence[Finding]) -> None:
    """Print them on standard output, and last how many of each state."""
    if sys.stdout.isatty():
        _table(findings)
    else:
        for finding in findings:
            step = f" -> {finding.step}" if finding.step else ""
            print(f"{finding.state:<7}  {finding.name}: {finding.found}{step}")
    print(summary(findings))


def summary(findings: Sequence[Finding]) -> str:
    """How many are well, warn, or are a problem."""
    count = Counter(finding.state for finding in findings)
    warnings, problems = count[State.WARNING], count[State.PROBLEM]
    return f"{count[State.OK]} ok, {warnings} warning{_s(warnings)}, {problems} problem{_s(problems)}"


def as_json(root: Path, findings: Sequence[Finding]) -> str:
    """What `--json` prints (docs/how-to/doctor.md)."""
    count = Counter(finding.state for finding in findings)
    worst = next(state for state in reversed(State) if count[state] or state is State.OK)
    content = {
        "version": VERSION,
        "project": str(root),
        "state": worst,
        "count": {state.value: count[state] for state in State},
        "findings": [
            {"name": item.name, "state": item.state, "found": item.found, "step": item.step} for item in findings
        ],
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def _table(findings: Sequence[Finding]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("state", no_wrap=True)
    table.add_column("what", overflow="fold")
    table.add_column("found, and next step", overflow="fold")
    for finding in findings:
        told = Text(finding.found)
        if finding.step:
            told.append(f"\n→ {finding.step}", style="bold")
        table.add_row(Text(finding.state, style=COLOURS[finding.state]), Text(finding.name), told)
    Console().print(table)


def _s(count: int) -> str:
    return "" if count == 1 else "s"
