"""What a stage asks of a cluster: `meta.resources` of the stage in dvc.yaml, which DVC itself does not read."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from floodmark import yaml12
from floodmark.dag import PIPELINE, RESULTS
from floodmark.errors import UserError


@dataclass(frozen=True)
class Resources:
    """What a job of one stage is given; a stage that says nothing gets these defaults.

    Attributes:
        cpus: Cores, all on one node.
        memory_gib: Memory, GiB.
        minutes: Longest time it may run.
        gpus: GPUs.
    """

    cpus: int = 2
    memory_gib: int = 8
    minutes: int = 60
    gpus: int = 0


GPUS = "FLOODMARK_GPUS"
"""How many GPUs each stage of the image cuda is to have, over what dvc.yaml says."""
BOUNDS = {"cpus": (1, 1024), "memory_gib": (1, 16384), "minutes": (1, 43200), "gpus": (0, 64)}
"""Lowest and highest value of each; 43200 minutes are 30 days."""


def read_resources(address: str, root: Path | None = None) -> Resources:
    """The resources of a stage, those of a matrix stage being the same for all its values.

    Args:
        address: What `dvc repro` takes, such as ``train_text@lstm``.
        root: The project's root, by default the current folder.

    Raises:
        UserError: if no pipeline has the stage, or it asks for something unknown or out of bounds.
    """
    name = address.partition("@")[0]
    for pipeline in (PIPELINE, RESULTS):
        path = (root or Path()) / pipeline
        stages = yaml12.load(path.read_text(encoding="utf-8"))["stages"] if path.is_file() else {}
        if name in stages:
            meta = stages[name].get("meta") or {}
            found = _checked(meta.get("resources") or {}, f"{pipeline}: stages.{name}.meta.resources")
            wanted = os.environ.get(GPUS, "")
            if meta.get("image") != "cuda" or not wanted:
                return found
            return _checked({**asdict(found), "gpus": int(wanted) if wanted.isdecimal() else wanted}, GPUS)
    raise UserError(
        f"{PIPELINE} has no stage {name}, so nothing says what it needs: `dvc stage list` shows those there are"
    )


def _checked(asked: Any, where: str) -> Resources:
    if not isinstance(asked, dict):
        raise UserError(f"{where} = {asked}: must be a mapping with keys of {', '.join(BOUNDS)}")
    for key, value in asked.items():
        if key not in BOUNDS:
            raise UserError(f"{where}.{key} is unknown: choose of {', '.join(BOUNDS)}")
        low, high = BOUNDS[key]
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise UserError(f"{where}.{key} = {value}: must be a whole number from {low} to {high}")
    return Resources(**{**asdict(Resources()), **asked})
