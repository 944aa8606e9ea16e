"""The mass ledger: what rained, soaked away, ran off and stayed, event by event, and what does not add up."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Balance:
    """One event's line; volumes in m3. Of an import only rain and store are known, the rest is None.

    Attributes:
        event: Its name.
        origin: `radar` or `generated`.
        initial_m3: Water on the ground before the rain.
        rain_m3: Rain on the ground, before losses.
        inflow_m3: From hydrographs at points.
        edge_inflow_m3: That came in over the edges.
        losses_m3: That the ground took; below zero where a store gave more than it took.
        outflow_west_m3: That left over the western edge.
        outflow_east_m3: Over the eastern.
        outflow_north_m3: Over the northern.
        outflow_south_m3: Over the southern.
        stored_m3: Water on the ground at the end.
        wet_cells: Cells at or above the wet depth at the end.
        newly_flooded_cells: Cells that were below it before the rain and reached it at any time.
        cells: Cells with ground.
        max_depth: Deepest water at any time, m.
        missing_share: Share of the rain that was missing and counted as none.
    """

    event: str
    origin: str
    initial_m3: float | None = None
    rain_m3: float
    inflow_m3: float | None = None
    edge_inflow_m3: float | None = None
    losses_m3: float | None = None
    outflow_west_m3: float | None = None
    outflow_east_m3: float | None = None
    outflow_north_m3: float | None = None
    outflow_south_m3: float | None = None
    stored_m3: float
    wet_cells: int
    newly_flooded_cells: int | None = None
    cells: int
    max_depth: float
    missing_share: float

    @property
    def outflow_m3(self) -> float | None:
        """Over all edges."""
        return _sum(self.outflow_west_m3, self.outflow_east_m3, self.outflow_north_m3, self.outflow_south_m3)

    @property
    def handled_m3(self) -> float | None:
        """All water there ever was."""
        return _sum(self.initial_m3, self.rain_m3, self.inflow_m3, self.edge_inflow_m3)

    @property
    def residual_m3(self) -> float | None:
        """Water that the arithmetic lost (above zero) or made."""
        handled, gone = self.handled_m3, _sum(self.losses_m3, self.outflow_m3, self.stored_m3)
        return None if handled is None or gone is None else handled - gone

    @property
    def relative_residual(self) -> float | None:
        """The residual as a share of all water handled."""
        residual, handled = self.residual_m3, self.handled_m3
        return None if residual is None else residual / handled if handled else 0.0

    def volumes(self) -> dict[str, float]:
        """The volumes that are known by name, with what follows from them."""
        names = (*(item.name for item in fields(self) if item.name.endswith("_m3")), "residual_m3", "relative_residual")
        return {name: float(getattr(self, name)) for name in names if getattr(self, name) is not None}


def _sum(*parts: float | None) -> float | None:
    """The sum, None where a part is not known."""
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


COLUMNS = (*(item.name for item in fields(Balance)), "residual_m3", "relative_residual")


def write_ledger(path: Path, balances: list[Balance]) -> None:
    """Write the ledger as CSV, ten significant digits; what is not known is empty."""
    lines = [",".join(COLUMNS)]
    for balance in balances:
        values = (getattr(balance, name) for name in COLUMNS)
        lines.append(",".join(_text(value) for value in values))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _text(value: float | str | None) -> str:
    return "" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)
