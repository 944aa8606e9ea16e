"""The mass ledger: what rained, ran off and stayed, event by event, and what does not add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = (
    "event", "origin", "rain_m3", "outflow_m3", "stored_m3", "residual_m3", "relative_residual", "wet_cells", "cells",
    "max_depth", "missing_share",
)  # fmt: skip


@dataclass(frozen=True)
class Balance:
    """One event's line.

    Attributes:
        event: Its name.
        origin: `radar` or `generated`.
        rain_m3: Rain that ran off onto the ground, after losses to the soil; of an import, all rain on it.
        outflow_m3: Water that left over the edges; None of an import.
        stored_m3: Water on the ground at the end.
        wet_cells: Cells at or above the wet depth at the end.
        cells: Cells with ground.
        max_depth: Deepest water at any mark of the clock, m.
        missing_share: Share of the rain that was missing and counted as none.
    """

    event: str
    origin: str
    rain_m3: float
    outflow_m3: float | None
    stored_m3: float
    wet_cells: int
    cells: int
    max_depth: float
    missing_share: float

    @property
    def residual_m3(self) -> float | None:
        """Water that the arithmetic lost (above zero) or made."""
        return None if self.outflow_m3 is None else self.rain_m3 - self.outflow_m3 - self.stored_m3

    @property
    def relative_residual(self) -> float | None:
        """The residual as a share of the rain."""
        residual = self.residual_m3
        if residual is None:
            return None
        return residual / self.rain_m3 if self.rain_m3 > 0 else 0.0


def write_ledger(path: Path, balances: list[Balance]) -> None:
    """Write the ledger as CSV, ten significant digits; what is not known is empty."""
    lines = [",".join(COLUMNS)]
    for balance in balances:
        values = (getattr(balance, name) for name in COLUMNS)
        lines.append(",".join(_text(value) for value in values))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _text(value: float | str | None) -> str:
    return "" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)
