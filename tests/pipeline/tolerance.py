"""How far metrics move with one thread and without wide vector instructions: `python -m tests.pipeline.tolerance`.

Bytes are promised at one thread count on one machine; beyond that the promise is the tolerance below, on every score
that a trained model has a part in. What no model has a part in must not move at all.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from floodmark.dag import read_stages
from tests.pipeline.forget import forget

VARIANTS = {
    "one thread": {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"},
    "no wide vectors": {"ATEN_CPU_CAPABILITY": "default"},
}
TOLERANCE = 0.05
"""Absolute, on scores between 0 and 1. Training turns the last bit of a sum into a different, equally good model."""

EXACT = (
    "radar.json",
    "terrain.json",
    "storms.json",
    "ledger.json",
    "audit.json",
    "media.json",
    "labels.json",
    "windows.json",
)
SCORES = ("critical_success_index", "accuracy", "balanced_accuracy", "macro_f1")


def leaves(prefix: str, value: Any) -> dict[str, Any]:
    """Numbers of nested metrics by dotted name."""
    if isinstance(value, dict):
        return {name: leaf for key, item in value.items() for name, leaf in leaves(f"{prefix}.{key}", item).items()}
    return {prefix: value}


def metrics(project: Path) -> dict[str, Any]:
    """Every metric of a finished project."""
    found: dict[str, Any] = {}
    for stage in read_stages(project).values():
        for name in stage.metrics:
            found |= leaves(name, json.loads((project / name).read_text(encoding="utf-8")))
    return found


def compare(first: dict[str, Any], second: dict[str, Any]) -> tuple[float, list[str]]:
    """The largest move of a score, and what moved further than it may."""
    worst, broken = 0.0, []
    for name, value in first.items():
        other = second.get(name)
        if Path(name.split(".json")[0] + ".json").name in EXACT:
            if value != other:
                broken.append(f"{name}: {value} became {other}")
        elif name.rsplit(".", 1)[-1] in SCORES and value is not None:
            if other is None:
                broken.append(f"{name}: {value:.4f} is gone")
                continue
            worst = max(worst, abs(value - other))
            if abs(value - other) > TOLERANCE:
                broken.append(f"{name}: {value:.4f} became {other:.4f}")
    return worst, broken


def rebuilt(project: Path, folder: Path, variant: dict[str, str]) -> dict[str, Any]:
    """The metrics of a copy of the project, rebuilt from nothing under other conditions."""
    shutil.copytree(project, folder, symlinks=True, ignore=shutil.ignore_patterns(".venv", "mlflow.db", "mlartifacts"))
    (folder / ".venv").symlink_to((project / ".venv").resolve())
    forget(folder)
    environment = {**os.environ, **variant, "MLFLOW_TRACKING_URI": "none"}
    subprocess.run([sys.executable, "-m", "dvc", "repro", "--quiet"], cwd=folder, env=environment, check=True)
    return metrics(folder)


def main(project: Path) -> int:
    """Rebuild under every variant; returns how many moved too far."""
    first, failed = metrics(project), 0
    for name, variant in VARIANTS.items():
        with tempfile.TemporaryDirectory() as folder:
            worst, broken = compare(first, rebuilt(project, Path(folder) / "copy", variant))
        print(f"{name}: the largest move of a score is {worst:.4f}, allowed {TOLERANCE}")
        print("".join(f"  {line}\n" for line in broken), end="", flush=True)
        failed += bool(broken)
    return failed


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
