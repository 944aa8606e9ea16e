"""A trained model from disk, with what it must bring along to be used elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from floodmark.errors import UserError
from floodmark.learning.device import pick_device
from floodmark.water.forecast.reckoned import RECKONED
from floodmark.water.layout import channel_names
from floodmark.water.prediction import WaterModel

if TYPE_CHECKING:
    from pathlib import Path

WEIGHTS = "model.safetensors"

NEEDED = (
    "grid", "pattern", "reducer", "rain_scaling", "routed_pattern", "routed_channels", "lead_minutes", "wet_depth",
    "static", "routed", "elevation", "rain_cell_size", "frame_seconds",
)  # fmt: skip
"""Of the statistics that travel with a model."""


def load(model: Path) -> tuple[WaterModel, Path]:
    """A trained model by its folder or file, and that file.

    Raises:
        UserError: if there is none, or it is none of water.
    """
    path = model / WEIGHTS if model.is_dir() else model
    if not path.is_file():
        inside, beside = _models(model), _models(model.absolute().parent)
        there = "dvc repro train_water writes outputs/water/models"
        if inside or beside:
            there = f"name one of those in it: {inside}" if inside else f"beside it are {beside}"
        raise UserError(f"--model {model}: holds no {WEIGHTS}: {there}")
    return WaterModel.load(path, pick_device()), path


def _models(folder: Path) -> str:
    return ", ".join(sorted(item.parent.name for item in folder.glob(f"*/{WEIGHTS}")))


def statistics_of(model: WaterModel, path: Path) -> dict[str, Any]:
    """The numbers of the training windows that travel with a model, once they are known to fit it.

    Raises:
        UserError: if there are none, or channels would be made that it did not learn from.
    """
    statistics: dict[str, Any] = model.config.get("statistics") or {}
    needed = (*NEEDED, "make_water") if RECKONED & set(model.groups) else NEEDED
    absent = [key for key in needed if key not in statistics]
    if absent:
        raise UserError(
            f"{path}: lacks {', '.join(absent)} of the windows it learnt from: train it again with this version"
        )
    made = channel_names(model.groups, len(statistics["pattern"]), len(statistics["routed_pattern"]))
    if made != model.config["channels"]:
        raise UserError(
            f"{path}: learnt from the channels {', '.join(model.config['channels'])}, this version makes "
            f"{', '.join(made)}: train it again"
        )
    return statistics
