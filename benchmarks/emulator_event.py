"""One event over one ground, and what a model and our own simulator make of it: all that costs time once an event.

What no event changes is made once a ground and not counted: terrain features, drainage, coarser beds, networks in
memory. An event is rain in memory; from it a model's channels are made by the functions that make_windows makes them
by.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.terrain.routing import Drainage, drainage
from floodmark.water import history
from floodmark.water.coarse import CoarseSite, coarse_site
from floodmark.water.coarse_files import settled_rain
from floodmark.water.coarse_run import Fall, simulate_coarse
from floodmark.water.downscale import downscale
from floodmark.water.features import NAMES, terrain_features
from floodmark.water.forecast.inputs import normalised, routed_spans
from floodmark.water.layout import GROUPS
from floodmark.water.prediction import predict_whole
from floodmark.water.simulated import CHANNEL_FACTOR, SWEEPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import torch
    from numpy.typing import NDArray

    from floodmark.grid import Grid
    from floodmark.hydraulics.site import Site
    from floodmark.settings.make_water import Losses

START = np.datetime64("2000-01-01T00:00:00", "s")


class EventRain:
    """Rain of one event in memory: `coarse_run.KnownRain`.

    Args:
        rates: mm h-1, shape (frames, rows, columns).
        grid: Of its cells.
        step: Between frames, s.
    """

    def __init__(self, rates: NDArray[np.float32], grid: Grid, step: int) -> None:
        self.rates, self.grid, self.step = rates, grid, step
        self.start: np.datetime64 = START
        self.frames, self.interpolated = len(rates), np.zeros(len(rates), bool)

    @property
    def hours(self) -> float:
        """How long it rains."""
        return self.frames * self.step / 3600

    def rate(self, frame: int) -> NDArray[np.float32]:
        """Of one frame, mm h-1."""
        rate: NDArray[np.float32] = self.rates[frame]
        return rate

    def moments(self, maps: int) -> list[int]:
        """The end of the rain, and as many times before it as make the maps, evenly apart; whole frames, s."""
        return [max(round(self.frames * part / maps), 1) * self.step for part in range(1, maps + 1)]


@dataclass(frozen=True)
class Place:
    """A ground, and what is made of it once.

    Attributes:
        site: Of the fine simulation.
        losses: What the ground keeps of the rain.
        statistics: Of the training windows.
    """

    site: Site
    losses: Losses
    statistics: dict[str, Any]
    _coarse: dict[int, CoarseSite] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of cells."""
        return self.site.grid.shape

    @cached_property
    def drainage(self) -> Drainage:
        """Of the ground."""
        return drainage(self.site.elevation)

    @cached_property
    def fixed(self) -> dict[str, NDArray[np.float32]]:
        """Channels that no rain changes, by group."""
        elevation = np.asarray(self.site.elevation, np.float32)
        features = terrain_features(elevation, self.drainage, self.site.grid.cell_size)
        return {
            "heightmap": np.nan_to_num(normalised(elevation[None], [self.statistics["elevation"]]), nan=0.0),
            "terrain": normalised(features, [self.statistics["static"][name] for name in NAMES]),
            "permanent": np.zeros((1, *self.shape), np.float32),
        }

    def coarse(self, factor: int) -> CoarseSite:
        """The ground on cells `factor` times larger; 1 is as it is."""
        if factor not in self._coarse:
            self._coarse[factor] = coarse_site(self.site, factor)
        return self._coarse[factor]


def simulated(place: Place, rain: EventRain, factor: int, maps: int) -> list[NDArray[Any]]:
    """Depth on the fine ground at each moment by our own simulator, m, on cells `factor` times larger."""
    run = simulate_coarse(rain, place.coarse(factor), rain.moments(maps), 0, place.losses)
    return [_fine(place, depth, factor) for depth in run.now]


def _fine(place: Place, depth: NDArray[Any], factor: int) -> NDArray[Any]:
    return depth if factor == 1 else downscale(place.site.elevation, depth, factor, SWEEPS)


def settled(place: Place, rain: EventRain, maps: int) -> list[NDArray[Any]]:
    """Depth at each moment of all that ran on the ground, settled where it fell, m."""
    return [settled_rain(place.site, fallen) for fallen in fallen_at(place, rain, rain.moments(maps))]


def fallen_at(place: Place, rain: EventRain, moments: Sequence[int]) -> Iterator[NDArray[np.float64]]:
    """What ran on the ground by each moment, m, in cells of the rain."""
    fall = Fall(rain, place.losses)
    return (fall.until(moment) for moment in moments)


def predicted(
    place: Place, rain: EventRain, network: torch.nn.Module, groups: Sequence[str], maps: int
) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Probabilities and depth at each moment by a model: `prediction.predict_whole` of `channels`."""
    found = []
    for inputs in channels(place, rain, groups, maps):

        def read(row: int, col: int, height: int, width: int, whole: Any = inputs) -> NDArray[np.float32]:
            return np.asarray(whole[:, row : row + height, col : col + width])

        found.append(predict_whole(network, place.shape, read))
    return found


def channels(place: Place, rain: EventRain, groups: Sequence[str], maps: int) -> Iterator[NDArray[np.float32]]:
    """What a model reads at each moment, shape (channels, rows, columns), in the order of `layout.GROUPS`."""
    moments, run = rain.moments(maps), None
    if "simulated" in groups:
        run = simulate_coarse(rain, place.coarse(CHANNEL_FACTOR), moments, 0, place.losses)
    fallen: Any = run.fallen if run is not None else fallen_at(place, rain, moments)
    for index, (moment, ran) in enumerate(zip(moments, fallen, strict=True)):
        made = {**place.fixed, **_of_history(place, rain, moment, groups)}
        # Both as exact as make_windows keeps them.
        if "settled" in groups:
            made["settled"] = _decimetres(settled_rain(place.site, ran).astype(np.float16))
        if run is not None:
            made["simulated"] = _decimetres(_fine(place, run.now[index].astype(np.float16), CHANNEL_FACTOR))
        yield np.concatenate([made[group] for group in GROUPS if group in groups])


def _decimetres(depth: NDArray[Any]) -> NDArray[np.float32]:
    return np.log1p(depth.astype(np.float32) * 10)[None]


def _of_history(place: Place, rain: EventRain, moment: int, groups: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """The channels of groups rain and routed."""
    statistics, factor, made = place.statistics, place.shape[0] // rain.grid.height, {}
    frames = history.recent(rain.rates, moment // rain.step - 1, sum(statistics["pattern"]))
    if "rain" in groups:
        pooled = history.pool(frames, statistics["pattern"], statistics["reducer"])
        scaled = history.SCALES[statistics["rain_scaling"]](pooled)
        known = np.concatenate([scaled, history.missing_share(frames)[None]])
        made["rain"] = known.repeat(factor, 1).repeat(factor, 2)
    if "routed" in groups:
        fallen = history.accumulate(frames, routed_spans(statistics), rain.step / 3600)
        run = [place.drainage.route(layer.repeat(factor, 0).repeat(factor, 1)) for layer in fallen]
        kept = np.log1p(np.nan_to_num(np.stack(run), nan=0.0)).astype(np.float16).astype(np.float32)
        made["routed"] = normalised(kept, statistics["routed"])
    return made
