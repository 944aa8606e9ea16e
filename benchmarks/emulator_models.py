"""All models' networks, as they lie on disk or as params.yaml has them: what they cost does not hang on weights."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch

from floodmark.errors import UserError
from floodmark.water.dataset import Windows
from floodmark.water.layout import channel_names
from floodmark.water.models.quick import quick
from floodmark.water.models.registry import build
from floodmark.water.moments import EMULATE
from floodmark.water.prediction import WaterModel, predict
from floodmark.water.splits import TEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from floodmark.water.models.base import WaterNetwork

MODELS, SCORES = Path("outputs/water/models"), Path("outputs/water/scores.csv")
WET_DEPTH = 0.1
SPLIT = "unseen_storms"
MAPS = 8
"""Test maps that a change of the score is measured on."""


class Candidate(NamedTuple):
    """One model.

    Attributes:
        name: Of the registry.
        plain: Its network as it was trained, in evaluation mode.
        groups: Of channels that it reads.
        threshold: Probability from which it foretells WET_DEPTH; None where its weights are at random.
    """

    name: str
    plain: WaterNetwork
    groups: list[str]
    threshold: float | None

    def network(self, half: bool = False) -> WaterNetwork:
        """In the form that predicts fastest."""
        return quick(self.plain, half=half)


def candidates(params: dict[str, Any], statistics: dict[str, Any]) -> list[Candidate]:
    """All models that evaluate_water names."""
    return [_candidate(name, params["train_water"], statistics) for name in params["evaluate_water"]["models"]]


def _candidate(name: str, section: dict[str, Any], statistics: dict[str, Any]) -> Candidate:
    own = section[name]
    try:
        model = WaterModel.load(MODELS / name / "model.safetensors", torch.device("cpu"))
        if model.config["channels"] == _names(model.groups, statistics):
            plain: Any = model.networks[EMULATE]
            return Candidate(name, plain, model.groups, model.threshold(EMULATE, model.wet_depths.index(WET_DEPTH)))
    except (UserError, OSError):
        pass  # of another version: built anew
    torch.manual_seed(1)
    names = _names(own["inputs"], statistics)
    network = build({"model": name, "channels": names, "outputs": len(section["wet_depths"]) + 1, **own}).eval()
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Candidate(name, network, list(own["inputs"]), None)


def half_is_fast() -> bool:
    """Whether this processor multiplies in bfloat16."""
    with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
        flags = next((line for line in lines if line.startswith("flags")), "")
    return "avx512_bf16" in flags or "amx_bf16" in flags


def change_by_half(model: Candidate, folder: Path) -> float | None:
    """How much the critical success index over MAPS test maps changes in bfloat16; None without trained weights."""
    if model.threshold is None:
        return None
    windows = Windows(folder)
    rows = windows.select(EMULATE, TEST)
    chosen = rows[:: max(rows.height // MAPS, 1)]
    tables, networks = np.zeros((2, 3)), [model.network(half) for half in (False, True)]
    for source, target in chosen.select("source", "target").iter_rows():
        truth = windows.depth_whole(target) >= np.float32(WET_DEPTH)
        for table, network in zip(tables, networks, strict=True):
            chances, _ = predict(network, windows, model.groups, EMULATE, source)
            wet = chances[0] >= model.threshold
            table += (wet & truth).sum(), (wet & ~truth).sum(), (~wet & truth).sum()
    found = tables[:, 0] / np.maximum(tables.sum(1), 1)
    return float(found[1] - found[0])


def _names(groups: Sequence[str], statistics: dict[str, Any]) -> list[str]:
    return channel_names(groups, len(statistics["pattern"]), len(statistics["routed_pattern"]))


def scores() -> dict[str, float]:
    """Critical success index of whatever is scored, by name: emulate, unseen storms, WET_DEPTH."""
    if not SCORES.is_file():
        return {}
    with SCORES.open(encoding="utf-8", newline="") as lines:
        return {
            row["model"]: float(row["critical_success_index"])
            for row in csv.DictReader(lines)
            if (row["task"], row["split"]) == (EMULATE, SPLIT)
            and float(row["wet_depth"]) == WET_DEPTH
            and row["critical_success_index"]
        }
