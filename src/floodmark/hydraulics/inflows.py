"""Water that comes in at points: hydrographs of springs, sewers, and rivers that enter the grid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from floodmark.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.grid import Grid

COLUMNS = {"name": pl.String, "x": pl.Float64, "y": pl.Float64, "time": pl.String, "discharge": pl.Float64}
ISO = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$"


@dataclass(frozen=True)
class Inflow:
    """A hydrograph, linear between its times, nothing before the first and after the last.

    Attributes:
        name: What to call it.
        row: Of the cell.
        column: Of the cell.
        seconds: Since 1970 (UTC), increasing.
        discharge: m3 s-1 at these times.
    """

    name: str
    row: int
    column: int
    seconds: NDArray[np.float64]
    discharge: NDArray[np.float64]

    def volume(self, start: float, end: float) -> float:
        """m3 that came in between two times, s since 1970."""
        inner = self.seconds[(self.seconds > start) & (self.seconds < end)]
        times = np.concatenate([[start], inner, [end]])
        # At its first and last time the hydrograph jumps; a span's own ends count from within.
        begin, last = self.seconds[0], self.seconds[-1]
        times = np.clip(times, begin, last)
        return float(np.trapezoid(np.interp(times, self.seconds, self.discharge), times))


def rates(inflows: list[Inflow], shape: tuple[int, int], area: float, start: float, end: float) -> NDArray[np.float64]:
    """What comes in between two times as a mean rate over the cells, m s-1, of this shape; cells of `area` m2."""
    field = np.zeros(shape)
    for inflow in inflows:
        field[inflow.row, inflow.column] += inflow.volume(start, end) / ((end - start) * area)
    return field


def read_inflows(path: Path, grid: Grid, ground: NDArray[np.bool_]) -> list[Inflow]:
    """The hydrographs of a CSV with the columns name, x, y (CRS of the grid), time (ISO 8601, UTC) and discharge.

    Args:
        path: Of the file.
        grid: Where the water runs.
        ground: bool, cells with ground, shape of the grid.

    Raises:
        UserError: naming the file, the hydrograph and the value, if it cannot be read, a discharge is negative, times
            do not increase, or a point lies off the ground.
    """
    if not path.exists():
        raise UserError(f"{path}: is absent: make_water.inflows = true needs it (floodmark simulate: in --extras)")
    try:
        table = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UserError(f"{path}: cannot be read as CSV ({error}): its columns are {', '.join(COLUMNS)}") from error
    absent = [name for name in COLUMNS if name not in table.columns]
    if absent:
        raise UserError(f"{path}: lacks {', '.join(absent)}: its columns must be {', '.join(COLUMNS)}")
    try:
        table = table.select(pl.col(name).cast(kind) for name, kind in COLUMNS.items())
    except pl.exceptions.PolarsError as error:
        raise UserError(f"{path}: {error}: x, y and discharge must be numbers") from error
    wrong = table.filter(~pl.col("time").str.contains(ISO))["time"]
    if len(wrong):
        raise UserError(f"{path}: time {wrong[0]!r}: must be ISO 8601, UTC, such as 2013-12-05T18:00:00")
    parts = table.group_by("name", maintain_order=True)
    return [_inflow(path, str(name), part, grid, ground) for (name,), part in parts]


def _inflow(path: Path, name: str, part: pl.DataFrame, grid: Grid, ground: NDArray[np.bool_]) -> Inflow:
    where = f"{path}: {name}"
    if part.null_count().sum_horizontal().item() or len(part) < 2:
        raise UserError(f"{where}: needs two rows or more, and a value in every column")
    if part["x"].n_unique() > 1 or part["y"].n_unique() > 1:
        raise UserError(f"{where}: has more than one place: give each point a name of its own")
    seconds = np.array([_seconds(where, text) for text in part["time"]])
    discharge = part["discharge"].to_numpy().astype(np.float64)
    if not (np.diff(seconds) > 0).all():
        raise UserError(f"{where}: its times must increase")
    if not (np.isfinite(discharge) & (discharge >= 0)).all():
        raise UserError(f"{where}: discharge {discharge.min():g} m3 s-1: must be 0 or more")
    x, y = float(part["x"][0]), float(part["y"][0])
    row, column = int((grid.north - y) // grid.cell_size), int((x - grid.west) // grid.cell_size)
    if not (0 <= row < grid.height and 0 <= column < grid.width):
        raise UserError(f"{where}: ({x:g}, {y:g}) lies outside the grid {grid.bounds} of {grid.crs}")
    if not ground[row, column]:
        raise UserError(f"{where}: ({x:g}, {y:g}) lies where the heightmap says nothing: move it onto the ground")
    return Inflow(name, row, column, seconds, discharge)


def _seconds(where: str, text: str) -> float:
    """Since 1970; a time without a zone is UTC."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise UserError(f"{where}: time {text!r}: {error}") from error
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
