"""Made-up storms: rain cells that move, grow and decay, textured by correlated noise.

A storm is a sum of Gaussian rain cells about a common centre. All drift with the storm; each swells and fades over its
life as the square of a sine, with an intensity drawn from a lognormal. The sum is textured by lognormal noise,
correlated in space and from frame to frame, and scaled to a drawn mean total. It follows the cluster processes of
Rodriguez-Iturbe, Cox and Isham (1987), without a claim to any region: the spans of a climate are the user's to fit.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.grid import Grid
from floodmark.learning.seeds import generator
from floodmark.progress import say, track
from floodmark.radar.sequence import OBSERVED, SequenceWriter
from floodmark.storage import write_json

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.settings.generate_storms import Climate, GenerateStorms

DRIZZLE = 0.1
"""Rates below this are taken as none, mm h-1, as a radar does."""

KEPT_TEXTURE = 0.9
"""Correlation of the texture between frames."""

BEGIN = np.datetime64("2000-01-01T00:00", "s")
"""Made-up storms happen one a day from here on."""


def generate(radar_metrics: dict[str, Any], folder: Path, metrics: Path, settings: GenerateStorms, seed: int) -> None:
    """Write the storms of every climate as sequences on the study's rain grid, and the metrics.

    Args:
        radar_metrics: What ingest_radar wrote; its `grid` says where the study lies.
        folder: Gets `<climate>-<number>.nc`.
        metrics: JSON to write.
        settings: Section `generate_storms`.
        seed: Of the pipeline; each storm has a stream of its own.
    """
    wanted = _wanted(settings, int(radar_metrics.get("sequences", 0)))
    if "grid" not in radar_metrics or not wanted:
        say(
            "no storm is generated: "
            + ("none is asked for" if not wanted else "neither heightmap nor radar says where")
        )
        write_json(metrics, {"storms": 0, "mean_total": None, "mean_peak": None})
        return
    grid = Grid(**radar_metrics["grid"])
    step = settings.time_step * 60
    totals, peaks = [], []
    for day, (name, climate, number) in enumerate(track(wanted, "generating storms")):
        title = f"{name}-{number:04d}"
        rate = storm(climate, grid, step, generator(seed, "storm", title))
        start = BEGIN + np.timedelta64(day, "D")
        writer = SequenceWriter(folder / f"{title}.nc", grid, start, step, {"climate": name, "seed": seed})
        for frame in rate:
            writer.append(frame, OBSERVED)
        writer.close()
        totals.append(float(rate.sum(axis=0, dtype=np.float64).mean() * step / 3600))
        peaks.append(float(rate.max()))
    write_json(
        metrics,
        {
            "storms": len(wanted),
            "mean_total": float(np.mean(totals)),
            "mean_peak": float(np.mean(peaks)),
            "grid": asdict(grid),
        },
    )


def _wanted(settings: GenerateStorms, observed: int) -> list[tuple[str, Climate, int]]:
    """(climate's name, climate, number) of every storm: those asked for, and what a short archive lacks."""
    asked = sum(climate.count for climate in settings.climates.values())
    lacking = max(0, settings.least_events - observed - asked)
    extra = -(-lacking // len(settings.climates)) if settings.climates else 0
    return [
        (name, climate, number)
        for name, climate in sorted(settings.climates.items())
        for number in range(climate.count + extra)
    ]


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
