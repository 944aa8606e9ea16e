"""The best models with several seeds: whether what they score is their merit or their luck."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.learning.seeds import derive, generator
from floodmark.water.experiments.repeated import repeated, seed_weights
from floodmark.water.experiments.scores import baselines_of, best, columns, place_of, prefixed
from floodmark.water.experiments.trials import Contest, Trial, with_budget
from floodmark.water.scoring import SCORE
from floodmark.water.tallies import CASES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from floodmark.settings.repeat_water import RepeatWater
    from floodmark.settings.train_water import TrainWater
    from floodmark.water.views import View

SEEDS = (
    "model", "split", "wet_depth", "seeds", SCORE, "low", "high", "spread", "least", "most", "best_baseline",
    f"best_baseline_{SCORE}", *columns("difference"),
)  # fmt: skip


def seed_of(seed: int, number: int) -> int:
    """The seed of one repetition; the first is the study's own."""
    return seed if number == 0 else derive(seed, "repeat_water", number)


def key(model: str, number: int) -> str:
    """The name of one repetition's scores."""
    return f"{model} with seed {number}"


def seed_jobs(folder: Path, train: TrainWater, settings: RepeatWater, seed: int) -> list[Trial | Contest]:
    """Every model with every seed, and the baselines, which are computed once."""
    contests = [Contest(f"baselines at {depth:g} m", folder, depth, seed) for depth in train.wet_depths]
    trials = [
        Trial(
            key(model, number), model, seed_of(seed, number), folder,
            with_budget(train, model, settings.epochs),
        )
        for model in settings.models
        for number in range(settings.seeds)
    ]  # fmt: skip
    return [*trials, *contests]


def seed_rows(
    shown: Sequence[View], wet_depths: Sequence[float], settings: RepeatWater, seed: int
) -> Iterator[dict[str, Any]]:
    """A row a model, split and wet depth: mean over the seeds, and what it is above the best baseline."""
    trials = {key(model, number) for model in settings.models for number in range(settings.seeds)}
    for view in shown:
        rng = generator(seed, "repeat_water", "seeds", view.split)
        weights = seed_weights(settings.seeds, len(view.draws.by_storm), rng)
        for depth in wet_depths:
            names = baselines_of(view, depth, trials)
            rivals = {name: repeated([view.table((name, depth), CASES)], view.draws) for name in names}
            strongest = best({name: float(rival.values[0]) for name, rival in rivals.items()})
            for model in settings.models:
                tables = [view.table((key(model, number), depth), CASES) for number in range(settings.seeds)]
                found = repeated(tables, view.draws, weights)
                yield {
                    "model": model, **place_of(view, depth), "seeds": settings.seeds, SCORE: found.mean.value,
                    "low": found.mean.low, "high": found.mean.high, "spread": found.spread,
                    "least": float(np.min(found.values)), "most": float(np.max(found.values)),
                    "best_baseline": strongest, f"best_baseline_{SCORE}": float(rivals[strongest].values[0]),
                    **prefixed("difference", found.above(rivals[strongest])),
                }  # fmt: skip
