"""What can be seen of one wet event, gathered a frame at a time.

Motion and likeness come from the correlation of frames some minutes apart at every shift, over what both know (Padfield
2012, IEEE Transactions on Image Processing 21), pooled over the event before its peak is sought, as Meinhart,
Wereley and Santiago (2000, Journal of Fluids Engineering 122) do with faint particles.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from floodmark.hydraulics.storm_cells import DRIZZLE, KEPT_TEXTURE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from floodmark.grid import Grid
    from floodmark.settings.generate_storms import Fitted

CREST = 0.1
"""A rain cell is sought where the smoothed rate is at least this part of the frame's highest."""

RAINING = 5 * DRIZZLE
"""Texture is read where it rains at least this much, mm h-1, so that what is cut off as drizzle matters little."""

WET = 1.0
"""mm h-1; the share of the ground above the drizzle hangs on the thin rain beside the cells."""

FEWEST = 30
"""With fewer values nothing is said about a frame's texture."""


@dataclass(frozen=True)
class Measures:
    """Of one event; NaN where it shows nothing.

    Attributes:
        total: Mean depth over the ground, mm.
        peak: Highest rate, mm h-1.
        duration: From the first wet frame to the end of the last, minutes.
        half_width: Distance at which the smoothed field's autocorrelation is a half, km.
        reach: Root mean square distance along an axis of rain from its frame's centre, km.
        crests: Mean number of local maxima of the smoothed field in a frame.
        crest_spread: Standard deviation of the logarithm of these maxima about their frame's mean.
        likeness: Highest correlation of frames `motion_lag` apart over all shifts.
        speed: m s-1.
        direction: Towards which it moves, degrees clockwise from north, 0 to 360.
        noise: Standard deviation of the logarithm of the texture.
        noise_length: Distance at which the texture's correlation is 1/e, km.
        wet_share: Mean share of the ground where it rains `WET` or more.
    """

    total: float
    peak: float
    duration: float
    half_width: float
    reach: float
    crests: float
    crest_spread: float
    likeness: float
    speed: float
    direction: float
    noise: float
    noise_length: float
    wet_share: float


