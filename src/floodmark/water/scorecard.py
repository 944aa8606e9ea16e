"""The rows of scores.csv, verification.csv and comparisons.csv, and the metrics, made from the tables of a split."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.learning.confusion import dichotomous_scores
from floodmark.water import verification as verify
from floodmark.water.baselines import Climatology
from floodmark.water.depth_errors import depth_scores
from floodmark.water.draws import difference, estimates
from floodmark.water.reliability import BINS, average_precision, calibration_scores
from floodmark.water.scoring import ORACLE, SCORE
from floodmark.water.tallies import CASES, DEPTHS, HISTOGRAM
from floodmark.water.views import ALL

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from floodmark.learning.resampling import Estimate
    from floodmark.water.views import View

VERIFICATION = ("model", "task", "split", "subset", "wet_depth", "score", "value", "low", "high")
COMPARISONS = ("model", "baseline", "task", "split", "wet_depth", "difference", "low", "high")

TOLD = ("average_precision", "brier_score", "brier_score_calibrated", "nash_sutcliffe_efficiency")
"""Scores that stand in the metrics beside those of the contingency table."""

Temperatures = dict[tuple[str, str, float], float]
"""By (model, task, wet depth)."""


@dataclass
class Scorecard:
    """Rows of the three tables, and the metrics as nested numbers: model, task, split, wet depth."""

    scores: list[dict[str, Any]] = field(default_factory=list)
    verification: list[dict[str, Any]] = field(default_factory=list)
    comparisons: list[dict[str, Any]] = field(default_factory=list)
    metrics: dict[str, Any] = field(default_factory=dict)

    def add(
        self,
        view: View,
        models: Collection[str],
        temperatures: Temperatures,
        storms: Mapping[float, int],
        min_storms: int,
    ) -> None:
        """Score all that a view shows.

        Args:
            view: One task on one split.
            models: Names of those that are no baselines.
            temperatures: Of the models whose probabilities are calibrated.
            storms: Storms wet enough to count, by wet depth.
            min_storms: Scores over fewer are marked.
        """
        if not view.tables.storms:
            return
        cases = {key: view.table(key, CASES) for key in view.keys(CASES)}
        for key in cases:
            found = self._score(view, key, temperatures)
            place = {"model": key[0], "task": view.task, "split": view.split, "wet_depth": key[1]}
            index = found[SCORE]
            self.scores.append(
                {**place, SCORE: index.value, "low": index.low, "high": index.high,
                 "parameters": view.tables.parameters[key]}
            )  # fmt: skip
            if key[0] in models:
                gains = self._compare(view, key, cases, models)
                told = _told(found, gains, cases, key)
                told |= {"storms": len(view.tables.storms), "storms_wet_enough": storms[key[1]]}
                if storms[key[1]] < min_storms:
                    told["remark"] = "too few storms"
                by_task = self.metrics.setdefault(key[0], {}).setdefault(view.task, {})
                by_task.setdefault(view.split, {})[f"{key[1]:g} m"] = told

    def _score(self, view: View, key: tuple[str, float], temperatures: Temperatures) -> dict[str, Estimate]:
        """Write the rows of verification.csv of one model at one wet depth; the scores on all cells."""
        whole: dict[str, Estimate] = {}
        temperature = temperatures.get((key[0], view.task, key[1]))
        for subset in view.subsets:
            found = estimates(view.table(key, CASES, subset), _of_cases, view.draws)
            if view.tables.tallies[key].has(HISTOGRAM):
                chances = key[0] in view.tables.chances
                found |= estimates(view.table(key, HISTOGRAM, subset), _Probabilities(chances, temperature), view.draws)
            if view.tables.tallies[key].has(DEPTHS):
                found |= estimates(view.table(key, DEPTHS, subset), depth_scores, view.draws)
            place = {"model": key[0], "task": view.task, "split": view.split, "subset": subset, "wet_depth": key[1]}
            for name, score in found.items():
                self.verification.append({**place, "score": name, **score._asdict()})
            whole = found if subset == ALL else whole
        return whole

    def _compare(
        self, view: View, key: tuple[str, float], cases: Mapping[tuple[str, float], NDArray[np.int64]], models: Any
    ) -> dict[str, Estimate]:
        """Write the rows of comparisons.csv of one model at one wet depth; the differences by baseline."""
        gains: dict[str, Estimate] = {}
        for name, depth in cases:
            if name in models or depth != key[1]:
                continue
            gain = difference(cases[key], cases[name, depth], _index, view.draws)[SCORE]
            gains[name] = gain
            self.comparisons.append(
                {"model": key[0], "baseline": name, "task": view.task, "split": view.split, "wet_depth": depth,
                 "difference": gain.value, "low": gain.low, "high": gain.high}
            )  # fmt: skip
        return gains


def _told(
    found: Mapping[str, Estimate], gains: Mapping[str, Estimate], cases: Mapping[Any, Any], key: tuple[str, float]
) -> dict[str, Any]:
    """The metrics of one model at one wet depth."""
    depth = key[1]
    indices = {name: float(_index(cases[name, depth].sum((0, 1))[None])[SCORE][0]) for name in gains}
    honest = [name for name in indices if not name.endswith(ORACLE)]
    best = max(honest, key=lambda name: np.nan_to_num(indices[name], nan=-1.0))
    of_cases = dichotomous_scores(cases[key].sum((0, 1)))
    return {
        **{name: float(value) for name, value in of_cases.items()},
        **{name: found[name].value for name in TOLD if name in found},
        "low": found[SCORE].low,
        "high": found[SCORE].high,
        f"{Climatology.name}_{SCORE}": indices.get(Climatology.name, float("nan")),
        "best_baseline": best,
        f"best_baseline_{SCORE}": indices[best],
        "gain_over_best_baseline": gains[best]._asdict(),
    }


def _index(sums: NDArray[np.floating]) -> dict[str, NDArray[np.float64]]:
    return {SCORE: verify.critical_success_index(sums)}


def _of_cases(sums: NDArray[np.floating]) -> dict[str, NDArray[np.float64]]:
    total = sums.sum(-1)
    wet = sums[..., verify.HITS] + sums[..., verify.MISSES]
    share = np.where(total > 0, wet / np.where(total > 0, total, 1), np.nan)
    return {**dichotomous_scores(sums), "wet_share": share}


@dataclass(frozen=True)
class _Probabilities:
    """The scores of summed histograms, shape (n, 2 * BINS)."""

    chances: bool
    temperature: float | None

    def __call__(self, sums: NDArray[np.floating]) -> dict[str, NDArray[np.float64]]:
        histogram = sums.reshape(-1, 2, BINS)
        scores = {"average_precision": average_precision(histogram)}
        if self.chances:
            scores |= calibration_scores(histogram)
        if self.temperature is not None:
            after = calibration_scores(histogram, self.temperature)
            scores |= {f"{name}_calibrated": value for name, value in after.items()}
        return scores
