"""The stage repeat_water: the best models with other seeds, and on other ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from floodmark.learning.tables import write_csv
from floodmark.progress import say
from floodmark.storage import write_text
from floodmark.water.dataset import Windows
from floodmark.water.experiments import charts
from floodmark.water.experiments.folds import FOLDS, derive_folds, fold_jobs, fold_rows, parts
from floodmark.water.experiments.scores import together, views
from floodmark.water.experiments.seeds import SEEDS, seed_jobs, seed_rows
from floodmark.water.experiments.trials import Place, run_trials
from floodmark.water.scoring import SCORE

if TYPE_CHECKING:
    from pathlib import Path

    from floodmark.settings.repeat_water import RepeatWater
    from floodmark.settings.train_water import TrainWater
    from floodmark.water.experiments.derived import Origin


class Outputs(NamedTuple):
    """Where to write: seeds and folds as CSV, the folds as SVG."""

    seeds: Path
    folds: Path
    chart: Path


def repeat_water(
    origin: Origin, folder: Path, outputs: Outputs, place: Place, train: TrainWater, settings: RepeatWater, seed: int
) -> None:
    """Train the models with every seed and in every fold, for emulate, and say how sure their scores are.

    Args:
        origin: The windows, and what those of the folds are derived from.
        folder: Where the windows of the folds go.
        outputs: See there.
        place: What the trainings share.
        train: How models learn.
        settings: Models, seeds, folds.
        seed: Of the study.
    """
    windows = Windows(origin.windows)
    learnt = windows.index.height > 0 and bool(settings.fold_models)
    cut = derive_folds(origin, folder, settings) if learnt else {}
    first = seed_jobs(origin.windows, train, settings, seed)
    in_folds = {fold: fold_jobs(fold, one, train, settings, seed) for fold, one in cut.items()}
    found = iter(run_trials([*first, *(job for jobs in in_folds.values() for job in jobs)], place))
    with_seeds = [next(found) for _ in first]
    shown = views(windows, together(with_seeds), place.evaluate, seed)
    if not shown:
        say("no storm was held out: nothing is scored")
    write_csv(outputs.seeds, SEEDS, seed_rows(shown, train.wet_depths, settings, seed))
    scored = {fold: (cut[fold], [next(found) for _ in jobs]) for fold, jobs in in_folds.items()}
    rows = list(fold_rows(parts(scored, place.evaluate, seed), settings.fold_models))
    write_csv(outputs.folds, FOLDS, rows)
    depth = train.wet_depths[0]
    strongest = {row["best_baseline"] for row in rows if row["wet_depth"] == depth}
    drawn = [row for row in rows if row["wet_depth"] == depth and row["model"] in {*settings.fold_models, *strongest}]
    title = f"Ground held out in turn, {depth:g} m, 95 % intervals"
    write_text(outputs.chart, charts.in_rows(drawn, "fold", SCORE, "model", charts.INDEX, title, zero=False))
