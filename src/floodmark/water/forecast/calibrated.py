"""Probabilities that mean what they say, by the temperatures that evaluate_water fitted."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit, logit

from floodmark.errors import UserError
from floodmark.water.calibration import calibrated_threshold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.water.prediction import WaterModel


def read_temperatures(path: Path, model: WaterModel, task: str) -> list[float]:
    """The temperature of each wet depth of a model.

    Args:
        path: calibration.json, as evaluate_water writes it.
        model: Whose.
        task: emulate or nowcast.

    Raises:
        UserError: if it cannot be read, says nothing of the model, or was fitted to another training of it.
    """
    name = model.config["model"]
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        entries = [record[name][task][f"{depth:g}"] for depth in model.wet_depths]
        found = [(float(entry["temperature"]), float(entry["threshold"])) for entry in entries]
    except (OSError, ValueError) as error:
        raise UserError(f"--calibration {path}: cannot be read: evaluate_water writes calibration.json") from error
    except (KeyError, TypeError) as error:
        depths = ", ".join(f"{depth:g}" for depth in model.wet_depths)
        raise UserError(
            f"--calibration {path}: holds no temperatures of {name} for {task} at {depths} m: evaluate_water fits them "
            "where there are validation storms"
        ) from error
    for level, (temperature, threshold) in enumerate(found):
        fitting = temperature > 0 and calibrated_threshold(model.threshold(task, level), temperature)
        if not fitting or not math.isclose(fitting, threshold, rel_tol=1e-6):
            raise UserError(
                f"--calibration {path}: was fitted to another training of {name}, whose threshold at "
                f"{model.wet_depths[level]:g} m would be {threshold:.4g}: run evaluate_water again, or leave it out"
            )
    return [temperature for temperature, _ in found]


def calibrated(chances: NDArray[np.float32], temperatures: Sequence[float]) -> NDArray[np.float32]:
    """Probabilities of shape (wet depths, ...) with their log-odds divided by the temperatures; none rises with depth.

    Each decides by its `calibrated_threshold` as it did before, unless it would be likelier than the depth above it.
    """
    shape = (len(temperatures),) + (1,) * (chances.ndim - 1)
    with np.errstate(divide="ignore"):
        warmed = expit(logit(chances.astype(np.float64)) / np.asarray(temperatures, float).reshape(shape))
    return np.minimum.accumulate(warmed, axis=0).astype(np.float32)


def thresholds_of(model: WaterModel, task: str, temperatures: Sequence[float] | None) -> list[float]:
    """The probability at or above which each wet depth is foretold, in step with the temperatures."""
    raw = [model.threshold(task, level) for level in range(len(model.wet_depths))]
    if temperatures is None:
        return raw
    return [calibrated_threshold(value, temperature) for value, temperature in zip(raw, temperatures, strict=True)]
