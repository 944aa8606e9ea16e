"""Which baselines every model is measured against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from floodmark.progress import say
from floodmark.water.baselines import AllDry, Baseline, Climatology, PersistenceOracle, RainThreshold, RoutedRain
from floodmark.water.logistic import HandLogistic, RoutedLogistic
from floodmark.water.moments import NOWCAST
from floodmark.water.simulated import has_simulated
from floodmark.water.simulated_baselines import FACTORS, CoarseSimulator, SettledRain

if TYPE_CHECKING:
    from floodmark.water.dataset import Windows


def rivals(windows: Windows, task: str, wet_depth: float, classes: int, seed: int) -> list[Baseline]:
    """All baselines, fitted on training storms; those whose files the study lacks are left out, and said to be.

    Args:
        windows: What make_windows wrote.
        task: ``emulate`` or ``nowcast``.
        wet_depth: m.
        classes: Of drainage area, for climatology.
        seed: Of the samples that logistic regressions are fitted on.
    """
    found: list[Baseline] = [
        Climatology(windows, task, wet_depth, classes),
        RainThreshold(windows, task, wet_depth),
        RoutedRain(windows, task, wet_depth),
        RoutedLogistic(windows, task, wet_depth, seed),
        HandLogistic(windows, task, wet_depth, seed),
        AllDry(windows.grid.shape),
    ]
    held = [factor for factor in FACTORS if has_simulated(windows.folder, factor)]
    found += [CoarseSimulator(windows, task, wet_depth, factor) for factor in held]
    if held:
        found.append(SettledRain(windows, task, wet_depth))
    absent = [f"coarse_simulator_{factor}" for factor in FACTORS if factor not in held]
    if absent:
        say(f"left out for {task} at {wet_depth:g} m: {', '.join(absent)}: the windows hold no such simulation")
    return [*found, PersistenceOracle(windows, wet_depth)] if task == NOWCAST else found
