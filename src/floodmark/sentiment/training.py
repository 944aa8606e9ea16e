"""How every classifier of tweets is trained, scored and kept, whatever it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F

from floodmark.learning.confusion import classification_scores, confusion_matrix
from floodmark.learning.device import pick_device
from floodmark.learning.distributed import gathered
from floodmark.learning.history import write_history
from floodmark.learning.seeds import fix, generator
from floodmark.learning.trainer import Schedule, fit
from floodmark.learning.weights import save_weights
from floodmark.progress import say
from floodmark.sentiment.scoring import decided, majority, score
from floodmark.storage import write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.settings.train_clip import TrainClip
    from floodmark.settings.train_text import Training

EVALUATION_BATCH = 512
POOL = 16
"""Batches among which tweets are sorted by length."""
HISTORY = ("epoch", "loss", "training_accuracy", "accuracy", "balanced_accuracy", "macro_f1", "matthews_correlation")
"""Columns of `history.csv`: `loss` and `training_accuracy` are means over the epoch's batches as they were trained on,
with dropout and before each step, which costs nothing; the others score the whole validation split after the epoch."""


@dataclass(frozen=True)
class Examples:
    """Tweets of one split, ready for a model.

    Attributes:
        inputs: Tensors with one row a tweet, in the order of the model's arguments.
        labels: 0 or 1.
        groups: What each tweet belongs to.
        lengths: Of each tweet, where batches of like lengths are cheaper.
    """

    inputs: tuple[torch.Tensor, ...]
    labels: NDArray[np.int64]
    groups: Sequence[Any]
    lengths: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.labels)


def train(
    name: str,
    build: Callable[[], torch.nn.Module],
    config: dict[str, Any],
    splits: dict[str, Examples],
    settings: Training | TrainClip,
    folder: Path,
    seed: int,
    collate: Callable[[tuple[torch.Tensor, ...]], tuple[torch.Tensor, ...]] = tuple,
    details: dict[str, Any] | None = None,
    work: Path | None = None,
) -> None:
    """Train one model and write `model.safetensors`, `history.csv` and `train.json`.

    Both classes weigh the same in the loss, and the epoch with the best balanced accuracy on validation is kept.
    Where there is nothing to learn from, an empty model says so.

    Args:
        name: Of the model, for its seeds.
        build: Makes the model, after the seeds are fixed.
        config: Rebuilds the model.
        splits: Examples of `train`, `validation` and `test`.
        settings: Epochs, rates, batch size.
        folder: Where to write.
        seed: Of the study.
        collate: Turns the rows of a batch into the arguments of the model.
        details: Added to `train.json`.
        work: Where a training that was cut off is kept, see `fit`.
    """
    training = splits["train"]
    counts = {split: len(examples) for split, examples in splits.items()}
    say(f"{name}: " + ", ".join(f"{count} {split}" for split, count in counts.items()) + " tweets")
    summary = {"trained": False, "training": {"tweets": len(training), "positive": int(training.labels.sum())}}
    if len(np.unique(training.labels)) < 2 or not len(splits["validation"]):
        say(f"{name}: no tweets of both classes to learn from, or none to validate on: no model")
        save_weights(folder / "model.safetensors", {}, {"trained": False})
        write_history(folder / "history.csv", [dict.fromkeys(HISTORY, float("nan"))])
        write_json(folder / "train.json", summary | (details or {}))
        return
    fix(seed, "model", name)
    model = build().to(pick_device())
    validation = splits["validation"]

    def evaluate() -> dict[str, float]:
        predicted = decided(predict(model, validation.inputs, collate))
        return classification_scores(confusion_matrix(validation.labels, predicted, 2))

    history = fit_classifier(name, model, training, evaluate, settings, seed, collate, work=work)
    save_weights(folder / "model.safetensors", model.state_dict(), config | {"trained": True})
    write_history(folder / "history.csv", history)
    summary["trained"] = True
    summary["parameters"] = sum(parameter.numel() for parameter in model.parameters())
    summary["best_epoch"] = max(history, key=lambda row: row["balanced_accuracy"])["epoch"]
    for split in ("validation", "test"):
        examples = splits[split]
        predicted = decided(predict(model, examples.inputs, collate))
        scores = score(examples.labels, predicted, examples.groups, generator(seed, "intervals", split))
        summary[split] = scores | {"majority": majority(training.labels, examples.labels)}
    write_json(folder / "train.json", summary | (details or {}))


def weighted_cross_entropy(logits_BC: torch.Tensor, truth_B: torch.Tensor, weights_C: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of logits, in which every class weighs the same."""
    return F.cross_entropy(logits_BC, truth_B, weights_C)


