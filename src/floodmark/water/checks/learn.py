"""One network learns one task, as networks learn water: the same loop, the same loss, the same rates."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from floodmark.learning.seeds import generator
from floodmark.learning.trainer import Schedule, fit
from floodmark.water.checks.tasks import R2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from floodmark.water.checks.digits import Digits, Sets
    from floodmark.water.checks.tasks import Counts, Task
    from floodmark.water.models.base import WaterNetwork

    Batch = tuple[torch.Tensor, ...]

BLOCK = 100
"""Digits drawn at once where nothing is learnt; bounds the memory."""


class Pace(NamedTuple):
    """How long and how fast is learnt.

    Attributes:
        epochs: Passes over the digits of training.
        batch_size: Digits of a step.
        learning_rate: Peak rate of AdamW.
        weight_decay: Of AdamW.
        shift: Digits are moved by up to this many cells, at random.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    shift: int

    def schedule(self, digits: int) -> Schedule:
        """For the training loop, which stops early for nothing."""
        steps = max(1, digits // self.batch_size)
        return Schedule(self.epochs, self.learning_rate, self.weight_decay, steps, patience=self.epochs)


class Learnt(NamedTuple):
    """What came of it.

    Attributes:
        history: A row an epoch: loss, and every score on validation.
        counts: What each held-out digit adds to each score.
        baselines: By score.
        drawn_NHW: Of the held-out digits, by the epoch that is best on validation.
    """

    history: list[dict[str, float]]
    counts: Counts
    baselines: dict[str, float]
    drawn_NHW: np.ndarray


def learn(
    network: WaterNetwork,
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    task: Task,
    sets: Sets,
    pace: Pace,
    seed: int,
    device: torch.device,
) -> Learnt:
    """Train the network in place and draw what is held out.

    Args:
        network: Untrained.
        loss: Of maps (batch, outputs, height, width) and depths in m (batch, height, width).
        task: What to learn.
        sets: Digits.
        pace: How fast.
        seed: Of every draw.
        device: Where to compute.
    """
    network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    def objective(batch: Batch) -> torch.Tensor:
        maps, penalty = network.penalised(task.inputs(batch[0]).to(device))
        return loss(maps, task.depths(*batch).to(device)) + penalty

    def evaluate() -> dict[str, float]:
        return _scores(task.counts(draw(network, task, sets.validation, device), sets.validation, sets.training))

    history = train(network, objective, sets.training, evaluate, pace, seed)
    maps_NKHW = draw(network, task, sets.test, device)
    return Learnt(
        history,
        task.counts(maps_NKHW, sets.test, sets.training),
        task.baselines(sets.test, sets.training),
        task.drawn(maps_NKHW).numpy(),
    )


def train(
    network: torch.nn.Module,
    objective: Callable[[Batch], torch.Tensor],
    training: Digits,
    evaluate: Callable[[], dict[str, float]],
    pace: Pace,
    seed: int,
) -> list[dict[str, float]]:
    """Train in place on batches of images and labels; the weights of the epoch of the best r2 are kept."""
    batches = Batches(training, pace, seed)
    # A line an epoch tells of one network; those of twenty would bury what failed.
    with contextlib.redirect_stderr(io.StringIO()):
        return fit(network, objective, batches, evaluate, pace.schedule(len(training.labels_N)), R2)


class Batches:
    """Digits in a new order each epoch, each moved at random, whatever leaves the image being lost."""

    def __init__(self, digits: Digits, pace: Pace, seed: int) -> None:
        self._images_NHW = torch.from_numpy(digits.images_NHW)
        self._labels_N = torch.from_numpy(digits.labels_N)
        self._pace, self._seed = pace, seed

    def __call__(self, epoch: int) -> Iterator[Batch]:
        """The batches of an epoch, all of the same size."""
        rng = generator(self._seed, "check_models", "batches", epoch)
        size, shift = self._pace.batch_size, self._pace.shift
        order = rng.permutation(len(self._labels_N))
        for start in range(0, max(1, len(order) - size + 1), size):
            rows = torch.from_numpy(order[start : start + size])
            moves = rng.integers(-shift, shift + 1, (len(rows), 2))
            yield moved(self._images_NHW[rows], moves), self._labels_N[rows]


def moved(images_BHW: torch.Tensor, moves_B2: np.ndarray) -> torch.Tensor:
    """Each image moved by its own rows and columns, zeros following."""
    shift = int(np.abs(moves_B2).max(initial=0))
    height, width = images_BHW.shape[-2:]
    wide_BHW = torch.nn.functional.pad(images_BHW, (shift, shift, shift, shift))
    starts = [(shift - down, shift - right) for down, right in moves_B2.tolist()]
    return torch.stack(
        [wide_HW[row : row + height, col : col + width] for wide_HW, (row, col) in zip(wide_BHW, starts, strict=True)]
    )


def draw(network: WaterNetwork, task: Task, digits: Digits, device: torch.device) -> torch.Tensor:
    """The maps of some digits, shape (digits, outputs, 28, 28), on the CPU."""
    images_NHW = torch.from_numpy(digits.images_NHW)
    with torch.inference_mode():
        return torch.cat(
            [network(task.inputs(part).to(device)).float().cpu() for part in torch.split(images_NHW, BLOCK)]
        )


def _scores(counts: Counts) -> dict[str, float]:
    """Over all digits."""
    return {name: float(units[:, 0].sum() / units[:, 1].sum()) for name, units in counts.items()}
