"""Which events there are, and the simulation of one: rain in, depths and a line of the ledger out."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.hydraulics.clock import Clock
from floodmark.hydraulics.forcing import Forcing
from floodmark.hydraulics.record import Record
from floodmark.radar.sequence import SequenceReader

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.grid import Grid
    from floodmark.hydraulics.ledger import Balance
    from floodmark.hydraulics.site import Site
    from floodmark.settings.make_water import MakeWater

FILES = Lock()
"""HDF5 is not safe from two threads at once."""


@dataclass(frozen=True)
class Event:
    """Rain that water is made of: one radar sequence or one generated storm."""

    name: str
    origin: str
    path: Path


def find_events(radar: Path, storms: Path) -> list[Event]:
    """Every sequence and storm, by origin and name."""
    return [
        Event(path.stem, origin, path)
        for origin, folder in (("radar", radar), ("generated", storms))
        for path in sorted(folder.glob("*.nc"))
    ]


class SequenceRain:
    """The rain of a sequence or storm, in cells that the ground's nest in.

    Args:
        path: Of the sequence.
        grid: Of the ground.
    """

    def __init__(self, path: Path, grid: Grid) -> None:
        with FILES:
            self._reader = SequenceReader(path)
            self.missing_share = self._reader.missing_share()
        times, self._grid, self.called = self._reader.times, grid, path.name
        self.start, self.frames, self.shape = times[0], len(times), self._reader.grid.shape
        self.step = int((times[1] - times[0]) / np.timedelta64(1, "s")) if len(times) > 1 else 0

    def rate(self, frame: int) -> NDArray[np.float32]:
        """Rainfall rate, mm h-1, shape of the rain's cells, NaN where missing."""
        with FILES:
            return self._reader.frame(frame)

    def spread(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values of the rain's cells on the cells of the ground."""
        return spread(values, self._reader.grid, self._grid)


def open_rain(event: Event, site: Site, settings: MakeWater) -> SequenceRain | None:
    """The rain of an event; None where it is too short or misses too much."""
    rain = SequenceRain(event.path, site.grid)
    return rain if rain.frames >= settings.min_frames and rain.missing_share <= settings.max_missing_share else None


def about(event: Event) -> dict[str, str]:
    """What an event's depths say of where they come from."""
    return {"event": event.name, "origin": event.origin, "rain_file": f"{event.path.parent.name}/{event.path.name}"}


def simulate(event: Event, site: Site, target: Path, settings: MakeWater) -> Balance | None:
    """Let one event's rain run over the ground, and write depths on the clock of the snapshots.

    A rain frame falls from its own time until the next frame's, so no depth depends on a frame of its time or later.

    Args:
        event: Whose rain.
        site: Where it falls.
        target: NetCDF to write.
        settings: Section `make_water`.

    Returns:
        The event's line in the ledger; None, and no file, where it is too short or misses too much rain.
    """
    rain = open_rain(event, site, settings)
    if rain is None:
        return None
    clock = Clock(rain.step, rain.frames, settings.snapshot_interval * 60, settings.recession * 60)
    water, forcing = site.water(), Forcing(rain, site, settings.losses)
    with FILES:
        record = Record(target, site, rain.start, about(event), settings)
    for span in clock.spans():
        water.advance(forcing.fall(span), span.end - span.start)
        if span.kept:
            with FILES:
                record.keep(span.end, water)
    with FILES:
        return record.close(water, forcing, event.name, event.origin, rain.missing_share)


def spread(rate: NDArray[Any], source: Grid, grid: Grid) -> NDArray[Any]:
    """Each rain cell's rate on the terrain cells within it, missing as none; the grids must nest."""
    factor = grid.height // source.height
    source.require_same(grid.coarser(factor), "rain and terrain")
    return np.repeat(np.repeat(np.nan_to_num(rate, nan=0.0), factor, axis=0), factor, axis=1)


def in_order(balances: list[Balance], events: list[Event]) -> list[Balance]:
    """Lines of the ledger in the order of the events."""
    order = {event.name: place for place, event in enumerate(events)}
    return sorted(balances, key=lambda balance: order[balance.event])


def describe(balances: list[Balance]) -> dict[str, Any]:
    """Metrics of all events together; volumes are sums over the events for which they are known."""
    residuals = [abs(share) for balance in balances if (share := balance.relative_residual) is not None]
    shares = [balance.wet_cells / balance.cells for balance in balances if balance.cells]
    volumes: dict[str, float] = {}
    for balance in balances:
        for name, value in balance.volumes().items():
            if name.endswith("_m3"):
                volumes[name] = volumes.get(name, 0.0) + value
    return {
        "events": len(balances),
        "radar_events": sum(balance.origin == "radar" for balance in balances),
        "generated_events": sum(balance.origin == "generated" for balance in balances),
        "largest_relative_residual": max(residuals, default=None),
        "median_wet_share": float(np.median(shares)) if shares else None,
        "max_depth": max((balance.max_depth for balance in balances), default=None),
        "newly_flooded_cells": sum(balance.newly_flooded_cells or 0 for balance in balances),
        **volumes,
    }
