"""Confusion matrices that add up over batches and shards, and the scores that follow from one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def confusion_matrix(truth: NDArray[np.integer], predicted: NDArray[np.integer], classes: int) -> NDArray[np.int64]:
    """Counts of shape (classes, classes): rows are the truth, columns the prediction."""
    flat = np.ravel(truth).astype(np.int64) * classes + np.ravel(predicted).astype(np.int64)
    return np.bincount(flat, minlength=classes * classes).reshape(classes, classes)


def classification_scores(matrix: NDArray[np.integer]) -> dict[str, float]:
    """Accuracy, balanced accuracy and macro F1 of one confusion matrix.

    Balanced accuracy is the mean recall over the classes that occur in the truth; macro F1 the mean over all classes
    that occur in truth or prediction, a class never predicted counting as 0.
    """
    counts = matrix.astype(float)
    hits, truth, predicted = np.diag(counts), counts.sum(1), counts.sum(0)
    recall = hits[truth > 0] / truth[truth > 0]
    seen = truth + predicted > 0
    f1 = 2 * hits[seen] / (truth + predicted)[seen]
    total = counts.sum()
    return {
        "accuracy": float(hits.sum() / total) if total else float("nan"),
        "balanced_accuracy": float(recall.mean()) if len(recall) else float("nan"),
        "macro_f1": float(f1.mean()) if len(f1) else float("nan"),
    }


def contingency_scores(hits: float, false_alarms: float, misses: float) -> dict[str, float]:
    """Scores of a dataset-level wet/dry contingency table (Wilks 2011, section 8.2).

    Returns critical success index, probability of detection, false alarm ratio and frequency bias; NaN where the
    denominator is zero.
    """

    def ratio(above: float, below: float) -> float:
        return above / below if below > 0 else float("nan")

    return {
        "critical_success_index": ratio(hits, hits + false_alarms + misses),
        "probability_of_detection": ratio(hits, hits + misses),
        "false_alarm_ratio": ratio(false_alarms, hits + false_alarms),
        "frequency_bias": ratio(hits + false_alarms, hits + misses),
    }
