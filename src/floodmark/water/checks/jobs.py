"""One network and one task at a time, in this process or in another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from floodmark.learning.device import pick_device
from floodmark.learning.seeds import derive, fix, generator
from floodmark.progress import say
from floodmark.water.checks import autoencoder
from floodmark.water.checks.channels import channel_names
from floodmark.water.checks.digits import LOW
from floodmark.water.checks.learn import Pace, learn
from floodmark.water.checks.recognition import Recogniser, information, normal_images
from floodmark.water.checks.scores import ratio, score
from floodmark.water.checks.tasks import INDEX, R2, TASKS, make_task
from floodmark.water.losses import make_loss
from floodmark.water.models.registry import build

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from floodmark.settings.check_models import CheckModels
    from floodmark.settings.make_windows import MakeWindows
    from floodmark.settings.train_water import Model, TrainWater
    from floodmark.water.checks.digits import Digits, Sets
    from floodmark.water.checks.scores import Score, Statistic

INFORMATION = "relative_information"
SIDES = 2
"""Digits shown of each side of the choice."""


class Params(NamedTuple):
    """Of the stage.

    Attributes:
        windows: How many channels of rain there are.
        water: The networks, their losses and rates.
        checks: Tasks and marks.
        seed: Of every draw.
    """

    windows: MakeWindows
    water: TrainWater
    checks: CheckModels
    seed: int


class Job(NamedTuple):
    """A network to be trained on a task."""

    model: str
    task: str
    sets: Sets
    params: Params


class Result(NamedTuple):
    """What came of a job.

    Attributes:
        model: Its name.
        task: Its name.
        scores: On held-out digits.
        history: A row an epoch, on validation.
        headline: The score that the learning curve shows.
        target_SHW: What was to be drawn of the digits `shown`, 0 to 1.
        drawn_SHW: What was drawn, 0 to 1.
        samples_SHW: What an autoencoder sampled, 0 to 1; none of other networks.
    """

    model: str
    task: str
    scores: list[Score]
    history: list[dict[str, float]]
    headline: str
    target_SHW: NDArray[np.float32]
    drawn_SHW: NDArray[np.float32]
    samples_SHW: NDArray[np.float32]


def jobs_of(sets: Sets, params: Params) -> list[Job]:
    """Every model on every task, then the autoencoder's two."""
    pairs = [(model, task) for model in params.checks.models for task in TASKS]
    pairs += [(autoencoder.MODEL, task) for task in (autoencoder.RECONSTRUCT, autoencoder.TRANSLATE)]
    return [Job(model, task, sets, params) for model, task in pairs]


def do(job: Job) -> Result:
    """Train, and score on what is held out; the answer depends on the job alone."""
    result = _draw_images(job) if job.model == autoencoder.MODEL else _draw_water(job)
    say(f"{job.model} {job.task}: " + ", ".join(f"{one.score} {one.value:.3f}" for one in result.scores))
    return result


def shown(digits: Digits) -> NDArray[np.int64]:
    """Rows of the digits that are drawn in figures: the first of each side."""
    low = digits.labels_N < LOW
    return np.concatenate([np.flatnonzero(side)[:SIDES] for side in (low, ~low)])


def scratch(own: Model) -> dict[str, str]:
    """What lets all weights of a network learn, where in the study some are those of a pretraining on no digits."""
    return {"start": "scratch"} if "start" in own.network else {}


def _draw_water(job: Job) -> Result:
    checks, water = job.params.checks, job.params.water
    own: Model = getattr(water, job.model)
    channels = channel_names(own.inputs, job.params.windows)
    task = make_task(job.task, channels, water.wet_depths, job.sets.training, job.params.seed)
    loss = make_loss(own.loss, water.wet_depths, water.losses)
    fix(job.params.seed, "check_models", job.model, job.task)
    network = build({"model": job.model, "channels": channels, "outputs": loss.outputs, **own.network, **scratch(own)})
    pace = Pace(
        getattr(checks.epochs, job.task), checks.batch_size, own.learning_rate, water.weight_decay, checks.shift
    )
    seed = derive(job.params.seed, job.model, job.task)
    learnt = learn(network, loss, task, job.sets, pace, seed, pick_device())
    scores = [_score(job, name, units, learnt.baselines[name]) for name, units in learnt.counts.items()]
    rows = shown(job.sets.test)
    target_SHW = task.shown(task.depths(*job.sets.test.tensors(rows))).numpy()
    none = np.zeros((0, *target_SHW.shape[1:]), np.float32)
    return Result(job.model, job.task, scores, learnt.history, task.headline, target_SHW, learnt.drawn_NHW[rows], none)


def _draw_images(job: Job) -> Result:
    sets, settings = job.sets, job.params.checks.vae
    pace = Pace(
        settings.epochs,
        job.params.checks.batch_size,
        settings.learning_rate,
        job.params.water.weight_decay,
        job.params.checks.shift,
    )
    drawn = autoencoder.learn_images(
        job.task, sets, settings.features, settings.code, pace, job.params.seed, pick_device()
    )
    target = autoencoder.target_of(job.task)
    if job.task == autoencoder.TRANSLATE:
        baseline_HW = autoencoder.mean_outline(sets.training)
        baseline_NHW = np.repeat(baseline_HW[None], len(drawn.images_NHW), axis=0)
        units, always = (autoencoder.overlap_of_outlines(maps, sets.test) for maps in (drawn.images_NHW, baseline_NHW))
        scores = [_score(job, INDEX, units, float(ratio(always.sum(0))))]
    else:
        units = autoencoder.explained(drawn.images_NHW, target, sets.test, sets.training)
        scores = [_score(job, R2, units, 0.0), _recognised(job, drawn.samples_NHW)]
    rows = shown(sets.test)
    target_SHW = target(sets.test.tensors(rows)[0]).numpy()
    return Result(
        job.model,
        job.task,
        scores,
        drawn.history,
        R2,
        target_SHW,
        drawn.images_NHW[rows],
        drawn.samples_NHW[: 3 * len(rows)],
    )


def _recognised(job: Job, samples_NHW: NDArray[np.float32]) -> Score:
    """Of the samples, against that of as many images of a normal distribution."""
    recogniser = Recogniser(job.sets.training, job.params.seed)
    real = float(information(recogniser.information_units(job.sets.test.images_NHW).sum(0)))
    normal_NHW = normal_images(job.sets.training, len(samples_NHW), job.params.seed)
    normal = float(information(recogniser.information_units(normal_NHW).sum(0)))
    units = recogniser.information_units(samples_NHW)
    sampling = job._replace(task=autoencoder.SAMPLE)
    return _score(sampling, INFORMATION, units, normal / real, lambda sums: information(sums) / real)


def _score(job: Job, name: str, units: NDArray[np.float64], baseline: float, statistic: Statistic = ratio) -> Score:
    marks = getattr(job.params.checks.pass_marks, job.task).model_dump()
    # All models meet the same draws of digits.
    rng = generator(job.params.seed, "check_models", "resamples")
    return score((job.model, job.task, name), units, marks, baseline, rng, job.params.checks.resamples, statistic)
