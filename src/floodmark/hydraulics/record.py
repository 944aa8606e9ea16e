"""What is kept of an event: its depths on the clock, its peaks, and its line in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from floodmark.hydraulics.depths import DepthWriter
from floodmark.hydraulics.edges import SIDES
from floodmark.hydraulics.ledger import Balance

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from floodmark.hydraulics.forcing import Forcing
    from floodmark.hydraulics.site import Site
    from floodmark.settings.make_water import MakeWater


class Kept(Protocol):
    """What a record needs to know of water, whichever path computed it."""

    @property
    def initial_m3(self) -> float:
        """On the ground before the rain."""
        ...

    @property
    def depth(self) -> NDArray[Any]:
        """m, shape of the grid."""
        ...

    @property
    def peak(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Highest depth, m, and when it was, s."""
        ...

    @property
    def stored_m3(self) -> float:
        """On the ground."""
        ...

    @property
    def soil_m3(self) -> float:
        """In the ground."""
        ...

    @property
    def edges_m3(self) -> NDArray[np.float64]:
        """Out and in over the edges, shape (2, 4)."""
        ...

    def speed(self) -> NDArray[Any]:
        """Of the flow, m s-1, shape of the grid."""
        ...


class Record:
    """One event being written.

    Args:
        target: NetCDF to write.
        site: Where the water runs.
        start: When the rain begins, datetime64, UTC.
        attributes: What the file says of itself.
        settings: Section `make_water`.
    """

    def __init__(
        self, target: Path, site: Site, start: np.datetime64, attributes: dict[str, str], settings: MakeWater
    ) -> None:
        self._site, self._settings = site, settings
        self._writer = DepthWriter(target, site.grid, start, attributes, velocity=settings.velocity)

    def keep(self, passed: int, water: Kept) -> None:
        """Write the depths at `passed` seconds after the start."""
        speed = water.speed() if self._settings.velocity else None
        self._writer.append(passed, water.depth, self._site.solid, speed)

    def close(
        self, water: Kept, forcing: Forcing, event: str, origin: str, missing_share: float, *, ground: bool = False
    ) -> Balance:
        """Write peaks and ledger, with `ground` the elevation, and end the file."""
        solid, wet_depth = self._site.solid, self._settings.wet_depth
        (peak, when), edges = water.peak, water.edges_m3
        wet = ~solid & (water.depth >= wet_depth)
        out = {f"outflow_{side}_m3": float(volume) for side, volume in zip(SIDES, edges[0], strict=True)}
        balance = Balance(
            event=event,
            origin=origin,
            initial_m3=water.initial_m3,
            rain_m3=forcing.rain_m3,
            inflow_m3=forcing.inflow_m3,
            edge_inflow_m3=float(edges[1].sum()),
            losses_m3=forcing.rain_m3 - forcing.runoff_m3 + water.soil_m3,
            **out,
            stored_m3=water.stored_m3,
            wet_cells=int(wet.sum()),
            newly_flooded_cells=int((~solid & (peak >= wet_depth) & (self._site.depth < wet_depth)).sum()),
            cells=int((~solid).sum()),
            max_depth=float(peak[~solid].max(initial=0)),
            missing_share=missing_share,
        )
        self._writer.add_peaks(peak, when, solid)
        if ground:
            self._writer.add_ground(self._site.elevation)
        if self._site.depth.any():
            self._writer.add_initial(self._site.depth, solid)
        counts = {name: getattr(balance, name) for name in ("wet_cells", "newly_flooded_cells", "cells")}
        stated = {**balance.volumes(), **counts}
        self._writer.add_attributes({f"ledger_{name}": value for name, value in stated.items()})
        self._writer.close()
        return balance
