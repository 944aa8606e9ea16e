"""Scores of a two-class model on one set of tweets, with intervals over what is independent, and the baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.learning.confusion import classification_scores, confusion_matrix, matrix_scores
from floodmark.learning.intervals import bootstrap_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

RESAMPLES = 1000


def decided(positive: NDArray[np.floating]) -> NDArray[np.int64]:
    """The class that each probability of `positive` stands for: 1 above one half, else 0."""
    return (positive > 0.5).astype(np.int64)


def balanced_accuracies(cells: NDArray[np.floating]) -> NDArray[np.floating]:
    """Balanced accuracy of many confusion matrices of two classes, flattened to (..., 4)."""
    return matrix_scores(cells.reshape(*cells.shape[:-1], 2, 2))["balanced_accuracy"]


def unit_cells(truth: NDArray[np.integer], predicted: NDArray[np.integer], units: Sequence[Any]) -> NDArray[np.float64]:
    """Each unit's share of the confusion matrix, of shape (units, 4)."""
    _, unit = np.unique(np.asarray(units), return_inverse=True)
    flat = unit * 4 + truth * 2 + predicted
    return np.bincount(flat, minlength=4 * (unit.max() + 1 if len(unit) else 0)).reshape(-1, 4).astype(float)


def score(
    truth: NDArray[np.integer], predicted: NDArray[np.integer], units: Sequence[Any], rng: np.random.Generator
) -> dict[str, float]:
    """Count, accuracy, balanced accuracy with its 95 % interval, macro F1 and Matthews correlation.

    Args:
        truth: 0 or 1.
        predicted: 0 or 1.
        units: What each tweet belongs to: near-duplicates and their authors are drawn together.
        rng: Source of the resampling.
    """
    scores = classification_scores(confusion_matrix(truth, predicted, 2))
    low, high = bootstrap_interval(unit_cells(truth, predicted, units), balanced_accuracies, rng, RESAMPLES)
    return {"tweets": len(truth), **scores, "low": low, "high": high}


def majority(training: NDArray[np.integer], truth: NDArray[np.integer]) -> dict[str, float]:
    """Scores of always answering the class that is most frequent in training."""
    answer = int(training.mean() > 0.5) if len(training) else 0
    return classification_scores(confusion_matrix(truth, np.full(len(truth), answer), 2))
