"""The data: does the workspace hold what data.dvc names?"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from floodmark import yaml12
from floodmark.doctor.configuration import is_demonstration
from floodmark.doctor.finding import Finding, ok, problem, warning

if TYPE_CHECKING:
    from pathlib import Path

POINTER = "data.dvc"
LONGEST = 5.0
"""Seconds that counting may take: archives of years on a network disk take longer."""


def data(root: Path) -> list[Finding]:
    """Files and bytes in data/ against what data.dvc says; contents are `dvc status`'s to compare."""
    pointer = root / POINTER
    if not pointer.is_file():
        return [problem("data", f"{POINTER} is missing", "restore it with git, or take data in: dvc add data")]
    out = yaml12.load(pointer.read_text(encoding="utf-8"))["outs"][0]
    fetch = "make data" if is_demonstration(root) else f"dvc checkout {POINTER}, or dvc pull {POINTER}"
    if not (root / "data").is_dir():
        return [problem("data", "data/ is not there", fetch)]
    counted = measure(root / "data")
    if counted is None:
        return [ok("data", f"data/ is there, too large to be counted in {LONGEST:g} s; dvc status compares it")]
    files, size = counted
    wanted = (out.get("nfiles", files), out.get("size", size))
    if (files, size) == wanted:
        return [ok("data", f"{files} files, {size / 2**20:.1f} MiB, as many as {POINTER} says")]
    said = f"data/ holds {files} files of {size} bytes, {POINTER} says {wanted[0]} files of {wanted[1]} bytes"
    return [warning("data", said, f"dvc add data, if you changed it on purpose; else {fetch}")]


def measure(folder: Path, longest: float = LONGEST) -> tuple[int, int] | None:
    """Number and bytes of the files below a folder, those that links point to included; None if that takes too long."""
    end, files, size = time.monotonic() + longest, 0, 0
    for place, _, names in os.walk(folder, followlinks=True):
        for name in names:
            path = os.path.join(place, name)
            if os.path.exists(path):  # a link may point nowhere: then a file is missing
                files, size = files + 1, size + os.stat(path).st_size
            if time.monotonic() > end:
                return None
    return files, size
