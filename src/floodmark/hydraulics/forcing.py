"""What falls on the ground in one event: rain less its losses, and hydrographs; with what of it was counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from floodmark.hydraulics.inflows import rates
from floodmark.hydraulics.runoff import MM_PER_HOUR, runoff_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from floodmark.hydraulics.clock import Span
    from floodmark.hydraulics.site import Site
    from floodmark.settings.make_water import Losses


class Rain(Protocol):
    """Rain on cells of its own.

    Attributes:
        start: Of the first frame, datetime64, UTC.
        step: Between frames, s.
        frames: How many there are.
        shape: Of a frame.
        called: What tells it from other rain of the same start, step and shape.
    """

    start: np.datetime64
    step: int
    frames: int
    shape: tuple[int, int]
    called: str

    @property
    def missing_share(self) -> float:
        """Of cells and frames."""
        ...

    def rate(self, frame: int) -> NDArray[np.float32]:
        """Rainfall rate, mm h-1, of this shape, NaN where missing."""
        ...

    def spread(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values of the rain's cells on the cells of the ground."""
        ...


@dataclass
class Forcing:
    """The falls of one event, span by span, in order.

    Attributes:
        rain: What falls.
        site: Where.
        losses: What the ground keeps before it runs.
        rain_m3: Rain on the ground so far.
        runoff_m3: Of it, what ran.
        inflow_m3: From hydrographs so far.
    """

    rain: Rain
    site: Site
    losses: Losses
    rain_m3: float = 0.0
    runoff_m3: float = 0.0
    inflow_m3: float = 0.0

    def __post_init__(self) -> None:
        self._runoff = runoff_of(self.losses, self.rain.shape)
        self._begin = float(self.rain.start.astype("datetime64[s]").astype(np.int64))
        self._dry = np.zeros(self.rain.shape)
        # Which rain cell each cell of the ground is in, whether it is in one, and how many of the ground each has.
        numbers = np.arange(self._dry.size, dtype=np.float64).reshape(self.rain.shape)
        self._cell = np.asarray(self.rain.spread(numbers)).astype(np.int64)
        self._rained = ~self.site.solid & (self.rain.spread(np.ones(self.rain.shape)) > 0)
        counts = np.bincount(self._cell[self._rained], minlength=self._dry.size)
        self._counts = counts.reshape(self.rain.shape)

    @property
    def state(self) -> dict[str, NDArray[np.float64]]:
        """What must be known to go on: the losses' memory and the counts."""
        counts = np.array([self.rain_m3, self.runoff_m3, self.inflow_m3])
        return {"runoff_state": self._runoff.state, "counts": counts}

    def restore(self, state: dict[str, NDArray[np.float64]]) -> None:
        """Go on from a state of the same kind of losses.

        Raises:
            ValueError: if it is of another kind, or of rain on other cells.
        """
        if state["runoff_state"].shape != self._runoff.state.shape:
            raise ValueError("the losses, or the cells of the rain, are not those of the state")
        self._runoff.state = np.array(state["runoff_state"])
        self.rain_m3, self.runoff_m3, self.inflow_m3 = (float(value) for value in state["counts"])

    def fall(self, span: Span) -> NDArray[np.float64]:
        """What runs on the ground during a span, m s-1, shape of the site's grid."""
        seconds, area = float(span.end - span.start), self.site.grid.cell_size**2
        rate = self._dry
        if span.frame is not None:
            rate = np.nan_to_num(self.rain.rate(span.frame).astype(np.float64), nan=0.0) / MM_PER_HOUR
        runs = self._runoff.of(rate, seconds)
        self.rain_m3 += float((rate * self._counts).sum()) * area * seconds
        self.runoff_m3 += float((runs * self._counts).sum()) * area * seconds
        falling = np.zeros(self.site.grid.shape)
        if runs.any():
            falling = np.where(self._rained, runs.ravel()[self._cell], 0)
        if self.site.inflows:
            start = self._begin + span.start
            came = rates(self.site.inflows, self.site.grid.shape, area, start, start + seconds)
            self.inflow_m3 += float(came.sum(dtype=np.float64)) * area * seconds
            falling = falling + came
        return falling
