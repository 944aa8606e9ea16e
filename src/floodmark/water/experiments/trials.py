"""One training with its score on held-out storms, and many of them side by side: what every experiment is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from floodmark.learning.crew import cores, crew
from floodmark.learning.device import pick_device
from floodmark.learning.seeds import generator
from floodmark.water import splits
from floodmark.water.choosing import choose_thresholds
from floodmark.water.dataset import Windows
from floodmark.water.models.registry import parameters
from floodmark.water.moments import EMULATE
from floodmark.water.prediction import WaterModel
from floodmark.water.scoring import Tables, tabulate
from floodmark.water.training import new_pupil, teach

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from floodmark.settings.evaluate_water import EvaluateWater
    from floodmark.settings.train_water import TrainWater


@dataclass(frozen=True)
class Trial:
    """A training of one model, for emulate.

    Attributes:
        name: Of its scores.
        model: Of `registry.MODELS`.
        seed: Of weights and draws.
        settings: How it learns.
        storms: How many of the training storms it may see; all where None.
    """

    name: str
    model: str
    seed: int
    settings: TrainWater
    storms: int | None = None


@dataclass(frozen=True)
class Place:
    """What all trials of an experiment share.

    Attributes:
        windows: Folder of the windows.
        encoders: What pretrain_contrastive wrote.
        evaluate: How storms are scored.
        moments: Of each test storm, that are scored, spread evenly over its windows.
        work: Folder of unfinished work, a folder in it for each trial.
    """

    windows: Path
    encoders: Path
    evaluate: EvaluateWater
    moments: int
    work: Path | None = None


@dataclass(frozen=True)
class Outcome:
    """What a trial gave: its curve, its tables over the test storms, and how many storms it learnt from."""

    trial: Trial
    history: list[dict[str, float]]
    tables: Tables
    storms: int


def with_budget(settings: TrainWater, model: str, epochs: int) -> TrainWater:
    """The params with another number of epochs for one model."""
    own = getattr(settings, model)
    return settings.model_copy(update={model: own.model_copy(update={"epochs": epochs})})


def run_trials(trials: Sequence[Trial], place: Place) -> list[Outcome]:
    """Do all, side by side on a CPU and one after the other on a GPU, which one training fills."""
    workers = 1 if pick_device().type == "cuda" else min(cores(), len(trials))
    with crew(max(workers, 1)) as hands:
        return hands.do(_run, [(trial, replace(place, work=_own(place, trial))) for trial in trials])


def _own(place: Place, trial: Trial) -> Path | None:
    return None if place.work is None else place.work / f"{trial.name}-{trial.seed}".replace("/", "_")


def _run(job: tuple[Trial, Place]) -> Outcome:
    trial, place = job
    windows = Windows(place.windows)
    rows = windows.select(EMULATE, splits.TRAIN)
    storms = chosen_storms(rows, trial.storms, trial.seed)
    pupil = new_pupil(trial.model, windows, place.encoders, trial.settings, trial.seed, place.work)
    history = teach(pupil, EMULATE, rows.filter(pl.col("storm").is_in(storms)))
    depths = trial.settings.wet_depths
    thresholds, _ = choose_thresholds(
        pupil.network, windows, pupil.groups, EMULATE, depths, trial.settings.threshold_frames
    )
    config = pupil.config | {
        "inputs": pupil.groups, "wet_depths": list(depths), "thresholds": {EMULATE: thresholds},
    }  # fmt: skip
    model = WaterModel({EMULATE: pupil.network}, config)
    sizes = {trial.name: parameters(pupil.network)}
    tested = test_rows(windows, place.moments).to_dicts()
    tables = tabulate(windows, EMULATE, tested, {trial.name: model}, sizes, {}, place.evaluate)
    return Outcome(trial, history, tables, len(storms))


def chosen_storms(rows: pl.DataFrame, count: int | None, seed: int) -> list[str]:
    """So many of the training storms, drawn by the seed; fewer are always among more."""
    storms = np.array(rows["storm"].unique().sort().to_list(), dtype=object)
    order = generator(seed, "trials", "storms").permutation(len(storms))
    return [str(name) for name in storms[order][: len(storms) if count is None else count]]


def test_rows(windows: Windows, moments: int) -> pl.DataFrame:
    """At most so many windows of each test event, spread evenly over its time, the last one among them."""
    rows = windows.select(EMULATE, splits.TEST).sort("event", "time")
    place, count = pl.int_range(pl.len()).over("event"), pl.len().over("event")
    # Of n windows in m parts, the last of each part is taken.
    part = (place + 1) * moments // count
    before = place * moments // count
    return rows.filter(part > before)
