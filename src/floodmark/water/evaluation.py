"""The stage evaluate_water: scores with intervals, calibration, predictions as georeferenced files, and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from floodmark.learning.device import pick_device
from floodmark.learning.tables import write_csv
from floodmark.progress import say
from floodmark.storage import write_json
from floodmark.water import splits
from floodmark.water.calibrating import calibration_record, fit_temperatures
from floodmark.water.choosing import spread_moments
from floodmark.water.dataset import Windows
from floodmark.water.figures import draw_figures
from floodmark.water.models.registry import parameters
from floodmark.water.moments import EMULATE, TASKS
from floodmark.water.prediction import WaterModel
from floodmark.water.rivals import rivals
from floodmark.water.scorecard import COMPARISONS, VERIFICATION, Scorecard
from floodmark.water.scoring import COLUMNS, tabulate
from floodmark.water.showing import show_events
from floodmark.water.views import PREDICTED, UNSEEN_STORMS, UNSEEN_TERRAIN, View, view, wet_storms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from floodmark.settings.evaluate_water import EvaluateWater
    from floodmark.water.scorecard import Temperatures


class Results(NamedTuple):
    """Where everything goes, in the order of the stage's outputs.

    Attributes:
        scores: CSV of the critical success indices.
        verification: CSV of all scores, one a row.
        comparisons: CSV of every model against every baseline.
        calibration: JSON of the temperatures.
        metrics: JSON of the models' scores.
        maps: Folder for PNGs of events.
        figures: Folder for SVGs of all models.
        predictions: Folder for NetCDF and GeoTIFF.
    """

    scores: Path
    verification: Path
    comparisons: Path
    calibration: Path
    metrics: Path
    maps: Path
    figures: Path
    predictions: Path


def evaluate_water(
    windows_folder: Path, models_folder: Path, results: Results, settings: EvaluateWater, seed: int
) -> None:
    """Score every model beside the baselines, then predict and draw the wettest test events and all predicted ones.

    Args:
        windows_folder: What make_windows wrote.
        models_folder: A folder per model.
        results: Where everything goes.
        settings: The params.
        seed: Of the bootstrap.
    """
    windows, device = Windows(windows_folder), pick_device()
    models = {name: WaterModel.load(models_folder / name / "model.safetensors", device) for name in settings.models}
    card = Scorecard(metrics={name: {} for name in models})
    calibration: dict[str, Any] = {name: {} for name in models}
    temperatures: Temperatures = {}
    views: list[View] = []
    for task in TASKS:
        fitted, maps = fit_temperatures(windows, task, models, settings)
        temperatures |= fitted
        found = _score(windows, task, models, temperatures, card, settings, seed)
        if found:
            for name, entry in calibration_record(found[0], models, fitted, maps).items():
                calibration[name][task] = entry
        views += found
    if not card.scores:
        say("no event was held out: nothing is scored")
    write_csv(results.scores, COLUMNS, card.scores)
    write_csv(results.verification, VERIFICATION, card.verification)
    write_csv(results.comparisons, COMPARISONS, card.comparisons)
    write_json(results.calibration, calibration)
    write_json(results.metrics, card.metrics)
    draw_figures(results.figures, views, card.scores, models, temperatures, models_folder)
    show_events(windows, models, results.maps, results.predictions, settings.maps)


def _score(
    windows: Windows,
    task: str,
    models: Mapping[str, WaterModel],
    temperatures: Temperatures,
    card: Scorecard,
    settings: EvaluateWater,
    seed: int,
) -> list[View]:
    """Score one task on all splits; the views, unseen storms first, of those splits that have storms."""
    sizes = {name: parameters(model.networks[EMULATE]) for name, model in models.items()}
    depths = sorted({depth for model in models.values() for depth in model.wet_depths})
    baselines: dict[float, list[Any]] = {}
    views: list[View] = []
    for split, shown in ((splits.TEST, (UNSEEN_STORMS, UNSEEN_TERRAIN)), (splits.PREDICT, (PREDICTED,))):
        rows = spread_moments(windows.select(task, split), settings.moments).to_dicts()
        if not rows:
            continue
        baselines = baselines or {
            depth: rivals(windows, task, depth, settings.climatology_classes, seed) for depth in depths
        }
        tables = tabulate(windows, task, rows, models, sizes, baselines, settings)
        for name in shown:
            storms = {depth: len(wet_storms(windows, rows, name, depth, settings.min_wet_cells)) for depth in depths}
            found = view(windows, tables, task, name, settings, seed)
            card.add(found, models, temperatures, storms, settings.min_storms)
            views.append(found)
    return views
