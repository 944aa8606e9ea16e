"""Baselines that reckon instead of learning: our own simulator on coarser cells, and rain that settles downhill.

Either has one number to fit: the depth, near the wet depth, at or above which a cell is foretold wet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.water.fitting import fit_threshold
from floodmark.water.moments import NOWCAST
from floodmark.water.simulated import Simulated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from floodmark.water.dataset import Windows

FACTORS = (2, 3, 4)
"""How much coarser the cells of the simulations are."""

AROUND = np.geomspace(0.1, 10.0, 121)
"""Thresholds tried, parts of the wet depth."""


class _Reckoned:
    """Depth from elsewhere, wet from a threshold of its own."""

    parameters = 1
    probabilistic = False

    def __init__(self, windows: Windows, task: str, wet_depth: float) -> None:
        self._last: tuple[int, NDArray[np.float32]] | None = None
        self.threshold = fit_threshold(windows, task, wet_depth, self._depth, AROUND * wet_depth)

    def _depth(self, source: int) -> NDArray[np.float32]:
        raise NotImplementedError

    def depth(self, window: Mapping[str, Any]) -> NDArray[np.float32]:
        """m, shape (rows, columns)."""
        source = window["source"]
        if self._last is None or self._last[0] != source:  # a map is asked for wet cells, score and depth in turn
            self._last = (source, self._depth(source))
        return self._last[1]

    def score(self, window: Mapping[str, Any]) -> NDArray[np.float32]:
        """The depth."""
        return self.depth(window)

    def wet(self, window: Mapping[str, Any]) -> NDArray[np.bool_]:
        """Where it reaches the threshold."""
        return self.depth(window) >= self.threshold


class CoarseSimulator(_Reckoned):
    """Our own simulator on coarser cells, brought to the fine terrain; it knows the rain that models know.

    Raises:
        UserError: if the study holds no such simulation.
    """

    def __init__(self, windows: Windows, task: str, wet_depth: float, factor: int) -> None:
        self.name = f"coarse_simulator_{factor}"
        self._simulated = Simulated(windows.folder, factor, np.asarray(windows.elevation))
        self._ahead, self._shape = task == NOWCAST, windows.grid.shape
        super().__init__(windows, task, wet_depth)

    def _depth(self, source: int) -> NDArray[np.float32]:
        return self._simulated.depth(source, 0, 0, *self._shape, ahead=self._ahead)


class SettledRain(_Reckoned):
    """All that ran on the ground so far, settled downhill where it fell: what hollows alone explain."""

    name = "settled_rain"

    def __init__(self, windows: Windows, task: str, wet_depth: float) -> None:
        self._windows = windows
        super().__init__(windows, task, wet_depth)

    def _depth(self, source: int) -> NDArray[np.float32]:
        return self._windows.settled(source)
