"""Drawing one made-up storm: rain cells that move, grow and decay, textured by correlated noise.

A storm is a sum of Gaussian rain cells about a common centre. All drift with the storm; each swells and fades over its
life as the square of a sine, with an intensity drawn from a lognormal. The sum is textured by lognormal noise,
correlated in space and from frame to frame, and scaled to a drawn mean total. It follows the cluster processes of
Rodriguez-Iturbe, Cox and Isham (1987), without a claim to any region: the spans of a climate are set, or fitted to an
archive by `storm_fit`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from floodmark.grid import Grid
    from floodmark.settings.generate_storms import Climate

DRIZZLE = 0.1
"""Rates below this are taken as none, mm h-1, as a radar does."""

KEPT_TEXTURE = 0.9
"""Correlation of the texture between frames."""


def storm(climate: Climate, grid: Grid, step: int, random: np.random.Generator) -> NDArray[np.float32]:
    """Draw one storm.

    Args:
        climate: What it is drawn from.
        grid: Of the rain.
        step: Time between frames, s.
        random: Where the draws come from.

    Returns:
        mm h-1, float32, shape (frames, rows, columns).
    """
    frames = max(2, round(random.uniform(*climate.duration) * 60 / step))
    rate = _cells(climate, grid, frames, step, random) * _texture(climate, grid, frames, random)
    wanted = random.uniform(*climate.total)
    for _ in range(8):
        # Cutting off the peaks takes from the total, so the scale is found in a few rounds.
        total = rate.sum(axis=0).mean() * step / 3600
        rate = np.minimum(rate * (wanted / max(total, 1e-9)), climate.peak)
    rate[rate < DRIZZLE] = 0
    return np.asarray(rate, np.float32)


def _cells(climate: Climate, grid: Grid, frames: int, step: int, random: np.random.Generator) -> NDArray[np.float64]:
    """The sum of the rain cells, without unit, shape (frames, rows, columns)."""
    west, south, east, north = grid.bounds
    middle = (frames - 1) * step / 2
    centre = np.array([random.uniform(west, east), random.uniform(south, north)])
    heading, speed = np.radians(random.uniform(*climate.direction)), random.uniform(*climate.speed)
    velocity = speed * np.array([np.sin(heading), np.cos(heading)])
    time = np.arange(frames)[:, None, None] * step
    x, y = grid.x[None, None, :], grid.y[None, :, None]
    rate = np.zeros((frames, *grid.shape))
    for _ in range(round(random.uniform(*climate.cells))):
        radius = random.uniform(*climate.radius) * 1000
        life, born = random.uniform(*climate.life) * 60, random.uniform(-0.2, 0.8) * frames * step
        own = velocity * random.uniform(0.8, 1.2)
        # A cell crosses its place beside the storm's centre at mid-life, so that few are drawn off the ground.
        place = centre + random.normal(0, climate.scatter * 1000, 2) + velocity * (born + life / 2 - middle) * 0.3
        stage = np.clip((time - born) / life, 0, 1)
        left, bottom = (place[axis] + own[axis] * (time - born - life / 2) for axis in (0, 1))
        shape = np.exp(-((x - left) ** 2 + (y - bottom) ** 2) / (2 * radius**2))
        rate += random.lognormal(0, climate.spread) * np.sin(np.pi * stage) ** 2 * shape
    # Should every cell have missed the clock or the ground, a thin even rain remains to be scaled.
    return rate + 1e-3


def _texture(climate: Climate, grid: Grid, frames: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Lognormal noise of mean one, alike over `noise_length`, shape (frames, rows, columns)."""
    from scipy.ndimage import gaussian_filter

    sigma = climate.noise_length * 1000 / grid.cell_size / 2
    pad = int(np.ceil(3 * sigma))
    field = np.zeros((grid.height + 2 * pad, grid.width + 2 * pad))
    fields = []
    for frame in range(frames):
        fresh = gaussian_filter(random.normal(size=field.shape), sigma)
        fresh /= max(float(fresh.std()), 1e-12)
        field = fresh if frame == 0 else KEPT_TEXTURE * field + np.sqrt(1 - KEPT_TEXTURE**2) * fresh
        fields.append(field[pad : pad + grid.height, pad : pad + grid.width])
    return np.asarray(np.exp(climate.noise * np.stack(fields) - climate.noise**2 / 2))
