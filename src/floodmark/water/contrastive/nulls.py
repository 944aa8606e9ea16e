"""What finds water without a model: how much it rained, and knowing the ground.

A window's mean rain tells most of its mean depth, and a ground is known by its water whatever has rained on it.
Neither says that rain with terrain was understood, so that both are to be beaten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from floodmark.water.contrastive.pairs import PLACE
from floodmark.water.history import unscaled
from floodmark.water.moments import EMULATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from numpy.typing import NDArray

    from floodmark.water.contrastive.retrieval import Candidates
    from floodmark.water.dataset import Windows

LEAST_RATE = 1e-3
"""mm/h added before the logarithm."""
LEAST_DEPTH = 1e-4
"""m added before the logarithm; depth is stored to a millimetre, and its mean over a window is finer."""


@dataclass(frozen=True)
class MeanRain:
    """A straight line from the logarithm of a window's mean rain to that of its mean depth."""

    slope: float
    intercept: float

    @classmethod
    def fitted(cls, means_N2: NDArray[np.float64]) -> MeanRain:
        """Least squares on training windows, given what `means` says of them."""
        rain, depth = means_N2.T
        if len(rain) < 2 or rain.std() == 0:
            return cls(0.0, float(depth.mean()) if len(depth) else 0.0)
        slope = float(np.cov(rain, depth, bias=True)[0, 1] / rain.var())
        return cls(slope, float(depth.mean() - slope * rain.mean()))

    def similarity(self, means_N2: NDArray[np.float64]) -> NDArray[np.float64]:
        """How near each window's water (column) is to what each window's rain (row) foretells, at most 0."""
        foretold = self.intercept + self.slope * means_N2[:, 0]
        return -np.abs(foretold[:, None] - means_N2[None, :, 1])


def means(windows: Windows, rows: pl.DataFrame) -> NDArray[np.float64]:
    """Logarithms of the mean rain of the history, mm/h, and of the mean depth, m, of windows: shape (windows, 2)."""
    frames = np.asarray(windows.statistics["pattern"], np.float64)
    # A sum over a channel's frames has their number in it already.
    shares = (np.ones_like(frames) if windows.statistics["reducer"] == "sum" else frames) / frames.sum()
    found = np.zeros((rows.height, 2))
    for number, (source, target, *place) in enumerate(rows.select("source", "target", *PLACE).iter_rows()):
        history = windows.inputs(["rain"], EMULATE, source, *place)[:-1]
        rate = unscaled(history, windows.statistics["rain_scaling"]).mean((1, 2))
        depth = windows.learnable_depth(target, *place)
        found[number] = rate @ shares, depth.mean(dtype=np.float64)
    return np.asarray(np.log(found + np.array([LEAST_RATE, LEAST_DEPTH])))


def terrain_known(candidates: Candidates, places: Sequence[int], among: Sequence[int]) -> NDArray[np.float64]:
    """Expected hits of whoever knows the ground perfectly and nothing of the rain, shape (queries, len(among)).

    No matcher of terrain alone can do better: on one place it must give one order of the candidates to all queries, so
    that no more than k of the place's windows are found among the first k. Learning terrain is thereby bounded
    without training for it.
    """
    place = np.asarray(places)
    alike = ((place[:, None] == place[None, :]) & candidates.allowed_NN).sum(1)
    return np.stack([np.minimum(1, k / alike) for k in among], axis=1)
