"""What a check came to: each score with its interval, its baseline and the mark that it must reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from floodmark.learning.intervals import bootstrap_interval

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    Statistic = Callable[[NDArray[np.floating]], NDArray[np.floating]]

COLUMNS = ("model", "task", "score", "value", "low", "high", "baseline", "pass_mark", "passed")


class Score(NamedTuple):
    """One score of one model on one task, on held-out digits.

    Attributes:
        model: Its name.
        task: Its name.
        score: Its name.
        value: The higher the better.
        low: Of the 95 % interval.
        high: Of the 95 % interval.
        baseline: What is reached without having learnt.
        pass_mark: What must be reached.
    """

    model: str
    task: str
    score: str
    value: float
    low: float
    high: float
    baseline: float
    pass_mark: float

    @property
    def passed(self) -> bool:
        """Whether the mark is reached and the whole interval lies above the baseline; never where a score is NaN."""
        return self.value >= self.pass_mark and self.low > self.baseline

    def row(self) -> dict[str, str | float]:
        """Of the table."""
        return {**self._asdict(), "passed": "yes" if self.passed else "no"}


def ratio(sums: NDArray[np.floating]) -> NDArray[np.floating]:
    """First over second of the last axis."""
    quotient: NDArray[np.floating] = sums[..., 0] / sums[..., 1]
    return quotient


def score(
    names: tuple[str, str, str],
    units: NDArray[np.float64],
    marks: Mapping[str, float],
    baseline: float,
    rng: np.random.Generator,
    resamples: int,
    statistic: Statistic = ratio,
) -> Score:
    """Take a score over held-out digits, and its interval by resampling them.

    Args:
        names: Model, task and score.
        units: What each digit adds, shape (digits, k).
        marks: What must be reached, by score.
        baseline: What is reached without having learnt.
        rng: Source of the resampling.
        resamples: How often.
        statistic: From sums of the units, shape (samples, k), to the score, shape (samples,).
    """
    value = float(statistic(units.sum(0, keepdims=True))[0])
    low, high = bootstrap_interval(units, statistic, rng, resamples)
    return Score(*names, value, low, high, baseline, marks[names[2]])
