"""Made-up storms as files: of set climates, of a climate fitted to the archive, and design storms."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.grid import Grid
from floodmark.hydraulics import design_storm
from floodmark.hydraulics.storm_cells import storm
from floodmark.hydraulics.storm_fit import fit_climate
from floodmark.learning.seeds import generator
from floodmark.progress import say, track
from floodmark.radar.sequence import OBSERVED, SequenceWriter
from floodmark.storage import write_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.settings.generate_storms import Climate, GenerateStorms

BEGIN = np.datetime64("2000-01-01T00:00", "s")
"""Made-up storms happen one a day from here on."""


@dataclass(frozen=True)
class _Wanted:
    """A storm to write: its file's stem, how to draw it (mm h-1, frames by rows by columns), the file's attributes."""

    title: str
    draw: Callable[[Grid, int], NDArray[np.float32]]
    attributes: dict[str, Any]


def generate(
    radar_metrics: dict[str, Any], archive: Path, folder: Path, metrics: Path, settings: GenerateStorms, seed: int
) -> None:
    """Write the storms as sequences on the study's rain grid, and the metrics.

    Those of the set climates come first on the clock, then the fitted climate's, then the design storms, so that
    asking for more kinds changes no storm of the first.

    Args:
        radar_metrics: What ingest_radar wrote; its `grid` says where the study lies.
        archive: Folder of the sequences that a climate is fitted to, where `fitted.count` is above 0.
        folder: Gets `<climate>-<number>.nc`, `fitted-<number>.nc` and `design-<name>.nc`.
        metrics: JSON to write.
        settings: Section `generate_storms`.
        seed: Of the pipeline; each storm has a stream of its own.

    Raises:
        UserError: naming a sequence of the archive that cannot be read as rain.
    """
    wanted = _of_set_climates(settings, int(radar_metrics.get("sequences", 0)), seed)
    asked = wanted or settings.fitted.count or settings.design_storms
    about: dict[str, Any] = {}
    if "grid" in radar_metrics and settings.fitted.count:
        fitted = fit_climate(archive, settings.fitted, seed)
        if fitted is not None:
            wanted += [_drawn("fitted", fitted, number, seed) for number in range(fitted.count)]
            about["fitted"] = _figures(fitted)
    if settings.design_storms:
        wanted += _designed(settings)
        about["design_storms"] = {
            name: design_storm.describe(it) for name, it in sorted(settings.design_storms.items())
        }
    if "grid" not in radar_metrics or not wanted:
        why = "none is asked for" if not asked else "neither heightmap nor radar says where"
        say(f"no storm is generated: {'no climate could be fitted' if asked and 'grid' in radar_metrics else why}")
        write_json(metrics, {"storms": 0, "mean_total": None, "mean_peak": None})
        return
    grid = Grid(**radar_metrics["grid"])
    step = settings.time_step * 60
    totals, peaks = [], []
    for day, one in enumerate(track(wanted, "generating storms")):
        rate = one.draw(grid, step)
        start = BEGIN + np.timedelta64(day, "D")
        writer = SequenceWriter(folder / f"{one.title}.nc", grid, start, step, one.attributes)
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
            **about,
        },
    )


def _figures(climate: Climate) -> dict[str, Any]:
    """A climate as metrics: numbers alone, by key, spans by `least` and `most`."""
    return {
        name: dict(zip(("least", "most"), value, strict=True)) if isinstance(value, tuple) else value
        for name, value in climate.model_dump().items()
    }


def _of_set_climates(settings: GenerateStorms, observed: int, seed: int) -> list[_Wanted]:
    """Those asked for, and what a short archive lacks.

    The latter are of the set climates alone, and counted without fitted and design storms: a fit needs an archive that
    is not short, and a design storm is no sample. Where no climate is set, nothing makes up for what lacks.
    """
    asked = sum(climate.count for climate in settings.climates.values())
    lacking = max(0, settings.least_events - observed - asked)
    extra = -(-lacking // len(settings.climates)) if settings.climates else 0
    return [
        _drawn(name, climate, number, seed)
        for name, climate in sorted(settings.climates.items())
        for number in range(climate.count + extra)
    ]


def _drawn(name: str, climate: Climate, number: int, seed: int) -> _Wanted:
    title = f"{name}-{number:04d}"

    def draw(grid: Grid, step: int) -> NDArray[np.float32]:
        return storm(climate, grid, step, generator(seed, "storm", title))

    return _Wanted(title, draw, {"climate": name, "seed": seed})


def _designed(settings: GenerateStorms) -> list[_Wanted]:
    found = []
    for name, design in sorted(settings.design_storms.items()):
        figures = design_storm.describe(design)
        attributes = {
            "design_storm": name,
            "return_period_years": figures["return_period"],
            "duration_minutes": figures["duration"],
            "point_depth_mm": figures["point_depth"],
            "depth_mm": figures["depth"],
        }

        found.append(_Wanted(f"design-{name}", partial(design_storm.design_storm, design), attributes))
    return found
