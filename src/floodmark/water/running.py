"""How water ran in a study, as it travels with the statistics of its windows and so with every model."""

from __future__ import annotations

from typing import Any

from floodmark.settings.base import read_section
from floodmark.settings.make_water import MakeWater

ABOUT_DEPTHS: dict[str, Any] = {
    "source": "simulate", "snapshot_interval": 30, "velocity": False, "recession": 0, "min_frames": 2,
    "max_missing_share": 1, "wet_depth": 0.1,
    "imports": {
        "times": "names", "start": None, "first": 0, "interval": 30, "units": "m", "crs": None, "max_depth": 200,
    },
}  # fmt: skip
"""Params of make_water that say where depths come from and which are kept. They do not travel: windows are the same
wherever the same depths come from. Nothing that a forecast reckons looks at these values."""


def how_water_runs(water: MakeWater) -> dict[str, Any]:
    """The params that say how water runs over the ground, as JSON holds them."""
    return water.model_dump(mode="json", exclude=set(ABOUT_DEPTHS))


def read_how_water_runs(statistics: dict[str, Any]) -> MakeWater:
    """The params that statistics of windows hold, with any values for those that do not travel.

    Raises:
        UserError: if some are absent or unknown, as in models of other versions.
    """
    params = {"make_water": {**ABOUT_DEPTHS, **statistics["make_water"]}}
    return read_section(params, "make_water", MakeWater, "the model's statistics")
