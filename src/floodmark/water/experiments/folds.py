"""The best models on ground that is held out in turn: every block of it once, and far from what was learnt from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.learning.seeds import generator
from floodmark.progress import say
from floodmark.water import splits
from floodmark.water.draws import Draws, difference, estimates, over_storms, over_storms_and_blocks
from floodmark.water.experiments.derived import derive_windows
from floodmark.water.experiments.scores import SPLITS, best, columns, index_of, prefixed, together, views
from floodmark.water.experiments.trials import Contest, Trial, with_budget
from floodmark.water.moments import EMULATE
from floodmark.water.scoring import SCORE
from floodmark.water.tallies import CASES
from floodmark.water.views import UNSEEN_TERRAIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.settings.evaluate_water import EvaluateWater
    from floodmark.settings.make_windows import MakeWindows
    from floodmark.settings.repeat_water import RepeatWater
    from floodmark.settings.train_water import TrainWater
    from floodmark.water.dataset import Windows
    from floodmark.water.experiments.derived import Origin
    from floodmark.water.experiments.kept import Outcome

FOLDS = (
    "model", "fold", "split", "wet_depth", "cells", SCORE, "low", "high", "best_baseline", *columns("difference"),
)  # fmt: skip
POOLED = "all"


@dataclass(frozen=True)
class Part:
    """What was counted on one split of one fold, or of all.

    Attributes:
        fold: Its number, or POOLED.
        split: Unseen storms or unseen terrain.
        tables: By (name, wet depth), shape (storms, blocks, 4).
        draws: Of storms, and of blocks where the ground was unseen.
    """

    fold: str
    split: str
    tables: dict[tuple[str, float], NDArray[np.int64]]
    draws: Draws


def fold_settings(origin: Origin, settings: RepeatWater, fold: int) -> MakeWindows:
    """How the windows of a fold are split."""
    return origin.changed(
        fold=fold, unseen_one_in=settings.folds, block_cells=settings.block_cells, guard_cells=settings.guard_cells,
        guard_upstream=settings.guard_upstream,
    )  # fmt: skip


def derive_folds(origin: Origin, folder: Path, settings: RepeatWater) -> dict[int, Windows]:
    """The windows of every fold by its number; those with nothing to learn from or held out are left out, and said."""
    found: dict[int, Windows] = {}
    for fold in range(settings.folds):
        windows = derive_windows(origin, folder / f"fold_{fold}", fold_settings(origin, settings, fold))
        if windows.select(EMULATE, splits.TRAIN).height and (np.asarray(windows.region) == splits.UNSEEN).any():
            found[fold] = windows
        else:
            say(f"fold {fold} has no ground to learn from or none held out: make repeat_water.block_cells smaller")
    return found


def fold_jobs(
    fold: int, windows: Windows, train: TrainWater, settings: RepeatWater, seed: int
) -> list[Trial | Contest]:
    """The models and baselines of one fold."""
    trials = [
        Trial(f"{model} in fold {fold}", model, seed, windows.folder,
              with_budget(train, model, settings.fold_epochs))
        for model in settings.fold_models
    ]  # fmt: skip
    contests = [
        Contest(f"baselines at {depth:g} m in fold {fold}", windows.folder, depth, seed) for depth in train.wet_depths
    ]
    return [*trials, *contests]


def parts(folds: Mapping[int, tuple[Windows, Sequence[Outcome]]], evaluate: EvaluateWater, seed: int) -> list[Part]:
    """Every fold on both splits, and both splits of all folds together.

    Storms are the same in all folds, and blocks of different folds are different ground where it was unseen.
    """
    found: list[Part] = []
    for fold, (windows, outcomes) in folds.items():
        for view in views(windows, together(outcomes), evaluate, seed):
            tables = {_anywhere(key, fold): view.table(key, CASES) for key in view.keys(CASES)}
            found.append(Part(str(fold), view.split, tables, view.draws))
    return found + [
        _pooled([part for part in found if part.split == split], evaluate, seed) for split in SPLITS if found
    ]


def _anywhere(key: tuple[str, float], fold: int) -> tuple[str, float]:
    """A name without its fold, by which models of all folds are one."""
    return key[0].removesuffix(f" in fold {fold}"), key[1]


def _pooled(found: Sequence[Part], evaluate: EvaluateWater, seed: int) -> Part:
    split = found[0].split
    tables = {key: np.concatenate([part.tables[key] for part in found], axis=1) for key in found[0].tables}
    storms, blocks = next(iter(tables.values())).shape[:2]
    rng = generator(seed, "repeat_water", "folds", split)
    if split == UNSEEN_TERRAIN:
        return Part(POOLED, split, tables, over_storms_and_blocks(storms, blocks, rng, evaluate.resamples))
    return Part(POOLED, split, tables, over_storms(storms, rng, evaluate.resamples))


def fold_rows(found: Sequence[Part], models: Sequence[str]) -> Iterator[dict[str, Any]]:
    """A row a fold, split, wet depth and model or baseline; of models, what they are above the best baseline there."""
    for part in found:
        for depth in sorted({depth for _, depth in part.tables}):
            at_depth = {name: table for (name, limit), table in part.tables.items() if limit == depth}
            scores = {name: estimates(table, index_of, part.draws)[SCORE] for name, table in at_depth.items()}
            strongest = best({name: score.value for name, score in scores.items() if name not in models})
            for name, score in scores.items():
                yield {
                    "model": name, "fold": part.fold, "split": part.split, "wet_depth": depth,
                    "cells": int(at_depth[name].sum()), SCORE: score.value, "low": score.low, "high": score.high,
                    **_against(at_depth, name, strongest if name in models else "", part.draws),
                }  # fmt: skip


def _against(tables: Mapping[str, NDArray[np.int64]], name: str, other: str, draws: Draws) -> dict[str, Any]:
    if not other:
        return {"best_baseline": "", **dict.fromkeys(columns("difference"), float("nan"))}
    found = difference(tables[name], tables[other], index_of, draws)[SCORE]
    return {"best_baseline": other, **prefixed("difference", found)}
