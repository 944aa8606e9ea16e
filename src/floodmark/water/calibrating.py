"""The temperatures of all models, fitted on validation storms, and what they do to probabilities on test storms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.progress import say
from floodmark.water import splits
from floodmark.water.calibration import calibrated_threshold, fit_temperature
from floodmark.water.reliability import BINS, calibration_scores
from floodmark.water.scoring import tabulate
from floodmark.water.tallies import HISTOGRAM
from floodmark.water.views import UNSEEN_STORMS, blocks_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from floodmark.settings.evaluate_water import EvaluateWater
    from floodmark.water.dataset import Windows
    from floodmark.water.prediction import WaterModel
    from floodmark.water.scorecard import Temperatures
    from floodmark.water.views import View


def fit_temperatures(
    windows: Windows, task: str, models: Mapping[str, WaterModel], settings: EvaluateWater
) -> tuple[Temperatures, int]:
    """One temperature per model and wet depth, and how many maps they are fitted on.

    Fitted on validation storms over seen ground, which no weight was learnt from; without such storms none is fitted.
    """
    rows = windows.select(task, splits.VALIDATION).to_dicts()
    if not rows:
        if windows.index.height:
            say(f"no validation windows for {task}: probabilities are not calibrated")
        return {}, 0
    chosen = np.unique(np.linspace(0, len(rows) - 1, min(settings.calibration_maps, len(rows))).astype(int))
    sizes = dict.fromkeys(models, 0)
    tables = tabulate(windows, task, [rows[index] for index in chosen], models, sizes, {}, settings)
    seen = blocks_of(windows, splits.SEEN)
    temperatures = {}
    for (name, depth), tally in sorted(tables.tallies.items()):
        histogram = tally.stack(HISTOGRAM, tables.storms)[:, :, seen].sum((0, 1, 2, 3))
        temperatures[name, task, depth] = fit_temperature(histogram)
    return temperatures, len(chosen)


def calibration_record(
    view: View, models: Mapping[str, WaterModel], temperatures: Temperatures, maps: int
) -> dict[str, Any]:
    """What calibration.json says of one task: by model and wet depth, the temperature and what it does.

    The scores before and after are those of the view, unseen storms over seen ground, which nothing was fitted on.
    """
    record: dict[str, Any] = {}
    for (name, task, depth), temperature in sorted(temperatures.items()):
        level = models[name].wet_depths.index(depth)
        entry: dict[str, Any] = {
            "temperature": temperature,
            "validation_maps": maps,
            "threshold": calibrated_threshold(models[name].threshold(task, level), temperature),
        }
        if view.split == UNSEEN_STORMS and view.tables.storms:
            histogram = view.table((name, depth), HISTOGRAM).sum((0, 1)).reshape(2, BINS)
            for when, value in (("before", 1.0), ("after", temperature)):
                entry[when] = {key: float(score) for key, score in calibration_scores(histogram, value).items()}
        record.setdefault(name, {})[f"{depth:g}"] = entry
    return record
