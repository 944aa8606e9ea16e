"""Depths of one's own become the depths of `make_water`, as though the simulator had written them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from floodmark.errors import UserError
from floodmark.hydraulics.depths import DepthWriter
from floodmark.hydraulics.events import find_events
from floodmark.hydraulics.imports.archive import find_imports
from floodmark.hydraulics.imports.check import Dried, believed
from floodmark.hydraulics.imports.rain import Rain, rain_around, rain_called, read_rain, require_period
from floodmark.hydraulics.imports.times import times_of
from floodmark.hydraulics.ledger import Balance
from floodmark.progress import say, track
from floodmark.terrain.raster import read_raster

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.grid import Grid
    from floodmark.hydraulics.imports.source import Mark, Source
    from floodmark.settings.make_water import MakeWater


def import_water(
    water: Path, radar: Path, storms: Path, terrain: Path, folder: Path, settings: MakeWater
) -> list[Balance]:
    """Read every event's depths, check them against rain and terrain, and write them to the millimetre.

    Args:
        water: Folder of depths, laid out as docs/reference/data-layout.md says.
        radar: Folder of sequences.
        storms: Folder of generated storms.
        terrain: Folder of terrain.tif.
        folder: Gets `<event>.nc`.
        settings: Section `make_water`.

    Returns:
        The events' lines in the ledger, by origin and name; of the water that left nothing is known.

    Raises:
        UserError: naming the file, what is wrong with it, and what to do.
    """
    ground = terrain / "terrain.tif"
    found, events = find_imports(water, settings.imports), find_events(radar, storms)
    if not found or not events or not ground.exists():
        lacking = f"depth in {water}" if not found else "rain" if not events else "terrain"
        say(f"no water is imported: there is no {lacking}")
        return []
    elevation, grid = read_raster(ground)
    rains = [read_rain(event, settings.recession) for event in events]
    balances = []
    for name, source in track(list(found.items()), "importing events"):
        balance = _Event(name, source, rains, settings).write(folder / f"{name}.nc", np.isnan(elevation), grid)
        if balance is not None:
            balances.append(balance)
    if len(balances) < len(found):
        say(f"{len(found) - len(balances)} events left out: too short, or too much of their rain is missing")
    return sorted(balances, key=lambda item: (item.origin != "radar", item.event))


class _Event:
    """One import with its times and its rain."""

    def __init__(self, name: str, source: Source, rains: list[Rain], settings: MakeWater) -> None:
        self._name, self._source, self._settings = name, source, settings
        self._marks: list[Mark] = source.marks()
        called = rain_called(name, rains)
        if not self._marks:
            raise UserError(f"{source.path}: holds no depth: remove it")
        self._times = times_of(self._marks, settings.imports, called.first if called else None)
        self._rain = called or rain_around(self._times, rains, source.path)

    def write(self, target: Path, solid: NDArray[np.bool_], grid: Grid) -> Balance | None:
        """Write the depths; None, and no file, where the rain is too short or misses too much."""
        rain, settings = self._rain, self._settings
        missing = rain.reader.missing_share()
        if len(rain.reader.times) < settings.min_frames or missing > settings.max_missing_share:
            return None
        require_period(self._times, rain, self._source.path)
        file = rain.event.path
        about = {
            "event": self._name, "origin": rain.event.origin, "rain_file": f"{file.parent.name}/{file.name}",
        }  # fmt: skip
        writer, dried, deepest = DepthWriter(target, grid, rain.first, about), Dried(), 0.0
        depth = np.zeros(grid.shape, np.float32)
        try:
            for time, mark, layer in zip(self._times, self._marks, self._source.layers(grid), strict=True):
                depth = believed(layer, solid, mark.where, settings.imports, dried)
                writer.append(int((time - rain.first) / np.timedelta64(1, "s")), depth, solid)
                deepest = max(deepest, float(depth[~solid].max(initial=0)))
            balance = self._balance(depth, deepest, missing, solid, grid)
            writer.add_attributes({f"ledger_{name}": value for name, value in balance.volumes().items()})
        finally:
            writer.close()
        if dried.cells:
            share = dried.cells / max(1, len(self._marks) * int((~solid).sum()))
            say(
                f"{self._source.path}: no data on {share:.1%} of the ground ({dried.cells} cells, in {dried.depths} of "
                f"{len(self._marks)} depths), taken as dry"
            )
        return balance

    def _balance(
        self, depth: NDArray[np.float32], deepest: float, missing: float, solid: NDArray[np.bool_], grid: Grid
    ) -> Balance:
        """The line in the ledger: what the last depths and the rain say."""
        return Balance(
            event=self._name,
            origin=self._rain.event.origin,
            rain_m3=self._rain.volume(solid, grid),
            stored_m3=float(depth[~solid].sum(dtype=np.float64)) * grid.cell_size**2,
            wet_cells=int((depth[~solid] >= self._settings.wet_depth).sum()),
            cells=int((~solid).sum()),
            max_depth=deepest,
            missing_share=missing,
        )
