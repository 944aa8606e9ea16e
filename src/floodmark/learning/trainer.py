"""The one training loop: any module, any loss, best epoch by a validation score."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from floodmark.progress import say, track

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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


def relative_rate(step: int, steps: int) -> float:
    """Share of the peak learning rate at a step: a linear rise over the first tenth, then half a cosine to zero."""
    rise = max(1, steps // 10)
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise)))


def fit(
    model: torch.nn.Module,
    loss: Callable[[tuple[torch.Tensor, ...]], torch.Tensor],
    batches: Callable[[int], Iterable[tuple[torch.Tensor, ...]]],
    evaluate: Callable[[], dict[str, float]],
    schedule: Schedule,
    score: str,
) -> list[dict[str, float]]:
    """Train `model` in place and leave it with the weights of its best epoch.

    Args:
        model: What to train.
        loss: Scalar loss of one batch, mean over its samples.
        batches: The batches of one epoch, given its number; any shuffling or augmentation happens there.
        evaluate: Scores after an epoch, the model being in evaluation mode; merged into the history.
        schedule: Epochs, rates, patience.
        score: The key of `evaluate` that is to be as high as possible.

    Returns:
        The history: epoch, loss, and every score, a row per epoch.
    """
    import torch

    optimiser = torch.optim.AdamW(model.parameters(), schedule.learning_rate, weight_decay=schedule.weight_decay)
    steps = max(1, schedule.epochs * schedule.steps_per_epoch)
    rates = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: relative_rate(step, steps))
    history: list[dict[str, float]] = []
    best_score, best_state, best_epoch = float("-inf"), copy.deepcopy(model.state_dict()), 0
    for epoch in range(1, schedule.epochs + 1):
        model.train()
        total, count = 0.0, 0
        for batch in track(batches(epoch), f"epoch {epoch}/{schedule.epochs}", schedule.steps_per_epoch):
            optimiser.zero_grad(set_to_none=True)
            value = loss(batch)
            value.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(model.parameters(), schedule.gradient_norm)
            optimiser.step()
            rates.step()
            total, count = total + value.item(), count + 1
        model.eval()
        with torch.inference_mode():
            scores = evaluate()
        history.append({"epoch": epoch, "loss": total / max(count, 1), **scores})
        say("  ".join(f"{key} {number:.4g}" for key, number in history[-1].items()))
        if scores[score] > best_score:
            best_score, best_epoch = scores[score], epoch
            best_state = copy.deepcopy(model.state_dict())
        elif epoch - best_epoch >= schedule.patience:
            say(f"no better {score} for {schedule.patience} epochs: stopping")
            break
    model.load_state_dict(best_state)
    model.eval()
    return history
