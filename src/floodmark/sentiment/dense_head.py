"""The two dense layers of CLIP's classifier on any vectors of texts, so that encoders are compared under one head."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from floodmark.learning.device import pick_device
from floodmark.learning.seeds import fix
from floodmark.sentiment.linear import Answers, validation_scores
from floodmark.sentiment.models.dense import DenseClassifier, without_photos
from floodmark.sentiment.training import Examples, fit_classifier, predict

if TYPE_CHECKING:
    from floodmark.sentiment.features import Task
    from floodmark.settings.train_clip import TrainClip

NAME = "dense_head"


def dense_layers(features: Task, settings: TrainClip, seed: int) -> Answers:
    """Train on training, both classes weighing the same; the epoch with the best balanced accuracy on validation.

    The image half of the layers sees no image, as CLIP's does where people judged a text without one.

    Args:
        features: Unit vectors, float32 (texts, d), of a task that is `learnable`.
        settings: Of CLIP's classifier.
        seed: Of the study.
    """
    fix(seed, NAME)
    model = DenseClassifier(features.train.shape[1], settings.units, settings.dropout, image_dropout=0.0)
    model.to(pick_device())
    texts = features.through(lambda part: without_photos(torch.from_numpy(part)))
    training = Examples(texts.train, features.train_labels, range(len(features.train_labels)))

    def evaluate() -> dict[str, float]:
        return validation_scores(features.validation_labels, predict(model, texts.validation))

    history = fit_classifier(NAME, model, training, evaluate, settings, seed)
    best = max(history, key=lambda row: row["balanced_accuracy"])
    return Answers(
        predict(model, texts.judged),
        {
            "features": int(features.train.shape[1]),
            "best_epoch": best["epoch"],
            "train": len(training),
            "validation": evaluate(),
        },
    )
