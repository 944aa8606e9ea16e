"""Scores of trials and what one is better than another, with intervals, from their tables laid together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.water.draws import difference, estimates
from floodmark.water.moments import EMULATE
from floodmark.water.scoring import ORACLE, SCORE, Tables
from floodmark.water.tallies import CASES
from floodmark.water.verification import CORRECT_NEGATIVES, FALSE_ALARMS, HITS, critical_success_index
from floodmark.water.views import UNSEEN_STORMS, UNSEEN_TERRAIN, View, view

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from numpy.typing import NDArray

    from floodmark.learning.resampling import Estimate
    from floodmark.settings.evaluate_water import EvaluateWater
    from floodmark.water.dataset import Windows
    from floodmark.water.experiments.kept import Outcome

SPLITS = (UNSEEN_STORMS, UNSEEN_TERRAIN)
ACCURACY, ALL_DRY = "accuracy", "all_dry_accuracy"


def together(outcomes: Iterable[Outcome]) -> Tables:
    """The tables of all, beside each other."""
    return sum((outcome.tables for outcome in outcomes), Tables())


def views(windows: Windows, tables: Tables, evaluate: EvaluateWater, seed: int) -> list[View]:
    """Unseen storms and unseen terrain; none where no storm was tested, nor of a kind of ground that there is not."""
    if not tables.storms:
        return []
    both = (view(windows, tables, EMULATE, split, evaluate, seed) for split in SPLITS)
    return [shown for shown in both if shown.blocks.size]


def index_of(sums: NDArray[np.floating]) -> dict[str, NDArray[np.float64]]:
    """The critical success index of summed contingency tables, shape (n, 4)."""
    return {SCORE: critical_success_index(sums)}


def accuracies(sums: NDArray[np.floating]) -> dict[str, NDArray[np.float64]]:
    """The share of cells told right, and that which is right of calling all of them dry: the original's measure."""
    total = sums.sum(-1)
    cells = np.where(total > 0, total, np.nan)
    return {
        ACCURACY: np.asarray((sums[..., HITS] + sums[..., CORRECT_NEGATIVES]) / cells),
        ALL_DRY: np.asarray((sums[..., FALSE_ALARMS] + sums[..., CORRECT_NEGATIVES]) / cells),
    }


def index(shown: View, name: str, wet_depth: float) -> Estimate:
    """The critical success index of one trial or baseline."""
    return estimates(shown.table((name, wet_depth), CASES), index_of, shown.draws)[SCORE]


def gain(shown: View, first: str, second: str, wet_depth: float) -> Estimate:
    """What the index of the first is above that of the second, on the same draws."""
    one, two = (shown.table((name, wet_depth), CASES) for name in (first, second))
    return difference(one, two, index_of, shown.draws)[SCORE]


def prefixed(name: str, estimate: Estimate) -> dict[str, float]:
    """Three columns of a row: the value by its name, and its interval."""
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def columns(name: str) -> tuple[str, str, str]:
    """Names of what `prefixed` gives."""
    return (name, f"{name}_low", f"{name}_high")


def best(values: dict[str, float]) -> str:
    """The name of the highest score among baselines that know nothing of the simulation; the first of equals."""
    honest = {name: value for name, value in values.items() if not name.endswith(ORACLE)}
    return max(honest, key=lambda name: float(np.nan_to_num(honest[name], nan=-1.0)))


def baselines_of(shown: View, wet_depth: float, trials: Collection[str]) -> list[str]:
    """Names in the tables that are no trial's."""
    return [name for name, depth in shown.keys(CASES) if depth == wet_depth and name not in trials]


def place_of(shown: View, wet_depth: float) -> dict[str, Any]:
    """What every row says of where it was scored."""
    return {"split": shown.split, "wet_depth": wet_depth}
