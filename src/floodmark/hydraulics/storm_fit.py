"""A climate fitted to an archive, so that storms drawn from it look like the archive's.

Total, peak, duration, speed, direction and texture are read off the events. Radius, life, cells and scatter cannot be:
cells overlap, leave the ground and are seen through smoothing. They are found by indirect inference (Gourieroux,
Monfort and Renault 1993, Journal of Applied Econometrics 8): storms of a trial climate are drawn, measured as the
archive was, and the trial is moved until both show the same half-width, likeness, crests and reach.

Measured on eight archives of 40 storms from each of two known climates, on 64 by 64 km of 2 km cells every 5 minutes
(docs/reference/storms.md has the table), the middle of a span against the true one:

- within 5 %: total, peak where rates were cut off, direction (13 degrees); noise and its length within 15 %, but the
  noise is a fifth too high where its length is four cells of the grid;
- duration 0 to 10 % short, for a storm's ends are drier than `wet_rate`; speed and life 10 % low, give or take 15 %;
- radius right on average, within 30 %; scatter 0.7 to 1.6 times the truth;
- cells 0.4 to 1.3 times where they are many and wide, 3 to 4 times where they are few and small: overlapping cells
  cannot be counted, and many near ones look like one wide one;
- spread not at all: it changes what is seen too little, and is `fitted.spread`;
- peak, where rates were not cut off, is the highest seen, a lower bound.

The spans of total, duration and speed are quantiles of events. Those of cells, radius and life are as wide as the
events' measures scatter about their middle: of radius and life, which each cell draws anew, no more than a guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from floodmark.hydraulics.storm_cells import storm
from floodmark.hydraulics.wet_spells import archive_spells, spells
from floodmark.learning.seeds import generator
from floodmark.progress import say, track
from floodmark.settings.generate_storms import Climate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.grid import Grid
    from floodmark.hydraulics.storm_measures import Measures
    from floodmark.settings.generate_storms import Fitted

BOUNDS = {
    "total": (1e-3, 2000), "duration": (1, 10080), "cells": (1, 1000), "radius": (0.1, 500), "life": (1, 10080),
    "speed": (0.01, 100), "scatter": (1e-3, 500), "noise": (0, 2), "noise_length": (0.01, 100), "peak": (0.1, 500),
}  # fmt: skip
"""Of what a climate may have."""

NEEDED = ("half_width", "reach", "crests", "likeness", "speed", "direction", "noise", "noise_length")
"""Measures without which nothing can be fitted; an event may lack them, not all events."""

MERGED = 4
"""Most cells taken to stand behind a crest."""

STEP = 0.7
"""Part of a difference by which a round moves the trial: less than all, for the measures depend on each other."""


def fit_climate(folder: Path, settings: Fitted, seed: int) -> Climate | None:
    """The climate of an archive, read a block of frames at a time.

    Args:
        folder: Of its sequences, ``*.nc`` on one grid and clock.
        settings: What an event is and how it is measured.
        seed: Of the pipeline; the trial storms have streams of their own.

    Returns:
        Its climate; None, and a line that says why, where the archive shows too little.
    """
    events, grid, step = archive_spells(folder, settings)
    return None if _too_few(events, settings) or grid is None else fit(events, grid, step, settings, seed)


def _too_few(events: Sequence[Measures], settings: Fitted) -> bool:
    if len(events) < settings.least_events:
        say(
            f"no climate is fitted: the archive has {len(events)} wet events of {settings.wet_rate:g} mm h-1 or more, "
            f"generate_storms.fitted.least_events is {settings.least_events}"
        )
        return True
    for name in NEEDED:
        shown = int(np.isfinite(_of(events, name)).sum())
        if shown < settings.least_events:
            say(
                f"no climate is fitted: {shown} of {len(events)} wet events show {name.replace('_', ' ')}, "
                f"generate_storms.fitted.least_events is {settings.least_events}; those that last no longer than "
                f"motion_lag, {settings.motion_lag} minutes, show no motion"
            )
            return True
    return False


def fit(events: Sequence[Measures], grid: Grid, step: int, settings: Fitted, seed: int) -> Climate:
    """The climate of measured events, each measure being known of one at least.

    Args:
        events: As `wet_spells` gives them.
        grid: On which they were seen, and trial storms are.
        step: Time between frames, s.
        settings: How they were measured; the quantiles; the rounds.
        seed: Of the pipeline.
    """
    seen = _seen(events, settings)
    trial = {
        "radius": float(np.sqrt(max(seen["width"] ** 2 - settings.smoothing**2, seen["width"] ** 2 / 16))),
        "scatter": seen["reach"] / 2,
        "life": seen["life"],
        "cells": max(1.0, seen["cells"]),
    }
    least = {"cells": trial["cells"], "scatter": trial["scatter"]}
    most = MERGED * trial["cells"]
    tried = []
    for _ in track(range(settings.corrections), "fitting a climate"):
        shown = _simulated(_climate(events, trial, settings), grid, step, settings, seed)
        if not shown:
            break
        trial = _moved(trial, seen, _seen(shown, settings), least, most)
        tried.append(trial)
    if tried:
        # The rounds end up wandering about an answer: their later half is averaged.
        later = tried[len(tried) // 2 :]
        trial = {name: float(np.exp(np.mean([np.log(one[name]) for one in later]))) for name in trial}
    return _climate(events, trial, settings)


def _of(events: Sequence[Measures], name: str) -> NDArray[np.float64]:
    return np.array([getattr(event, name) for event in events], np.float64)


def _lives(events: Sequence[Measures], settings: Fitted) -> NDArray[np.float64]:
    """Minutes, from the likeness of frames `motion_lag` apart.

    The autocorrelation of the square of a sine of length T falls from one by (2/3) (pi lag / T)^2 to second order.
    """
    unlike = np.maximum(1 - _of(events, "likeness"), 1e-3)
    return np.asarray(settings.motion_lag * np.pi * np.sqrt(2 / 3 / unlike))


def _seen(events: Sequence[Measures], settings: Fitted) -> dict[str, float]:
    """What archive and trial are compared by: middles over the events."""
    life = float(np.nanmedian(_lives(events, settings)))
    # A median would not tell one crest from one and a half.
    crests = float(np.exp(np.nanmean(np.log(_of(events, "crests")))))
    return {
        # Of a lone Gaussian cell the autocorrelation is exp(-(d/2r)^2).
        "width": float(np.nanmedian(_of(events, "half_width"))) / (2 * np.sqrt(np.log(2))),
        "reach": float(np.nanmedian(_of(events, "reach"))),
        "life": life,
        "cells": crests * float(np.median(_of(events, "duration"))) / life,
    }


def _moved(
    trial: dict[str, float], seen: dict[str, float], shown: dict[str, float], least: dict[str, float], most: float
) -> dict[str, float]:
    """The trial, moved by a part of what the archive shows more than its storms do.

    Cells and scatter stay at or above the first guess: overlap and the ground's edge hide cells, and make none.
    Cells stay at or below `MERGED` times it: more of them would hardly be told from those.
    """
    radius = trial["radius"] ** 2 + STEP * (seen["width"] ** 2 - shown["width"] ** 2)
    scatter = trial["scatter"] ** 2 + STEP * (seen["reach"] ** 2 - shown["reach"] ** 2)
    moved = {
        "radius": float(np.sqrt(max(radius, trial["radius"] ** 2 / 4))),
        "scatter": float(np.sqrt(max(scatter, least["scatter"] ** 2))),
        "life": trial["life"] * float(np.clip(seen["life"] / shown["life"], 0.5, 2)) ** STEP,
        "cells": float(np.clip(trial["cells"] * np.clip(seen["cells"] / shown["cells"], 0.5, 2), least["cells"], most)),
    }
    return {name: float(np.clip(value, *BOUNDS[name])) for name, value in moved.items()}


def _simulated(climate: Climate, grid: Grid, step: int, settings: Fitted, seed: int) -> list[Measures]:
    """Measures of the wettest spell of each trial storm; the same draws in every round, so that rounds compare."""
    found = []
    for number in range(settings.simulated):
        rate = storm(climate, grid, step, generator(seed, "fit", number))
        wet = list(spells(rate, grid, step, settings))
        if wet:
            found.append(max(wet, key=lambda one: one.total))
    if found and all(np.isfinite(_of(found, name)).any() for name in NEEDED):
        return found
    return []


def _climate(events: Sequence[Measures], trial: dict[str, float], settings: Fitted) -> Climate:
    def span(name: str, values: NDArray[np.float64], middle: float | None = None) -> tuple[float, float]:
        known = values[np.isfinite(values)]
        scale = 1.0 if middle is None else middle / max(float(np.median(known)), 1e-9)
        least, most = np.quantile(known, settings.quantiles) * scale
        return _within(name, least), _within(name, most)

    lives = _lives(events, settings)
    return Climate(
        count=settings.count,
        total=span("total", _of(events, "total")),
        peak=_within("peak", float(_of(events, "peak").max())),
        duration=span("duration", _of(events, "duration")),
        cells=span("cells", _of(events, "crests") * _of(events, "duration") / lives, trial["cells"]),
        radius=span("radius", _of(events, "half_width"), trial["radius"]),
        scatter=_within("scatter", trial["scatter"]),
        life=span("life", lives, trial["life"]),
        speed=span("speed", _of(events, "speed")),
        direction=directions(_of(events, "direction"), settings.quantiles),
        spread=settings.spread,
        noise=_within("noise", float(np.nanmedian(_of(events, "noise")))),
        noise_length=_within("noise_length", float(np.nanmedian(_of(events, "noise_length")))),
    )


def _within(name: str, value: float) -> float:
    return float(np.clip(value, *BOUNDS[name]))


def directions(degrees: NDArray[np.float64], quantiles: tuple[float, float]) -> tuple[float, float]:
    """Quantiles of directions about their circular mean (Mardia and Jupp 2000, Directional Statistics, section 2.2).

    Args:
        degrees: Clockwise from north, NaN where unknown.
        quantiles: Least and most, 0 to 1.

    Returns:
        Degrees, the first below 360 and above -180, the second no more than 540: a span across north does not break.
    """
    known = degrees[np.isfinite(degrees)]
    radians = np.radians(known)
    middle = float(np.degrees(np.arctan2(np.sin(radians).mean(), np.cos(radians).mean()))) % 360
    turned = (known - middle + 180) % 360 - 180
    least, most = np.quantile(turned, quantiles)
    return float(middle + least), float(middle + most)
