"""Every score of every model on one set of texts, with intervals from the same resampled texts for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from floodmark.learning.confusion import class_scores, matrix_scores
from floodmark.learning.resampling import Estimate, percentile_interval, resampled_sums
from floodmark.sentiment.calibration import Reliability, calibration_scores, calibration_units, reliability
from floodmark.sentiment.scoring import unit_cells

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

CELLS = 4
"""Of a confusion matrix of two classes."""
SCORES = ("accuracy", "balanced_accuracy", "macro_f1", "matthews_correlation")
CALIBRATION = ("brier_score", "expected_calibration_error")
CLASS_SCORES = ("precision", "recall", "f1")


class Answers(NamedTuple):
    """What one model says of each text.

    Attributes:
        classes: Shape (texts,), 0 or 1.
        positive: Shape (texts,), the probability of class 1; None where a model has classes only.
    """

    classes: NDArray[np.int64]
    positive: NDArray[np.float64] | None = None

    def of(self, chosen: NDArray[np.bool_]) -> Answers:
        """Those of some texts."""
        return Answers(self.classes[chosen], None if self.positive is None else self.positive[chosen])


class Verdict(NamedTuple):
    """One model on one set of texts.

    Attributes:
        scores: Estimates by name: `SCORES`, and `CALIBRATION` where there are probabilities.
        classes: For each class the number of texts, and estimates by name: `CLASS_SCORES`.
        bins: The reliability table; None where a model gives no probabilities.
        balanced: Balanced accuracy of each resample; in the same order for all models.
    """

    scores: dict[str, Estimate]
    classes: list[tuple[int, dict[str, Estimate]]]
    bins: Reliability | None
    balanced: NDArray[np.float64]


def judge(
    truth: NDArray[np.int64], answers: Mapping[str, Answers], bins: int, rng: np.random.Generator, resamples: int
) -> dict[str, Verdict]:
    """Score every model on the same texts and the same resamples of them.

    Args:
        truth: Shape (texts,), 0 or 1.
        answers: By model.
        bins: Of the calibration.
        rng: Source of the resampling.
        resamples: Bootstrap samples.
    """
    units = {model: _units(truth, said, bins) for model, said in answers.items()}
    sums = resampled_sums(np.concatenate(list(units.values()), axis=1), rng, resamples)
    verdicts, start = {}, 0
    for model, own in units.items():
        verdicts[model] = _verdict(own.sum(0), sums[:, start : start + own.shape[1]])
        start += own.shape[1]
    return verdicts


def _units(truth: NDArray[np.int64], said: Answers, bins: int) -> NDArray[np.float64]:
    cells = unit_cells(truth, said.classes, range(len(truth)))
    if said.positive is None:
        return cells
    return np.concatenate([cells, calibration_units(said.positive, truth, bins)], axis=1)


def _verdict(total: NDArray[np.float64], sums: NDArray[np.float64]) -> Verdict:
    matrix, matrices = total[:CELLS].reshape(2, 2), sums[:, :CELLS].reshape(-1, 2, 2)
    resampled = matrix_scores(matrices)
    scores = {name: _estimate(value, resampled[name]) for name, value in matrix_scores(matrix).items()}
    by_class, classes_resampled = class_scores(matrix), class_scores(matrices)
    classes = [
        (
            int(matrix[number].sum()),
            {name: _estimate(value[number], classes_resampled[name][:, number]) for name, value in by_class.items()},
        )
        for number in range(2)
    ]
    bins = None
    if len(total) > CELLS:
        values, found = calibration_scores(total[CELLS:]), calibration_scores(sums[:, CELLS:])
        scores |= {name: _estimate(value, found[name]) for name, value in values.items()}
        bins = reliability(total[CELLS:])
    return Verdict(scores, classes, bins, resampled["balanced_accuracy"])


def _estimate(value: NDArray[np.float64], resampled: NDArray[np.float64]) -> Estimate:
    return Estimate(float(value), *percentile_interval(resampled))


def difference(first: Verdict, second: Verdict) -> Estimate:
    """Balanced accuracy of the first less that of the second, paired: both on the same resampled texts."""
    value = first.scores["balanced_accuracy"].value - second.scores["balanced_accuracy"].value
    return Estimate(value, *percentile_interval(first.balanced - second.balanced))
