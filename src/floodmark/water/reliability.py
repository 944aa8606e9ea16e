"""What probabilities are worth: histograms of wet and dry cells by log-odds that add up, and the scores they give.

Log-odds keep cells apart that all but one or all but none of a hundred would be wet in; in equal bins of probability
nearly every cell of a dry landscape would share one. A bin stands for its middle, so a probability is off by 0.016 at
most, and a Brier score by less than a thousandth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LIMIT, WIDTH = 12.0, 0.125
"""Log-odds beyond the limit, of a probability of 0.000006, are counted in the outermost bins."""

BINS = round(2 * LIMIT / WIDTH)
EDGES = np.linspace(-LIMIT, LIMIT, BINS + 1)[:-1]
"""Lower edges of the bins."""
MIDDLES = EDGES + WIDTH / 2

DRY, WET = 0, 1
"""Second last axis of every histogram."""

SHOWN = 10
"""Equal bins of probability that reliability is told in."""


def log_odds(probability: NDArray[np.floating]) -> NDArray[np.floating]:
    """The logarithm of p / (1 - p); infinite for 0 and 1."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(probability / (1 - probability)))


def sigmoid(logit: NDArray[np.floating]) -> NDArray[np.float64]:
    """The probability of some log-odds."""
    return np.asarray(1 / (1 + np.exp(-logit)), np.float64)


def histogram_by_group(base: NDArray[np.int64], logit: NDArray[np.floating], groups: int) -> NDArray[np.int64]:
    """Dry and wet cells by log-odds, one histogram per group of cells, shape (groups, 2, BINS).

    Args:
        base: ``BINS * (2 * group + wet)`` of every cell: what all predictions of one map share.
        logit: Log-odds of each of them being wet, or anything else that only ranks them.
        groups: How many groups there are.
    """
    place = np.clip((logit + np.float32(LIMIT)) / np.float32(WIDTH), 0, BINS - 1).astype(np.int64)
    return np.bincount(base + place, minlength=2 * BINS * groups).reshape(groups, 2, BINS).astype(np.int64)


def tables_by_threshold(histogram: NDArray[np.number]) -> NDArray[np.float64]:
    """Hits, false alarms, misses and correct negatives of deciding by each of EDGES; shape (..., BINS, 4)."""
    above = np.flip(np.cumsum(np.flip(np.asarray(histogram, float), -1), -1), -1)
    hits, false_alarms = above[..., WET, :], above[..., DRY, :]
    return np.stack([hits, false_alarms, hits[..., :1] - hits, false_alarms[..., :1] - false_alarms], -1)


def average_precision(histogram: NDArray[np.number]) -> NDArray[np.float64]:
    """Area under precision against recall, shape (...): the mean precision at which the wet cells are found.

    The sum of (R_n - R_n-1) P_n over falling thresholds, as scikit-learn's, the cells of one bin coming in no order:
    hits and false alarms grow together through it (Davis and Goadrich 2006), which has a closed form. NaN without wet
    cells.
    """
    counts = np.flip(np.asarray(histogram, float), -1)
    gained, all_in_bin = counts[..., WET, :], counts[..., DRY, :] + counts[..., WET, :]
    hits, before = np.cumsum(gained, -1) - gained, np.cumsum(all_in_bin, -1) - all_in_bin
    filled = np.where(all_in_bin > 0, all_in_bin, 1)
    share = gained / filled
    # The precision is `share` but for what came before, whose part in it fades.
    faded = np.log1p(filled / np.where(before > 0, before, 1)) / filled
    precision = share + np.where(before > 0, (hits - share * before) * faded, 0)
    total = gained.sum(-1)
    return np.where(total > 0, (gained * precision).sum(-1) / np.where(total > 0, total, 1), np.nan)


class Reliability(NamedTuple):
    """What was foretold and what was so, by equal bins of probability; each of shape (..., SHOWN), NaN where empty."""

    cells: NDArray[np.float64]
    probability: NDArray[np.float64]
    wet_share: NDArray[np.float64]


def reliability(histogram: NDArray[np.number], temperature: float = 1.0) -> Reliability:
    """The reliability table (DeGroot and Fienberg 1983) of histograms of shape (..., 2, BINS).

    Args:
        histogram: Dry and wet cells by log-odds.
        temperature: What log-odds are divided by before they are read as probabilities.
    """
    counts = np.asarray(histogram, float)
    chance = sigmoid(MIDDLES / temperature)
    shown = np.eye(SHOWN)[np.minimum((chance * SHOWN).astype(int), SHOWN - 1)]
    both = counts[..., DRY, :] + counts[..., WET, :]
    cells = both @ shown
    filled = np.where(cells > 0, cells, np.nan)
    return Reliability(cells, both @ (chance[:, None] * shown) / filled, counts[..., WET, :] @ shown / filled)


def calibration_scores(histogram: NDArray[np.number], temperature: float = 1.0) -> dict[str, NDArray[np.float64]]:
    """Brier score and expected calibration error of histograms of shape (..., 2, BINS); NaN without cells.

    The Brier score (1950) is the mean squared difference of probability and truth. The expected calibration error
    (Naeini, Cooper and Hauskrecht 2015) is the mean over cells of how far, in their bin of `reliability`, the mean
    probability is from the share of wet cells.
    """
    counts = np.asarray(histogram, float)
    chance = sigmoid(MIDDLES / temperature)
    squares = counts[..., DRY, :] @ chance**2 + counts[..., WET, :] @ (1 - chance) ** 2
    table = reliability(counts, temperature)
    total = table.cells.sum(-1)
    filled = np.where(total > 0, total, np.nan)
    gaps = np.nansum(table.cells * np.abs(table.probability - table.wet_share), axis=-1)
    return {"brier_score": squares / filled, "expected_calibration_error": gaps / filled}
