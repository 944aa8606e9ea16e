"""Logistic regression on any features of texts: the line that a network has to be better than."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from floodmark.learning.confusion import classification_scores, confusion_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from floodmark.sentiment.features import Task

STRENGTHS = (0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)
"""Inverse strengths of the L2 penalty to choose among, the strongest penalty first."""
STEPS = 5000
"""L-BFGS stops long before where features are of a sensible size."""


class Answers(NamedTuple):
    """What a baseline says of the judged texts.

    Attributes:
        probabilities: float64, of the positive class, one a judged text, in order.
        summary: Numbers that say how it came about, for JSON.
    """

    probabilities: NDArray[np.float64]
    summary: dict[str, Any]


def logistic_regression(features: Task, solver: Literal["lbfgs", "newton-cholesky"] = "lbfgs") -> Answers:
    """Fit on training, both classes weighing the same, and choose the penalty on validation.

    The penalty is that of the least cross-entropy over validation, in which both classes weigh the same too: it tells
    settings apart that give a few hundred tweets the same classes. Of equal ones, the strongest is taken.

    Args:
        features: Matrices (texts, features), dense or sparse, of a task that is `learnable`.
        solver: The second is far quicker on a few hundred dense features that go together, as CLIP's do, for which
            L-BFGS takes thousands of steps; on thousands of features it takes forever.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss
    from sklearn.utils.class_weight import compute_sample_weight

    features = features.through(lambda rows: rows.astype(np.float64))
    truth = features.validation_labels
    weights = compute_sample_weight("balanced", truth)
    fitted = {}
    for strength in STRENGTHS:
        model = LogisticRegression(C=strength, solver=solver, class_weight="balanced", max_iter=STEPS)
        model.fit(features.train, features.train_labels)
        chance = model.predict_proba(features.validation)[:, 1]
        fitted[strength] = log_loss(truth, chance, sample_weight=weights, labels=[0, 1]), model, chance
    best = min(STRENGTHS, key=lambda strength: fitted[strength][0])
    loss, model, chance = fitted[best]
    return Answers(
        model.predict_proba(features.judged)[:, 1] if features.judged.shape[0] else np.zeros(0),
        {
            "features": int(features.train.shape[1]),
            "inverse_penalty": best,
            "train": len(features.train_labels),
            "validation": validation_scores(truth, chance) | {"cross_entropy": float(loss)},
        },
    )


def validation_scores(truth: NDArray[np.int64], chance: NDArray[np.float64]) -> dict[str, float]:
    """Count and scores of the answers that a chance of one half parts."""
    predicted = (chance >= 0.5).astype(np.int64)
    return {"tweets": len(truth), **classification_scores(confusion_matrix(truth, predicted, 2))}
