"""Free space where the workspace, the cache and temporary files lie."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from floodmark.doctor.configuration import cache_folder, configuration
from floodmark.doctor.filesystems import existing
from floodmark.doctor.finding import Finding, ok, problem, warning

NEED = {"workspace": 1.0, "cache": 1.0, "temporary files": 0.5}
"""GiB that one rebuild of the demonstration writes to each: its outputs take 0.92 GiB, and as much in the cache where
they cannot be linked. With less free, the stages that write last would fail."""
ROOMY = 4
"""Rebuilds that should fit: a few experiments, each of which leaves its outputs in the cache."""


def disk(root: Path) -> list[Finding]:
    """One line per file system, against the sum of what is to be written there."""
    places = {
        "workspace": root,
        "cache": existing(cache_folder(root, configuration(root))),
        "temporary files": Path(tempfile.gettempdir()),
    }
    devices: dict[int, list[str]] = {}
    for name, place in places.items():
        devices.setdefault(place.stat().st_dev, []).append(name)
    return [
        space(names, shutil.disk_usage(places[names[0]]).free / 2**30, sum(NEED[name] for name in names))
        for names in devices.values()
    ]


def space(names: list[str], free: float, need: float) -> Finding:
    """Free GiB against needed GiB, for the places that share them."""
    said = f"{', '.join(names)}: {free:.1f} GiB free; one rebuild of the demonstration needs {need:.1f}"
    step = "free some: dvc gc --workspace drops from the cache all but the workspace's own, make clean the outputs"
    if free < need:
        return problem("disk", said, step)
    if free < ROOMY * need:
        return warning("disk", f"{said}, experiments {ROOMY} times as much", step)
    return ok("disk", said)
