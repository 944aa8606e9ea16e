"""What the ground keeps of the rain before it runs: losses that only rain decides.

Losses that standing water feeds, too (a constant rate, Green and Ampt's), are the solver's: see `soil_of`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from floodmark.settings.make_water import Losses

MM_PER_HOUR = 3.6e6
"""mm h-1 in one m s-1."""

LEAST_RATE = 1e-15
"""Runoff below which TOPMODEL's store counts as empty, m s-1: a millimetre in thirty thousand years."""


class Runoff(Protocol):
    """Turns rain into what runs off; holds what it needs to know of the event so far."""

    state: NDArray[np.float64]

    def of(self, rain: NDArray[np.floating], seconds: float) -> NDArray[np.float64]:
        """The mean runoff of a span of steady rain.

        Args:
            rain: m s-1, any one shape.
            seconds: Length of the span.

        Returns:
            m s-1, of the same shape.
        """
        ...


class Share:
    """The rational method's part of the rain, whatever its rate; 1 loses nothing."""

    def __init__(self, coefficient: float) -> None:
        self.state = np.zeros(0)
        self._coefficient = coefficient

    def of(self, rain: NDArray[np.floating], seconds: float) -> NDArray[np.float64]:
        """See `Runoff`."""
        return np.asarray(rain, np.float64) * self._coefficient


class CurveNumber:
    """The curve number of the Soil Conservation Service (NEH-4, chapter 10), cell by cell, along the event.

    Of rain P so far, (P - a S)^2 / (P + (1 - a) S) has run off, none while P < a S, with S = 25400 / CN - 254 mm and
    the initial abstraction a S.

    Attributes:
        state: Rain of the event so far, m.
    """

    def __init__(self, number: float, abstraction: float, shape: tuple[int, int]) -> None:
        self.state = np.zeros(shape)
        self._retention, self._abstraction = (25.4 / number - 0.254), abstraction

    def of(self, rain: NDArray[np.floating], seconds: float) -> NDArray[np.float64]:
        """See `Runoff`."""
        before = self._run_off()
        self.state = self.state + np.asarray(rain, np.float64) * seconds
        return (self._run_off() - before) / seconds

    def _run_off(self) -> NDArray[np.float64]:
        over = np.maximum(self.state - self._abstraction * self._retention, 0)
        total = over + self._retention
        run_off: NDArray[np.float64] = np.divide(over**2, total, out=np.zeros_like(over), where=total > 0)
        return run_off


class Topmodel:
    """The store of Beven and Kirkby's (1979) TOPMODEL as HAIL-CAESAR and CAESAR-Lisflood have it, cell by cell.

    The store gives j, which rain r drives by dj/dt = j (r - j) / m. Solved over a span of steady rain,

        j' = r / ((r - j) / j e^(-r t / m) + 1),  or without rain  j' = j / (1 + j t / m),

    and what it gave meanwhile is m / t ln(((r - j) + j e^(r t / m)) / r), or m / t ln(1 + j t / m). Where the original
    puts it on the cells of streams, here it is given where the rain fell: the solver takes it to the streams.

    Attributes:
        state: j, m s-1.
    """

    def __init__(self, m: float, first: float, shape: tuple[int, int]) -> None:
        self.state = np.full(shape, max(first, LEAST_RATE))
        self._m = m

    def of(self, rain: NDArray[np.floating], seconds: float) -> NDArray[np.float64]:
        """See `Runoff`."""
        r, j = np.asarray(rain, np.float64), self.state
        raining = r > LEAST_RATE
        rate, growth = np.where(raining, r, 1.0), np.where(raining, r, 0.0) * seconds / self._m
        # ln((r - j + j e^x) / r) = ln(1 + j (e^x - 1) / r), which is exact for small x, and does not overflow as
        # x + ln(e^-x + j (1 - e^-x) / r).
        decay = np.exp(-growth)
        wet = growth + np.log(decay + j * -np.expm1(-growth) / rate)
        dry = np.log1p(j * seconds / self._m)
        after_wet = rate / ((rate - j) / j * decay + 1)
        after_dry = j / (1 + j * seconds / self._m)
        self.state = np.maximum(np.where(raining, after_wet, after_dry), LEAST_RATE)
        return np.maximum(self._m / seconds * np.where(raining, wet, dry), 0)


def runoff_of(losses: Losses, shape: tuple[int, int]) -> Runoff:
    """What the section's losses leave of rain on a grid of this shape."""
    if losses.kind == "share":
        return Share(losses.runoff_coefficient)
    if losses.kind == "curve_number":
        return CurveNumber(losses.curve_number, losses.initial_abstraction, shape)
    if losses.kind == "topmodel":
        return Topmodel(losses.topmodel_m, losses.topmodel_start / MM_PER_HOUR, shape)
    return Share(1.0)


def soil_of(losses: Losses) -> tuple[float, float]:
    """Conductivity, m s-1, and suction head times moisture deficit, m, of the losses that standing water feeds."""
    if losses.kind == "constant":
        return losses.infiltration_rate / MM_PER_HOUR, 0.0
    if losses.kind == "green_ampt":
        return losses.conductivity / MM_PER_HOUR, losses.suction_head / 1000 * losses.moisture_deficit
    return 0.0, 0.0
