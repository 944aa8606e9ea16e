"""One training with its score on held-out storms, and many of them side by side: what every experiment is made of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from floodmark.learning.crew import crew
from floodmark.learning.device import pick_device
from floodmark.learning.processes import cores
from floodmark.learning.seeds import generator
from floodmark.progress import say
from floodmark.water import splits
from floodmark.water.choosing import choose_thresholds, spread_moments
from floodmark.water.dataset import Windows
from floodmark.water.experiments.kept import Outcome, keep, only_cases, read_kept
from floodmark.water.models.registry import parameters
from floodmark.water.models.temporal_cnn import Ground
from floodmark.water.moments import EMULATE
from floodmark.water.prediction import WaterModel
from floodmark.water.rivals import rivals
from floodmark.water.scoring import tabulate
from floodmark.water.training import new_pupil, teach

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import torch

    from floodmark.settings.evaluate_water import EvaluateWater
    from floodmark.settings.train_water import TrainWater


@dataclass(frozen=True)
class Trial:
    """A training of one model, for emulate.

    Attributes:
        name: Of its scores; no other of the same experiment has it.
        model: Of `registry.MODELS`.
        seed: Of weights and draws.
        windows: Folder of the windows.
        settings: How it learns.
        storms: How many of the training storms it may see; all where None.
        raw: Whether the network's own normalisation of the ground is taken out.
    """

    name: str
    model: str
    seed: int
    windows: Path
    settings: TrainWater
    storms: int | None = None
    raw: bool = False


@dataclass(frozen=True)
class Contest:
    """All baselines at one wet depth, fitted and scored; they stand in the tables by their own names.

    Attributes:
        name: No other of the same experiment has it.
        windows: Folder of the windows.
        wet_depth: m.
        seed: Of what baselines draw.
    """

    name: str
    windows: Path
    wet_depth: float
    seed: int


@dataclass(frozen=True)
class Place:
    """What all trials of an experiment share.

    Attributes:
        encoders: What pretrain_contrastive wrote.
        evaluate: How storms are scored.
        moments: Of each test storm, that are scored, spread evenly over its windows.
        work: Folder of unfinished work, a folder in it for each trial; None to begin anew each time.
        workers: Trainings side by side; where None, one a core, and on a GPU one, which fills it.
    """

    encoders: Path
    evaluate: EvaluateWater
    moments: int
    work: Path | None = None
    workers: int | None = None

    @property
    def hands(self) -> int:
        """Processes to use."""
        if self.workers is not None:
            return self.workers
        return 1 if pick_device().type == "cuda" else cores()


def with_changes(settings: TrainWater, model: str, **changes: Any) -> TrainWater:
    """The params with other values for one model, checked as those of a file are."""
    own = getattr(settings, model)
    return settings.model_copy(update={model: type(own).model_validate({**own.model_dump(), **changes})})


def with_budget(settings: TrainWater, model: str, epochs: int) -> TrainWater:
    """The params with so many epochs for one model, none of which is left out: the best one counts.

    A patience for short trainings would end a long one while its rate is still high.
    """
    return with_changes(settings, model, epochs=epochs).model_copy(update={"patience": epochs})


def run_trials(jobs: Sequence[Trial | Contest], place: Place) -> list[Outcome]:
    """Do all, side by side, and give what comes of them in the order of the jobs; what is finished is not done again.

    Raises:
        ValueError: if two jobs have the same name.
        UserError: if a model does not fit the windows or the encoders.
    """
    if len({job.name for job in jobs}) < len(jobs):
        raise ValueError(f"jobs of the same name among {', '.join(job.name for job in jobs)}")
    with crew(max(min(place.hands, len(jobs)), 1)) as hands:
        return hands.do(_run, [(job, place) for job in jobs])


def _run(job: tuple[Trial | Contest, Place]) -> Outcome:
    one, place = job
    folder = None if place.work is None else place.work / re.sub(r"[^\w.]", "_", one.name)
    kept = None if folder is None else read_kept(folder)
    if kept is not None:
        return kept
    say(f"{one.name} begins")
    found = _train(one, place, folder) if isinstance(one, Trial) else _compete(one, place)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        keep(folder, found)
    return found


def _train(trial: Trial, place: Place, work: Path | None) -> Outcome:
    windows = Windows(trial.windows)
    rows = windows.select(EMULATE, splits.TRAIN)
    storms = chosen_storms(rows, trial.storms, trial.seed)
    pupil = new_pupil(trial.model, windows, place.encoders, trial.settings, trial.seed, work)
    if trial.raw:
        _take_raw(pupil.network)
    history = teach(pupil, EMULATE, rows.filter(pl.col("storm").is_in(storms)))
    depths, frames = trial.settings.wet_depths, trial.settings.threshold_frames
    thresholds, _ = choose_thresholds(pupil.network, windows, pupil.groups, EMULATE, depths, frames)
    config = pupil.config | {
        "inputs": pupil.groups, "wet_depths": list(depths), "thresholds": {EMULATE: thresholds},
    }  # fmt: skip
    model = WaterModel({EMULATE: pupil.network}, config)
    sizes = {trial.name: parameters(pupil.network)}
    tested = spread_moments(windows.select(EMULATE, splits.TEST), place.moments).to_dicts()
    tables = tabulate(windows, EMULATE, tested, {trial.name: model}, sizes, {}, place.evaluate)
    return Outcome(history, only_cases(tables), len(storms))


def _compete(contest: Contest, place: Place) -> Outcome:
    windows = Windows(contest.windows)
    tested = spread_moments(windows.select(EMULATE, splits.TEST), place.moments).to_dicts()
    if not tested:
        return Outcome([], only_cases(tabulate(windows, EMULATE, [], {}, {}, {}, place.evaluate)), 0)
    found = rivals(windows, EMULATE, contest.wet_depth, place.evaluate.climatology_classes, contest.seed)
    tables = tabulate(windows, EMULATE, tested, {}, {}, {contest.wet_depth: found}, place.evaluate)
    return Outcome([], only_cases(tables), 0)


def _take_raw(network: torch.nn.Module) -> None:
    """Let a network see its ground as it comes: its normalisation would heal whatever was not normalised before."""
    from torch import nn

    for module in network.modules():
        if isinstance(module, Ground):
            module.normalise = nn.Identity()


def chosen_storms(rows: pl.DataFrame, count: int | None, seed: int) -> list[str]:
    """So many of the training storms, drawn by the seed; fewer are always among more."""
    storms = np.array(rows["storm"].unique().sort().to_list(), dtype=object)
    order = generator(seed, "trials", "storms").permutation(len(storms))
    return [str(name) for name in storms[order][: len(storms) if count is None else count]]
