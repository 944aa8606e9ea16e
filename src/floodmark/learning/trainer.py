"""The one training loop: any module, any loss, best epoch by a validation score, resumed where it was cut off."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from floodmark import ranks
from floodmark.learning.checkpoints import Checkpoints, Progress
from floodmark.learning.precision import Precision
from floodmark.learning.throughput import Throughput
from floodmark.progress import say, track

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import torch


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to train.

    Attributes:
        epochs: At most this many passes.
        learning_rate: Peak rate of AdamW, reached after the first tenth of the steps, then a cosine to zero.
        weight_decay: Decoupled weight decay (Loshchilov and Hutter 2019).
        steps_per_epoch: Batches that one call of `batches` yields, for the rate's schedule.
        patience: Stop after this many epochs without a better score.
        gradient_norm: Gradients are clipped to this norm.
    """

    epochs: int
    learning_rate: float
    weight_decay: float
    steps_per_epoch: int
    patience: int
    gradient_norm: float = 1.0

    def rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0."""
        return self.learning_rate * relative_rate(step, max(1, self.epochs * self.steps_per_epoch))


def relative_rate(step: int, steps: int) -> float:
    """Share of the peak learning rate at a step: a linear rise over the first tenth, then half a cosine to zero."""
    rise = max(1, steps // 10)
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise)))


def one_late(values: Iterable[torch.Tensor]) -> Iterator[float]:
    """The numbers of scalars, each read when the next one is on its way: so a GPU is not waited for without work."""
    last: torch.Tensor | None = None
    for value in values:
        if last is not None:
            yield last.item()
        last = value
    if last is not None:
        yield last.item()


def fit(
    model: torch.nn.Module,
    loss: Callable[[tuple[torch.Tensor, ...]], torch.Tensor],
    batches: Callable[[int], Iterable[tuple[torch.Tensor, ...]]],
    evaluate: Callable[[], dict[str, float]],
    schedule: Schedule,
    score: str,
    *,
    work: Path | None = None,
    mixed: bool = False,
    whole: int | None = None,
) -> list[dict[str, float]]:
    """Train `model` in place and leave it with the weights of its best epoch, or the last one where none has a score.

    Seconds and samples are counted, see `learning.throughput`; they are no part of the result. Several ranks, see
    `ranks`, train on every batch together, each on its own rows, to the same weights but for rounding: all of them call
    this with the same arguments, and hold the same model before and after.

    Args:
        model: What to train.
        loss: Scalar loss of one batch; what of it looks beyond a row is taken by `learning.distributed`.
        batches: The batches of one epoch, given its number; any shuffling or augmentation happens there.
        evaluate: Scores after an epoch, the model being in evaluation mode; merged into the history.
        schedule: Epochs, rates, patience.
        score: The key of `evaluate` that is to be as high as possible.
        work: A folder of this training alone. After every epoch all that the rest depends on is kept there, with the
            best weights and the history so far; a training that was cut off goes on after its last whole epoch, and
            one that is complete is not done again. On a CPU the result has the bytes of an uninterrupted one, if
            `batches` is a function of the epoch and neither it nor `loss` or `evaluate` remembers earlier epochs.
        mixed: Compute the loss in 16 bits where a GPU is used; weights and evaluation stay in 32.
        whole: Rows of every batch, where `batches` makes only this rank's share of them; else it makes whole ones.

    Returns:
        The history: epoch, loss, and every score, a row per epoch.
    """
    import torch

    from floodmark.learning.distributed import shared

    parameters = list(model.parameters())
    optimiser = torch.optim.AdamW(parameters, schedule.learning_rate, weight_decay=schedule.weight_decay)
    precision, throughput = Precision.of(parameters[0].device, mixed), Throughput()
    setup = {"schedule": asdict(schedule), "score": score, "mixed": mixed}
    checkpoints = None if work is None else Checkpoints(work, model, optimiser, precision.scaler, setup)
    progress = (checkpoints and checkpoints.resume()) or Progress.before(model)
    objective = loss if ranks.world() == 1 else shared(model, loss, whole)

    def step(batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
        for group in optimiser.param_groups:
            group["lr"] = schedule.rate(progress.steps)
        optimiser.zero_grad(set_to_none=True)
        with precision.autocast():
            value = objective(batch)
        precision.step(value, optimiser, parameters, schedule.gradient_norm)
        progress.steps += 1
        return value.detach()

    while not progress.over(schedule.epochs, schedule.patience):
        epoch = len(progress.history) + 1
        model.train()
        total, count = 0.0, 0
        watched = throughput.watch(batches(epoch), whole)
        for number in one_late(map(step, track(watched, f"epoch {epoch}/{schedule.epochs}", schedule.steps_per_epoch))):
            total, count = total + number, count + 1
        model.eval()
        with torch.inference_mode():
            scores = ranks.from_first(evaluate())
        progress.add({"epoch": epoch, "loss": total / max(count, 1), **scores}, scores[score], model)
        say("  ".join(f"{key} {number:.4g}" for key, number in progress.history[-1].items()))
        if checkpoints is not None:
            checkpoints.save(progress)
    if progress.stale >= schedule.patience:
        say(f"no better {score} for {schedule.patience} epochs: stopping")
    if progress.history and progress.best_epoch == 0:
        say(f"no epoch has a {score}: the last one is kept")
    throughput.record()
    model.load_state_dict(progress.best_state)
    model.eval()
    return progress.history
