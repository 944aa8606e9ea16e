"""Variants of a classifier on the same held-out rows: their scores, and what one is better than another."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from floodmark.learning.tables import write_csv
from floodmark.sentiment.ablations.charts import difference_chart
from floodmark.sentiment.ablations.heads import Job, repetition, train_held_out
from floodmark.sentiment.models.dense import DenseClassifier
from floodmark.sentiment.training import weighted_cross_entropy
from floodmark.storage import write_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    import torch
    from numpy.typing import NDArray

    from floodmark.learning.crew import Crew
    from floodmark.learning.repeats import Repeats
    from floodmark.sentiment.ablations.heads import Collate, Objective
    from floodmark.sentiment.ablations.held_out import HeldOut
    from floodmark.sentiment.ablations.material import Material
    from floodmark.settings.train_clip import TrainClip
    from floodmark.settings.train_text import Training

SCORES = (
    "variant", "confidence", "scored_on", "training_tweets", "n", "seeds", "balanced_accuracy", "low", "high",
    "spread", "validation_accuracy",
)  # fmt: skip
EFFECTS = ("effect", "first", "second", "confidence", "scored_on", "n", "difference", "low", "high")


class Variant(NamedTuple):
    """Which version of the classifier, and the confidence of the photos lent in training."""

    name: str
    confidence: str


class Result(NamedTuple):
    """One variant with every seed.

    Attributes:
        classes: Shape (seeds, held-out rows), 0 or 1.
        training_tweets: How many it learnt from.
        validation_accuracy: Mean over the seeds, on validation, of the epoch that is best there.
    """

    classes: NDArray[np.int64]
    training_tweets: int
    validation_accuracy: float


class Effect(NamedTuple):
    """A difference that is asked for: what `first` is better than `second`."""

    name: str
    first: Variant
    second: Variant


class Outputs(NamedTuple):
    """Where to write: scores and effects as CSV, the effects as SVG."""

    scores: Path
    effects: Path
    chart: Path


class Plan(NamedTuple):
    """How variants are trained.

    Attributes:
        crew: Who trains them.
        repetitions: How many seeds.
        seed: Of the study.
    """

    crew: Crew
    repetitions: int
    seed: int


def trained(
    plan: Plan,
    make: Callable[[int], Material],
    build: Callable[[], torch.nn.Module],
    settings: TrainClip | Training,
    objective: Objective = weighted_cross_entropy,
    collate: Collate = tuple,
) -> Result:
    """Train one variant with every seed.

    Args:
        plan: See there.
        make: What it learns from and answers, given the seed of a repetition.
        build: Makes the network; to be pickled.
        settings: Epochs, rates, batch size.
        objective: The loss.
        collate: Turns the rows of a batch into the arguments of the network.
    """
    seeds = [repetition(plan.seed, number) for number in range(plan.repetitions)]
    jobs = [Job(make(one), build, settings, one, objective, collate) for one in seeds]
    found = plan.crew.do(train_held_out, jobs)
    return Result(
        np.stack([one.classes for one in found]),
        len(jobs[0].material.training),
        float(np.mean([one.validation_accuracy for one in found])),
    )


def dense_classifier(width: int, settings: TrainClip) -> Callable[[], torch.nn.Module]:
    """CLIP's classifier on vectors of this width."""
    return partial(DenseClassifier, width, settings.units, settings.dropout, settings.image_dropout)


def write_results(
    outputs: Outputs,
    title: str,
    results: Mapping[Variant, Result],
    parts: Sequence[HeldOut],
    effects: Iterable[Effect],
    resamples: int,
    seed: int,
) -> None:
    """Score every variant on every set of rows, and write the tables and the chart of the effects.

    An effect of which a variant is missing is left out. Without results the tables are headers.
    """
    wanted = [effect for effect in effects if effect.first in results and effect.second in results]
    answers = {_key(variant): result.classes for variant, result in results.items()}
    found = {part.name: part.score(answers, seed, resamples, "balanced_accuracy") for part in parts} if results else {}
    sizes = {part.name: len(part.rows) for part in parts}
    scores = [_score(name, repeats, sizes[name], *item) for name, repeats in found.items() for item in results.items()]
    rows = [_effect(name, repeats, sizes[name], effect) for name, repeats in found.items() for effect in wanted]
    write_csv(outputs.scores, SCORES, scores)
    write_csv(outputs.effects, EFFECTS, rows)
    write_text(outputs.chart, difference_chart(rows, "effect", "confidence", title))


def _key(variant: Variant) -> str:
    return f"{variant.confidence}/{variant.name}"


def _score(scored_on: str, repeats: Repeats, count: int, variant: Variant, result: Result) -> dict[str, Any]:
    key = _key(variant)
    cells = (
        *variant, scored_on, result.training_tweets, count, len(result.classes), *repeats.mean(key),
        repeats.spread(key), result.validation_accuracy,
    )  # fmt: skip
    return dict(zip(SCORES, cells, strict=True))


def _effect(scored_on: str, repeats: Repeats, count: int, effect: Effect) -> dict[str, Any]:
    difference = repeats.difference(_key(effect.first), _key(effect.second))
    names = (effect.name, effect.first.name, effect.second.name, effect.first.confidence)
    return dict(zip(EFFECTS, (*names, scored_on, count, *difference), strict=True))
