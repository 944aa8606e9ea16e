"""What is reckoned of the water at each moment, by the functions that make_windows reckons it with.

Rain that ran on the ground is counted from the first frame on, as in training from an event's first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.hydraulics.site import make_site
from floodmark.water.coarse import coarse_site
from floodmark.water.coarse_files import settled_rain
from floodmark.water.coarse_run import CoarseWater, Fall
from floodmark.water.forecast.rain import NestedRain
from floodmark.water.moments import NOWCAST
from floodmark.water.running import read_how_water_runs
from floodmark.water.simulated import CHANNEL_FACTOR

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.settings.make_water import MakeWater
    from floodmark.water.forecast.ground import Ground
    from floodmark.water.forecast.rain import Rain

SETTLED, SIMULATED = "settled", "simulated"

RECKONED = {SETTLED, SIMULATED}
"""Groups that depend on all the rain of an event, and on how water ran in the study."""

NOBODY_RUNS = 0.05
"""Roughness, s m-1/3, where no water runs that it could hold back."""


class Reckoner:
    """Settled rain and the simulation on coarser cells, moment after moment.

    Args:
        ground: Where.
        rain: Of the event.
        statistics: Of the training windows, with how water ran in the study.
        groups: That the model reads; only those are reckoned.
        task: Nowcast runs the simulation on for the lead.
        extras: Folder of the files that these params may ask for.

    Raises:
        UserError: if such a file is absent, or the ground is too small for coarser cells.
    """

    def __init__(
        self, ground: Ground, rain: Rain, statistics: dict[str, Any], groups: Sequence[str], task: str, extras: Path
    ) -> None:
        water = _needed(read_how_water_runs(statistics), groups)
        self._site = make_site(ground.elevation, ground.grid, extras, water)
        self._lead = statistics["lead_minutes"] * 60 if task == NOWCAST else 0
        self._settles, self._start = SETTLED in groups, rain.start
        nested = NestedRain(rain, ground)
        self._water = self._fall = None
        if SIMULATED in groups:
            self._water = CoarseWater(nested, coarse_site(self._site, CHANNEL_FACTOR), water.losses)
        else:
            self._fall = Fall(nested, water.losses)

    def at(self, moment: np.datetime64) -> dict[str, NDArray[np.float16]]:
        """Depth by group, m, as coarse as the windows keep it; moments must not go back.

        Returns:
            settled: shape of the ground; simulated: shape of its coarser cells, for nowcast of the lead after.
        """
        seconds, found = int((moment - self._start) / np.timedelta64(1, "s")), {}
        if self._water is not None:
            found[SIMULATED] = self._water.at(seconds, self._lead)[1].astype(np.float16)
            fallen = self._water.fallen
        elif self._fall is not None:
            fallen = self._fall.until(seconds)
        if self._settles:
            found[SETTLED] = settled_rain(self._site, fallen).astype(np.float16)
        return found


def _needed(water: MakeWater, groups: Sequence[str]) -> MakeWater:
    """The params without what nothing here reads, so that no file is asked for in vain."""
    if SIMULATED in groups:
        return water
    roughness = NOBODY_RUNS if water.initial_water == "dry" else water.manning_n
    return water.model_copy(update={"inflows": False, "manning_n": roughness})
