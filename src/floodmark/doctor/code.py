"""Floodmark itself: the code that runs must be the code beside the params."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from floodmark.doctor.finding import ok, problem, warning

if TYPE_CHECKING:
    from floodmark.doctor.finding import Finding

UNINSTALL = ".venv/bin/python -m pip uninstall floodmark"


def code(root: Path) -> list[Finding]:
    """Where floodmark comes from, and whether the environment holds a copy or an editable install of it."""
    import floodmark

    running, beside = Path(floodmark.__path__[0]).resolve(), (root / "src/floodmark").resolve()
    if running != beside:
        return [problem("code", f"floodmark comes from {running}, not from {beside}: stages refuse that", UNINSTALL)]
    try:
        installed = distribution("floodmark")
    except PackageNotFoundError:
        return [ok("code", str(beside))]
    return [
        warning(
            "code",
            f"floodmark {installed.version} is installed in the environment: what does not start by stages/run or "
            "bin/floodmark, such as a notebook in an experiment, may run other code than lies beside its params",
            UNINSTALL,
        )
    ]
