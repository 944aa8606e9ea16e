"""The two dense layers of CLIP's classifier on any vectors of texts, so that encoders are compared under one head."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

from floodmark.learning.device import pick_device
from floodmark.learning.seeds import fix, generator
from floodmark.learning.trainer import Schedule, fit
from floodmark.sentiment.linear import Answers, validation_scores
from floodmark.sentiment.models.dense import DenseClassifier
from floodmark.sentiment.training import shuffled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from floodmark.sentiment.features import Task
    from floodmark.settings.train_clip import TrainClip


def dense_layers(features: Task, settings: TrainClip, seed: int) -> Answers:
    """Train on training, both classes weighing the same; the epoch with the best balanced accuracy on validation.

    The image half of the layers sees no image, as CLIP's does where people judged a text without one.

    Args:
        features: Unit vectors, float32 (texts, d), of a task that is `learnable`.
        settings: Of CLIP's classifier.
        seed: Of the study.
    """
    fix(seed, "dense_head")
    device = pick_device()
    model = DenseClassifier(features.train.shape[1], settings.units, settings.dropout, image_dropout=0.0).to(device)
    labels = torch.from_numpy(features.train_labels)
    counts = np.bincount(features.train_labels, minlength=2)
    weights = torch.tensor(len(labels) / (2 * counts), dtype=torch.float32, device=device)
    train = torch.from_numpy(features.train)

    def batches(epoch: int) -> Iterator[tuple[torch.Tensor, ...]]:
        rng = generator(seed, "dense_head", "order", epoch)
        for chosen in shuffled(len(labels), settings.batch_size, None, rng):
            rows = torch.from_numpy(chosen)
            yield train[rows].to(device), labels[rows].to(device)

    def loss(batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
        return functional.cross_entropy(_logits(model, batch[0]), batch[1], weights)

    def evaluate() -> dict[str, float]:
        return validation_scores(features.validation_labels, _chances(model, features.validation))

    steps = -(-len(labels) // settings.batch_size)
    schedule = Schedule(settings.epochs, settings.learning_rate, settings.weight_decay, steps, settings.patience)
    history = fit(model, loss, batches, evaluate, schedule, "balanced_accuracy")
    best = max(history, key=lambda row: row["balanced_accuracy"])
    return Answers(
        _chances(model, features.judged),
        {
            "features": int(features.train.shape[1]),
            "best_epoch": best["epoch"],
            "train": len(labels),
            "validation": evaluate(),
        },
    )


def _logits(model: DenseClassifier, text_BE: torch.Tensor) -> torch.Tensor:
    absent_B = torch.zeros(len(text_BE), dtype=torch.bool, device=text_BE.device)
    logits: torch.Tensor = model(text_BE, torch.zeros_like(text_BE), absent_B)
    return logits


def _chances(model: DenseClassifier, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Probability of the positive class, a row at a time of any number of rows."""
    device = next(model.parameters()).device
    model.eval()
    with torch.inference_mode():
        logits_BC = _logits(model, torch.from_numpy(vectors).to(device))
        return np.asarray(logits_BC.double().softmax(1)[:, 1].cpu().numpy())
