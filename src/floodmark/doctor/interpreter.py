"""Python: its version, and whether it is that of the project's environment."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from floodmark.doctor.finding import ok, problem, warning

if TYPE_CHECKING:
    from floodmark.doctor.finding import Finding

PYTHON = "FLOODMARK_PYTHON"


def interpreter(root: Path) -> list[Finding]:
    """The running Python against pyproject.toml, and its environment against .venv."""
    return [_version(root, platform.python_version()), _environment(root, Path(sys.prefix)), *_chosen()]


def _version(root: Path, running: str) -> Finding:
    from packaging.specifiers import SpecifierSet

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["requires-python"]
    if SpecifierSet(wanted).contains(running):
        return ok("python", f"{running}, of {wanted}")
    return problem(
        "python", f"{running}, but pyproject.toml wants {wanted}", "remove .venv, then make setup PYTHON=python3.11"
    )


def _environment(root: Path, prefix: Path) -> Finding:
    own = root / ".venv"
    if not own.exists():
        return problem("environment", f"{own} is missing, this runs in {prefix}", "make setup")
    if prefix.resolve() != own.resolve():
        return warning(
            "environment",
            f"this runs in {prefix}, but stages run in {own}, of which this says nothing",
            f"ask again by {own / 'bin/floodmark'} doctor",
        )
    return ok("environment", str(own))


def _chosen() -> list[Finding]:
    """`stages/run` passes over an interpreter that is not there without a word."""
    chosen = os.environ.get(PYTHON)
    if not chosen:
        return []
    if shutil.which(chosen) is None or not Path(chosen).is_absolute():
        return [
            warning(
                PYTHON,
                f"{chosen} is no absolute path of a program, so stages run in .venv",
                f"unset {PYTHON}, or set it to the path of a python with the pinned packages",
            )
        ]
    return [ok(PYTHON, f"stages run in {chosen}")]
