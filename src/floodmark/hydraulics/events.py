"""Which events there are, and the simulation of one: rain in, depths and a line of the ledger out."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.hydraulics.depths import DepthWriter
from floodmark.hydraulics.ledger import Balance
from floodmark.hydraulics.water import Water
from floodmark.radar.sequence import SequenceReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.grid import Grid
    from floodmark.settings.make_water import MakeWater

FILES = Lock()
"""HDF5 is not safe from two threads at once."""

MM_PER_HOUR = 3.6e6
"""mm h-1 in one m s-1."""


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


def simulate(
    event: Event, elevation: NDArray[np.float32], grid: Grid, target: Path, settings: MakeWater
) -> Balance | None:
    """Let one event's rain run over the ground, which starts dry, and write depths on the clock of the snapshots.

    A rain frame falls from its own time until the next frame's, so no depth depends on a frame of its time or later.

    Args:
        event: Whose rain.
        elevation: m, shape of the grid.
        grid: Of terrain and water.
        target: NetCDF to write.
        settings: Section `make_water`.

    Returns:
        The event's line in the ledger; None, and no file, where it is too short or misses too much rain.
    """
    with FILES:
        rain = SequenceReader(event.path)
        missing = rain.missing_share()
    if len(rain.times) < settings.min_frames or missing > settings.max_missing_share:
        return None
    water = Water(
        elevation, grid.cell_size, manning_n=settings.manning_n, edge_slope=settings.edge_slope,
        courant=settings.courant, froude=settings.froude, theta=settings.theta, longest_step=settings.longest_step,
    )  # fmt: skip
    about = {"event": event.name, "origin": event.origin, "rain_file": f"{event.path.parent.name}/{event.path.name}"}
    with FILES:
        writer = DepthWriter(target, grid, rain.times[0], about)
    deepest = 0.0
    for passed, kept in _run(water, rain, grid, settings):
        deepest = max(deepest, water.deepest)
        if kept:
            with FILES:
                writer.append(passed, water.depth, water.solid)
    with FILES:
        writer.close()
    return Balance(
        event=event.name,
        origin=event.origin,
        rain_m3=water.rain_m3,
        outflow_m3=water.outflow_m3,
        stored_m3=water.stored_m3,
        wet_cells=int((water.depth >= settings.wet_depth).sum()),
        cells=int((~water.solid).sum()),
        max_depth=deepest,
        missing_share=missing,
    )


def _run(water: Water, rain: SequenceReader, grid: Grid, settings: MakeWater) -> Iterator[tuple[int, bool]]:
    """Advance from mark to mark, giving the seconds passed and whether a snapshot is due."""
    step = int((rain.times[1] - rain.times[0]) / np.timedelta64(1, "s"))
    every = settings.snapshot_interval * 60
    raining = len(rain.times) * step
    end = raining + settings.recession * 60
    snapshots = {*range(every, end + 1, every), end}
    marks = sorted(snapshots | set(range(step, raining + 1, step)))
    none = np.zeros(grid.shape, np.float32)
    passed, frame, fall = 0, -1, none
    for mark in marks:
        if passed >= raining:
            fall = none
        elif passed // step != frame:
            frame = passed // step
            with FILES:
                rate = rain.frame(frame)
            fall = spread(rate, rain.grid, grid) * np.float32(settings.runoff_coefficient / MM_PER_HOUR)
        water.advance(fall, mark - passed)
        passed = mark
        yield passed, mark in snapshots


def spread(rate: NDArray[np.float32], source: Grid, grid: Grid) -> NDArray[np.float32]:
    """Each rain cell's rate on the terrain cells within it, missing as none; the grids must nest."""
    factor = grid.height // source.height
    source.require_same(grid.coarser(factor), "rain and terrain")
    return np.repeat(np.repeat(np.nan_to_num(rate, nan=0.0), factor, axis=0), factor, axis=1)


def describe(balances: list[Balance]) -> dict[str, Any]:
    """Metrics of all events together."""
    residuals = [abs(share) for balance in balances if (share := balance.relative_residual) is not None]
    shares = [balance.wet_cells / balance.cells for balance in balances if balance.cells]
    return {
        "events": len(balances),
        "radar_events": sum(balance.origin == "radar" for balance in balances),
        "generated_events": sum(balance.origin == "generated" for balance in balances),
        "largest_relative_residual": max(residuals, default=None),
        "median_wet_share": float(np.median(shares)) if shares else None,
        "max_depth": max((balance.max_depth for balance in balances), default=None),
    }