def fit_classifier(
    name: str,
    model: torch.nn.Module,
    training: Examples,
    evaluate: Callable[[], dict[str, float]],
    settings: Training | TrainClip,
    seed: int,
    collate: Callable[[tuple[torch.Tensor, ...]], tuple[torch.Tensor, ...]] = tuple,
    objective: Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor] = weighted_cross_entropy,
    work: Path | None = None,
) -> list[dict[str, float]]:
    """Train a classifier in place; it is left with the weights of the epoch with the best balanced accuracy.

    Args:
        name: Of the model, for the order of its batches.
        model: On its device; takes what `collate` makes of the inputs, and gives logits of two classes.
        training: Examples of both classes.
        evaluate: Scores after an epoch, `balanced_accuracy` among them.
        settings: Epochs, rates, batch size.
        seed: Of the study.
        collate: Turns the rows of a batch into the arguments of the model.
        objective: The loss, from logits, truth and the weights of the classes.
        work: Where a training that was cut off is kept, see `fit`.

    Returns:
        The history, a row an epoch.
    """
    device = next(model.parameters()).device
    labels = torch.from_numpy(training.labels)
    counts = np.bincount(training.labels, minlength=2)
    weights = torch.tensor(len(labels) / (2 * counts), dtype=torch.float32, device=device)
    running = _Running()

    def batches(epoch: int) -> Iterator[tuple[torch.Tensor, ...]]:
        rng = generator(seed, "order", name, epoch)
        for chosen in shuffled(len(labels), settings.batch_size, training.lengths, rng):
            rows = torch.from_numpy(chosen)
            arguments = collate(tuple(tensor[rows] for tensor in training.inputs))
            yield tuple(tensor.to(device) for tensor in (*arguments, labels[rows]))

    def loss(batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
        *arguments, truth = batch
        logits, truth = gathered(model(*arguments)), gathered(truth)
        running.add(logits, truth)
        return objective(logits, truth, weights)

    def scores() -> dict[str, float]:
        return {"training_accuracy": running.take(), **evaluate()}

    steps = -(-len(labels) // settings.batch_size)
    schedule = Schedule(settings.epochs, settings.learning_rate, settings.weight_decay, steps, settings.patience)
    return fit(model, loss, batches, scores, schedule, "balanced_accuracy", work=work)


class _Running:
    """Accuracy over the batches since it was last taken; the device is asked for one number an epoch."""

    def __init__(self) -> None:
        self._hits: list[torch.Tensor] = []
        self._rows = 0

    def add(self, logits: torch.Tensor, truth: torch.Tensor) -> None:
        self._hits.append((logits.detach().argmax(1) == truth).sum())
        self._rows += len(truth)

    def take(self) -> float:
        hits, rows = int(torch.stack(self._hits).sum()), self._rows
        self._hits, self._rows = [], 0
        return hits / rows


def shuffled(
    count: int, batch_size: int, lengths: NDArray[np.int64] | None, rng: np.random.Generator
) -> list[NDArray[np.int64]]:
    """Rows of every batch of an epoch, each row once.

    With lengths, rows are sorted by them within pools of several batches, and the batches are shuffled again: there is
    less padding to compute, and little less chance.
    """
    order = rng.permutation(count)
    if lengths is None:
        return [order[start : start + batch_size] for start in range(0, count, batch_size)]
    pool = POOL * batch_size
    pools = [order[start : start + pool] for start in range(0, count, pool)]
    ordered = np.concatenate([rows[np.argsort(lengths[rows], kind="stable")] for rows in pools])
    batches = [ordered[start : start + batch_size] for start in range(0, count, batch_size)]
    return [batches[number] for number in rng.permutation(len(batches))]


def predict(
    model: torch.nn.Module,
    inputs: tuple[torch.Tensor, ...],
    collate: Callable[[tuple[torch.Tensor, ...]], tuple[torch.Tensor, ...]] = tuple,
) -> NDArray[np.float64]:
    """The probability of `positive` for every row, in order; `scoring.decided` makes classes of it.

    It is the softmax of the two logits, in double precision, so that what differs in the logits differs here.
    """
    device = next(model.parameters()).device
    model.eval()
    found = []
    with torch.inference_mode():
        for start in range(0, len(inputs[0]), EVALUATION_BATCH):
            arguments = collate(tuple(tensor[start : start + EVALUATION_BATCH] for tensor in inputs))
            logits = model(*(tensor.to(device) for tensor in arguments)).cpu().double()
            found.append(torch.sigmoid(logits[:, 1] - logits[:, 0]).numpy())
    return np.concatenate(found) if found else np.zeros(0)
