"""Design storms: the depth of a return period and duration, laid out in time around a peak, the same everywhere.

The depth comes from a table of depth, duration and frequency. Between its return periods it is linear in the reduced
variate of the Gumbel distribution of annual maxima (Chow, Maidment and Mays 1988, Applied Hydrology, section 12.2);
between its durations it is linear in the logarithms of both. The layout is the alternating block method (section 14.4
there). A table says nothing of space: the rain is even, reduced from a point to the ground by a set part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from floodmark.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from floodmark.grid import Grid
    from floodmark.settings.generate_storms import DesignStorm


def design_depth(storm: DesignStorm, return_period: float, minutes: Sequence[float]) -> NDArray[np.float64]:
    """Point depths of durations at a return period; those of the table where it has them.

    Args:
        storm: Its table.
        return_period: Years, within the table's.
        minutes: Durations, within the table's.

    Returns:
        mm, a depth a duration.

    Raises:
        UserError: naming the value and the table's range, for it is not extrapolated.
    """
    _require_within("return_period", [return_period], storm.return_periods, "years")
    _require_within("duration", minutes, storm.durations, "minutes")
    known = reduced_variate(np.array(storm.return_periods))
    wanted = float(reduced_variate(np.array([return_period]))[0])
    depths = np.array([np.interp(wanted, known, column) for column in np.array(storm.depths, np.float64).T])
    found = np.exp(np.interp(np.log(minutes), np.log(storm.durations), np.log(depths)))
    exact = dict(zip(storm.durations, depths, strict=True))
    # The exponential of a logarithm loses the last digits of the table.
    return np.array([exact.get(at, depth) for at, depth in zip(minutes, found, strict=True)])


def reduced_variate(years: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gumbel's y = -ln(-ln(1 - 1/T)) of return periods T above one year (Chow, Maidment and Mays, section 12.2)."""
    return np.asarray(-np.log(-np.log1p(-1 / years)))


def _require_within(name: str, values: Sequence[float], table: Sequence[float], unit: str) -> None:
    for value in values:
        if not table[0] <= value <= table[-1]:
            raise UserError(
                f"generate_storms.design_storms: {name} = {value:g} {unit} lies outside its table, {table[0]:g} to "
                f"{table[-1]:g}: depths are not extrapolated; extend the table or choose within it"
            )


def hyetograph(storm: DesignStorm, step: int) -> NDArray[np.float64]:
    """Rates at a point by the alternating block method.

    The block of the peak holds the depth of one time step, the next on its right what two steps add, the next on its
    left what three add, and so on; when one side is full the other takes the rest. So the k blocks about the peak
    hold exactly the table's depth of k steps, for every k. No other k blocks hold more where the table's depths grow
    ever more slowly with the duration, as they do in the textbook.

    Args:
        storm: Table, return period, duration and the place of the peak.
        step: Time between frames, s.

    Returns:
        mm h-1, shape (frames,).

    Raises:
        UserError: if the time step is shorter than the table's first duration.
    """
    count = round(storm.duration * 60 / step)
    depths = design_depth(storm, storm.return_period, [(at + 1) * step / 60 for at in range(count)])
    blocks = np.diff(depths, prepend=0.0)
    placed = np.zeros(count)
    placed[placement(count, storm.peak_position)] = blocks
    return placed * 3600 / step


def placement(count: int, peak_position: float) -> list[int]:
    """Where each of `count` blocks goes, the peak first, then right and left in turn."""
    peak = int(np.floor(peak_position * (count - 1) + 0.5))
    right, left = list(range(peak + 1, count)), list(range(peak - 1, -1, -1))
    turns = [place for pair in zip(right, left, strict=False) for place in pair]
    both = min(len(right), len(left))
    return [peak, *turns, *right[both:], *left[both:]]


def design_storm(storm: DesignStorm, grid: Grid, step: int) -> NDArray[np.float32]:
    """The storm over the ground: the hyetograph times the areal reduction, alike in every cell.

    Returns:
        mm h-1, float32, shape (frames, rows, columns).

    Raises:
        UserError: as `hyetograph`.
    """
    rate = (hyetograph(storm, step) * storm.areal_reduction).astype(np.float32)
    return np.broadcast_to(rate[:, None, None], (len(rate), *grid.shape))


def describe(storm: DesignStorm) -> dict[str, float]:
    """Return period in years, duration in minutes, point depth and mean depth over the ground in mm."""
    depth = float(design_depth(storm, storm.return_period, [storm.duration])[0])
    return {
        "return_period": storm.return_period,
        "duration": storm.duration,
        "point_depth": depth,
        "depth": depth * storm.areal_reduction,
    }
