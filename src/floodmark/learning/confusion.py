"""Confusion matrices that add up over batches and shards, and the scores that follow from one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def confusion_matrix(truth: NDArray[np.integer], predicted: NDArray[np.integer], classes: int) -> NDArray[np.int64]:
    """Counts of shape (classes, classes): rows are the truth, columns the prediction."""
    flat = np.ravel(truth).astype(np.int64) * classes + np.ravel(predicted).astype(np.int64)
    return np.bincount(flat, minlength=classes * classes).reshape(classes, classes)


def classification_scores(matrix: NDArray[np.integer]) -> dict[str, float]:
    """The `matrix_scores` of one confusion matrix."""
    return {name: float(value) for name, value in matrix_scores(matrix).items()}


def matrix_scores(matrices: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
    """Accuracy, balanced accuracy, macro F1 and Matthews correlation of many confusion matrices.

    Balanced accuracy is the mean recall over the classes that occur in the truth; macro F1 the mean over all classes
    that occur in truth or prediction, a class never predicted counting as 0. The Matthews correlation is that of
    Gorodkin (2004, Comput. Biol. Chem. 28, 367), for two classes the phi coefficient; where truth or prediction is of
    one class only, it is 0, the limit of what little chance could add (Chicco and Jurman 2020, BMC Genomics 21, 6).

    Args:
        matrices: Shape (..., classes, classes): rows are the truth, columns the prediction.

    Returns:
        Each score in the shape of the leading dimensions; NaN for a matrix without samples.
    """
    counts = np.asarray(matrices, float)
    hits, truth, predicted = np.diagonal(counts, axis1=-2, axis2=-1), counts.sum(-1), counts.sum(-2)
    total, correct = counts.sum((-2, -1)), hits.sum(-1)
    known, seen = truth > 0, truth + predicted > 0
    f1 = np.where(seen, 2 * hits / np.where(seen, truth + predicted, 1), 0)
    chance = (truth * predicted).sum(-1)
    spread = np.sqrt((total**2 - (truth**2).sum(-1)) * (total**2 - (predicted**2).sum(-1)))
    matthews = np.where(spread > 0, (correct * total - chance) / np.where(spread > 0, spread, 1), 0)
    return {
        "accuracy": _ratio(correct, total),
        "balanced_accuracy": _ratio(_ratio(hits, truth, 0).sum(-1), known.sum(-1)),
        "macro_f1": _ratio(f1.sum(-1), seen.sum(-1)),
        "matthews_correlation": np.where(total > 0, matthews, np.nan),
    }


def class_scores(matrices: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
    """Precision, recall and F1 of every class, each of shape (..., classes); NaN where nothing was there to count."""
    counts = np.asarray(matrices, float)
    hits, truth, predicted = np.diagonal(counts, axis1=-2, axis2=-1), counts.sum(-1), counts.sum(-2)
    return {
        "precision": _ratio(hits, predicted),
        "recall": _ratio(hits, truth),
        "f1": _ratio(2 * hits, truth + predicted),
    }


def _ratio(above: NDArray[Any], below: NDArray[Any], empty: float = np.nan) -> NDArray[np.float64]:
    return np.where(below > 0, above / np.where(below > 0, below, 1), empty)


def dichotomous_scores(tables: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
    """Scores of many wet/dry contingency tables at once (Wilks 2011, section 8.2).

    Args:
        tables: Shape (..., 4): hits, false alarms, misses, correct negatives.

    Returns:
        Critical success index, probability of detection, false alarm ratio, frequency bias, F1 and Matthews
        correlation in the shape of the leading dimensions; NaN where the denominator is zero, but for the Matthews
        correlation, which is as in `matrix_scores`.
    """
    counts = np.asarray(tables, float)
    hits, false_alarms, misses, negatives = (counts[..., index] for index in range(4))
    matrix = np.stack([np.stack([negatives, false_alarms], -1), np.stack([misses, hits], -1)], -2)
    return {
        "critical_success_index": _ratio(hits, hits + false_alarms + misses),
        "probability_of_detection": _ratio(hits, hits + misses),
        "false_alarm_ratio": _ratio(false_alarms, hits + false_alarms),
        "frequency_bias": _ratio(hits + false_alarms, hits + misses),
        "f1": _ratio(2 * hits, 2 * hits + false_alarms + misses),
        "matthews_correlation": matrix_scores(matrix)["matthews_correlation"],
    }
