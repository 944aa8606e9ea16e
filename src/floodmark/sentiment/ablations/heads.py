"""One classifier, trained once: what it says of the tweets and texts that it did not learn from."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from floodmark.learning.confusion import classification_scores, confusion_matrix
from floodmark.learning.device import pick_device
from floodmark.learning.seeds import derive, fix
from floodmark.sentiment.scoring import decided
from floodmark.sentiment.training import fit_classifier, predict, weighted_cross_entropy

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch
    from numpy.typing import NDArray

    from floodmark.sentiment.ablations.material import Material
    from floodmark.sentiment.training import Examples
    from floodmark.settings.train_clip import TrainClip
    from floodmark.settings.train_text import Training

    Objective = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
    Collate = Callable[[tuple[torch.Tensor, ...]], tuple[torch.Tensor, ...]]

NAME = "head"
"""Of every variant: with the same seed they start from the same weights and meet as many rows in the same order."""


class Job(NamedTuple):
    """A training to be done, in this process or in another.

    Attributes:
        material: What is learnt from and answered; it must be learnable.
        build: Makes the network.
        settings: Epochs, rates, batch size.
        seed: Of this repetition.
        objective: The loss, from logits, truth and the weights of the classes.
        collate: Turns the rows of a batch into the arguments of the network.
    """

    material: Material
    build: Callable[[], torch.nn.Module]
    settings: TrainClip | Training
    seed: int
    objective: Objective = weighted_cross_entropy
    collate: Collate = tuple


class Epoch(NamedTuple):
    """Scores on validation and on test, and the classes of every held-out row, after one epoch."""

    validation: dict[str, float]
    test: dict[str, float]
    said: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


class Trained(NamedTuple):
    """One classifier's answers.

    Attributes:
        classes: Shape (validation + test + judged,), 0 or 1.
        validation_accuracy: Of the epoch that is best on validation, on validation itself, as the original reported.
    """

    classes: NDArray[np.int64]
    validation_accuracy: float


def train_held_out(job: Job) -> Trained:
    """Train through all epochs, and answer every held-out row without having chosen anything by it.

    Test tweets and judged texts are answered by the epoch that is best on validation, validation tweets by the epoch
    that is best on test: so both splits can be scored, which is three times as many tweets as the test split alone.
    Nothing stops early, for what stops by validation has chosen by it.
    """
    material, collate = job.material, job.collate
    fix(job.seed, NAME)
    model = job.build().to(pick_device())
    epochs: list[Epoch] = []

    def evaluate() -> dict[str, float]:
        validation, test, judged = (
            decided(predict(model, inputs, collate))
            for inputs in (material.validation.inputs, material.test.inputs, material.judged)
        )
        scores = _scores(material.validation, validation), _scores(material.test, test)
        epochs.append(Epoch(*scores, (validation, test, judged)))
        return scores[0]

    settings = job.settings.model_copy(update={"patience": job.settings.epochs})
    # A line an epoch tells of one model; those of hundreds would bury what the stage says.
    with contextlib.redirect_stderr(io.StringIO()):
        fit_classifier(NAME, model, material.training, evaluate, settings, job.seed, collate, job.objective)
    by_validation = max(epochs, key=lambda epoch: epoch.validation["balanced_accuracy"])
    by_test = max(epochs, key=lambda epoch: epoch.test["balanced_accuracy"])
    classes = np.concatenate([by_test.said[0], *by_validation.said[1:]])
    return Trained(classes, by_validation.validation["accuracy"])


def _scores(examples: Examples, classes: NDArray[np.int64]) -> dict[str, float]:
    return classification_scores(confusion_matrix(examples.labels, classes, 2))


def repetition(seed: int, number: int) -> int:
    """The seed of one repetition, the same for all variants."""
    return derive(seed, "repetition", number)
