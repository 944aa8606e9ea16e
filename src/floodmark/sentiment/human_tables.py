"""What `evaluate_human` writes: tables of scores, classes, comparisons and calibration, and the metrics."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any, NamedTuple

from scipy.stats import binomtest

from floodmark.learning.resampling import Estimate
from floodmark.sentiment.comparison import holm, mcnemar
from floodmark.sentiment.dataset import CLASSES
from floodmark.sentiment.scorecard import CALIBRATION, CLASS_SCORES, SCORES, Answers, Verdict, difference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

ALL = "all"
"""Stands for every source, or every event, together."""
HEADLINE = "balanced_accuracy"
"""The score whose interval is called `low` and `high`."""


class Case(NamedTuple):
    """One set of texts on which every model is judged.

    Attributes:
        neutral: What is done with texts that people call neutral: `left_out`, `as_positive` or `as_negative`.
        source: Of the labels, or `all`.
        event: Of the archive, or `all`.
        texts: How many there are.
        verdicts: By model.
    """

    neutral: str
    source: str
    event: str
    texts: int
    verdicts: dict[str, Verdict]

    @property
    def whole(self) -> bool:
        """Whether it is all texts, of whatever source and event."""
        return self.source == self.event == ALL


def by_model(cases: Sequence[Case]) -> Iterator[tuple[dict[str, Any], Verdict]]:
    """Every verdict with the columns that name it, all cases of a model together."""
    for neutral in dict.fromkeys(case.neutral for case in cases):
        chosen = [case for case in cases if case.neutral == neutral]
        for model in chosen[0].verdicts:
            for case in chosen:
                key = {"model": model, "neutral": neutral, "source": case.source, "event": case.event}
                yield key | {"n": case.texts}, case.verdicts[model]


def score_rows(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """Rows of `human.csv`: a model on a case, its calibration empty where it gives no probabilities."""
    nothing = Estimate(math.nan, math.nan, math.nan)
    rows = []
    for key, verdict in by_model(cases):
        row = dict(key)
        for name in (*SCORES, *CALIBRATION):
            row |= _columns(name, verdict.scores.get(name, nothing))
        rows.append(row)
    return rows


def class_rows(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """Rows of `classes.csv`: a class of a model on a case; `n` are the texts that people gave that class."""
    rows = []
    for key, verdict in by_model(cases):
        for name, (texts, scores) in zip(CLASSES, verdict.classes, strict=True):
            row = key | {"class": name, "n": texts}
            for score in CLASS_SCORES:
                row |= _columns(score, scores[score])
            rows.append(row)
    return rows


def comparison_rows(case: Case, truth: NDArray[np.int64], answers: Mapping[str, Answers]) -> list[dict[str, Any]]:
    """Rows of `comparisons.csv`: every pair of models on the same texts.

    McNemar's test is of equal accuracy, corrected after Holm over the pairs of this case; the difference is that of
    the balanced accuracy, with its paired interval.

    Args:
        case: The verdicts.
        truth: Shape (texts,), 0 or 1, of the texts of this case.
        answers: By model, of the same texts.
    """
    rows: list[dict[str, Any]] = []
    right = {model: answers[model].classes == truth for model in case.verdicts}
    for first, second in itertools.combinations(right, 2):
        only_first, only_second, p = mcnemar(right[first], right[second])
        found = difference(case.verdicts[first], case.verdicts[second])
        rows.append(
            {
                "neutral": case.neutral,
                "source": case.source,
                "first": first,
                "second": second,
                "n": case.texts,
                "difference": found.value,
                "low": found.low,
                "high": found.high,
                "only_first_right": only_first,
                "only_second_right": only_second,
                "p": p,
            }
        )
    for row, adjusted in zip(rows, holm([row["p"] for row in rows]), strict=True):
        row["p_holm"] = adjusted
    return rows


def reliability_rows(verdict: Verdict) -> list[dict[str, Any]]:
    """Rows of `reliability/<model>.csv`: the bins that hold texts, by rising probability.

    The intervals of the share of positive texts are Wilson's (1927), which hold where a bin has few texts.
    """
    if verdict.bins is None:
        return []
    rows = []
    for texts, probability, share in zip(*verdict.bins, strict=True):
        if texts:
            low, high = binomtest(round(share * texts), int(texts)).proportion_ci(method="wilson")
            found = {"probability": float(probability), "positive_share": float(share)}
            rows.append(found | {"low": float(low), "high": float(high), "n": int(texts)})
    return rows


def headline(verdict: Verdict) -> dict[str, float]:
    """A model's estimates as metrics."""
    return {column: value for name, found in verdict.scores.items() for column, value in _columns(name, found).items()}


def _columns(name: str, found: Estimate) -> dict[str, float]:
    prefix = "" if name == HEADLINE else f"{name}_"
    return {name: found.value, f"{prefix}low": found.low, f"{prefix}high": found.high}