class Sketch:
    """Gathers the measures of one event; holds a few frames, never all.

    Args:
        grid: Of the frames.
        step: Time between frames, s.
        settings: How it is measured.
    """

    def __init__(self, grid: Grid, step: int, settings: Fitted) -> None:
        from scipy.fft import next_fast_len

        self._grid, self._step, self._settings = grid, step, settings
        self._sigma = settings.smoothing * 1000 / grid.cell_size
        self._lag = max(1, round(settings.motion_lag * 60 / step))
        self._padded = tuple(next_fast_len(2 * size, real=True) for size in grid.shape)
        self._recent: deque[tuple[int, NDArray[np.complex128]]] = deque(maxlen=self._lag)
        self._last: tuple[int, NDArray[np.float32]] | None = None
        transformed = (6, self._padded[0], self._padded[1] // 2 + 1)
        self._alone, self._moved = np.zeros(transformed, complex), np.zeros(transformed, complex)
        self._lagged = 0
        self._sums = np.zeros(9)
        self._wet: list[float] = []
        self._texture: list[tuple[float, float]] = []
        self._total, self._peak, self._first, self._final = 0.0, 0.0, -1, -1

    def add(self, number: int, rate: NDArray[np.float32], mean: float) -> None:
        """One wet frame: its number on the clock, mm h-1 of shape (rows, columns), and its mean."""
        self._first, self._final = number if self._first < 0 else self._first, number
        self._total += mean
        self._peak = max(self._peak, float(np.nanmax(rate)))
        known = np.isfinite(rate)
        smooth = smoothed(rate, known, self._sigma)
        self._correlate(number, smooth, known)
        self._look(smooth, rate, known, mean)
        if self._last is not None and self._last[0] == number - 1:
            self._texture += texture(self._last[1], rate)
        self._last = (number, rate)

    def add_dry(self, mean: float) -> None:
        """What falls between wet frames counts into the total alone."""
        self._total += mean

    def _correlate(self, number: int, smooth: NDArray[np.float64], known: NDArray[np.bool_]) -> None:
        from scipy.fft import rfft2

        now = np.asarray(rfft2(np.stack([known, smooth, smooth**2]), self._padded))
        self._alone += _products(now, now)
        if self._recent and self._recent[0][0] == number - self._lag:
            self._moved += _products(self._recent[0][1], now)
            self._lagged += 1
        self._recent.append((number, now))
        while self._recent and self._recent[0][0] <= number - self._lag:
            self._recent.popleft()

    def _look(
        self, smooth: NDArray[np.float64], rate: NDArray[np.float32], known: NDArray[np.bool_], mean: float
    ) -> None:
        from scipy.ndimage import maximum_filter

        grid, highest = self._grid, float(smooth.max())
        side = 2 * max(1, round(self._sigma)) + 1
        crest = (smooth == maximum_filter(smooth, side)) & (smooth >= CREST * highest) & known
        logs = np.log(smooth[crest])
        mass = np.where(smooth >= CREST * highest, smooth, 0)
        mass *= mean / mass.sum()
        x, y = (grid.x - grid.x[0]) / 1000, (grid.y - grid.y[0]) / 1000
        along_x, along_y = mass.sum(axis=0), mass.sum(axis=1)
        moments = [along_x @ x, along_y @ y, along_x @ x**2, along_y @ y**2, y @ mass @ x]
        several = len(logs) > 1
        squares, freedom = (float(((logs - logs.mean()) ** 2).sum()), len(logs) - 1) if several else (0.0, 0)
        # Frames count by their rain: at either end of a storm little but drizzle is left to see.
        self._sums += [mean, *(mean * np.array([len(logs), squares, freedom])), *moments]
        self._wet.append(float((rate[known] >= WET).mean()))

    def measures(self) -> Measures:
        """Of what was added: one wet frame at least."""
        weight, crests, squares, freedom = self._sums[:4]
        speed, direction, likeness = self._motion()
        noise, length = texture_of(self._texture, self._grid.cell_size / 1000)
        return Measures(
            total=self._total * self._step / 3600,
            peak=self._peak,
            duration=(self._final - self._first + 1) * self._step / 60,
            half_width=self._half_width(),
            reach=self._reach(direction),
            crests=crests / weight,
            crest_spread=float(np.sqrt(squares / freedom)) if freedom else np.nan,
            likeness=likeness,
            speed=speed,
            direction=direction,
            noise=noise,
            noise_length=length,
            wet_share=float(np.mean(self._wet)),
        )

    def _motion(self) -> tuple[float, float, float]:
        """Speed in m s-1, direction in degrees and the likeness there; NaN where no frames are far enough apart."""
        if self._lagged == 0:
            return np.nan, np.nan, np.nan
        alike, share, (down, right) = _correlation(self._moved, self._padded)
        seconds, size = self._lag * self._step, self._grid.cell_size
        reachable = np.hypot(down, right) * size <= max(self._settings.fastest * seconds, size)
        alike = np.where(reachable & (share >= 0.3), alike, -np.inf)
        row, column = np.unravel_index(int(np.argmax(alike)), alike.shape)
        if not 0 < alike[row, column] < np.inf:
            return np.nan, np.nan, np.nan
        south = down[row, 0] + _vertex(np.roll(alike[:, column], 1 - row)[:3])
        east = right[0, column] + _vertex(np.roll(alike[row], 1 - column)[:3])
        metres = float(np.hypot(south, east)) * size
        return metres / seconds, float(np.degrees(np.arctan2(east, -south)) % 360), float(alike[row, column])

    def _reach(self, direction: float) -> float:
        """Across the way, km; the mean over both axes where there is no way."""
        x, y, xx, yy, xy = self._sums[4:] / self._sums[0]
        spread = np.array([[xx - x * x, xy - x * y], [xy - x * y, yy - y * y]])
        angle = np.radians(direction)
        across = np.array([np.cos(angle), -np.sin(angle)])
        variance = across @ spread @ across if np.isfinite(direction) else np.trace(spread) / 2
        return float(np.sqrt(max(variance, 0)))

    def _half_width(self) -> float:
        """In km; the longest distance seen where the autocorrelation stays above a half, NaN of even rain."""
        alike, share, (down, right) = _correlation(self._alone, self._padded)
        distance = np.hypot(down, right)
        ring = np.rint(distance).astype(int)
        seen = (share >= 0.3) & np.isfinite(alike)
        count = np.bincount(ring[seen])
        profile = np.bincount(ring[seen], alike[seen]) / np.maximum(count, 1)
        along = np.bincount(ring[seen], distance[seen]) / np.maximum(count, 1)
        below = np.flatnonzero(profile < 0.5)
        at = int(below[0]) if len(below) else 0
        if len(below) and at == 0:
            return np.nan
        cells = np.interp(0.5, [profile[at], profile[at - 1]], [along[at], along[at - 1]]) if at else along[-1]
        return float(cells) * self._grid.cell_size / 1000


def smoothed(rate: NDArray[np.float32], known: NDArray[np.bool_], sigma: float) -> NDArray[np.float64]:
    """Gaussian means of what is known, 0 where nothing is.

    Args:
        rate: mm h-1, shape (rows, columns).
        known: Where it is not missing.
        sigma: Cells.
    """
    from scipy.ndimage import gaussian_filter

    filled = gaussian_filter(np.where(known, rate, 0).astype(np.float64), sigma)
    weight = gaussian_filter(known.astype(np.float64), sigma)
    return np.where(known, filled / np.maximum(weight, 1e-9), 0)


def _products(one: NDArray[np.complex128], two: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Transforms of the sums at every shift, of (known, value, square) of two frames: n, a, b, ab, aa, bb."""
    (m, a, q), (n, b, r) = one.conj(), two
    return np.stack([m * n, a * n, m * b, a * b, q * n, m * r])


def _correlation(
    transformed: NDArray[np.complex128], padded: tuple[int, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[NDArray[np.float64]]]:
    """Correlation at every shift, the share of the largest overlap that it rests on, and the shifts down and right."""
    from scipy.fft import irfft2

    n, a, b, ab, aa, bb = np.asarray(irfft2(transformed, padded))
    share = n / max(float(n.max()), 1e-9)
    n = np.maximum(n, 1e-9)
    spread = np.maximum(aa - a * a / n, 0) * np.maximum(bb - b * b / n, 0)
    # What the transforms lose in rounding must not pass for rain that varies.
    floor = 1e-12 * max(float((aa * bb).max()), 1e-30)
    alike = np.where(spread > floor, (ab - a * b / n) / np.sqrt(np.maximum(spread, floor)), 0)
    down, right = (np.asarray(np.fft.fftfreq(size, 1 / size), np.float64) for size in padded)
    return alike, share, [down[:, None], right[None, :]]


def _vertex(values: NDArray[np.float64]) -> float:
    """Where the parabola through three values, the middle one highest, has its top, from the middle, within a half."""
    before, top, after = values
    bend = before - 2 * top + after
    return float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5)) if np.isfinite(bend) and bend < 0 else 0.0


def _variance(mass: NDArray[np.float64], place: NDArray[np.float64]) -> float:
    return float((mass * place**2).sum() - (mass * place).sum() ** 2)


def texture(before: NDArray[np.float32], after: NDArray[np.float32]) -> list[tuple[float, float]]:
    """Variance of second differences, one and two cells wide, of how the logarithm of rain changes in one frame.

    A Gaussian cell that moves and swells changes the logarithm by a plane, which a second difference takes away; what
    is left is the texture. The variance is that of the median distance, which the seams between cells hardly move.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        highest = min(np.nanmax(before), np.nanmax(after))
        raining = (np.minimum(before, after) >= RAINING) & (np.maximum(before, after) < 0.999 * highest)
        change = np.where(raining, np.log(after) - np.log(before), np.nan)
    found = []
    for wide in (1, 2):
        values = [field[2 * wide :] - 2 * field[wide:-wide] + field[: -2 * wide] for field in (change, change.T)]
        known = np.concatenate([value[np.isfinite(value)] for value in values])
        if len(known) < FEWEST:
            return []
        found.append(float((1.4826 * np.median(np.abs(known))) ** 2))
    return [(found[0], found[1])]


def texture_of(variances: list[tuple[float, float]], cell: float) -> tuple[float, float]:
    """Noise and its length in km, from the variances of `texture` and the side of a cell in km; NaN without any.

    With the correlation exp(-(d/L)^2) of the texture the variance of a difference d wide is v (6 - 8 r(d) + 2 r(2d));
    the ratio of two widths gives L, and v is the texture's variance times 2 (1 - KEPT_TEXTURE).
    """
    if not variances:
        return np.nan, np.nan
    narrow, wide = np.median(np.array(variances), axis=0)
    lengths = np.geomspace(0.4, 30, 200)

    def shape(d: float) -> NDArray[np.float64]:
        return np.asarray(6 - 8 * np.exp(-((d / lengths) ** 2)) + 2 * np.exp(-((2 * d / lengths) ** 2)))

    ratio = np.maximum.accumulate(shape(2) / shape(1))
    length = float(np.interp(wide / max(narrow, 1e-12), ratio, lengths))
    variance = narrow / np.interp(length, lengths, shape(1)) / (2 * (1 - KEPT_TEXTURE))
    return float(np.sqrt(variance)), length * cell
