"""CF NetCDF radar files: which variable, in what unit, on what grid, at what times; and their frames, north up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.learning.cluster import abroad, fan_out
from floodmark.radar.cf import DAMAGE, check_length, plain, read_centres, read_crs, read_times

if TYPE_CHECKING:
    from pathlib import Path

    import netCDF4
    from numpy.typing import NDArray

TO_MM_PER_HOUR = {
    "mm h-1": 1.0, "mm/h": 1.0, "mm hr-1": 1.0, "mm/hr": 1.0, "mm h^-1": 1.0, "mm hour-1": 1.0, "kg m-2 h-1": 1.0,
    "kg m-2 s-1": 3600.0, "mm s-1": 3600.0, "m s-1": 3.6e6, "m/s": 3.6e6,
}  # fmt: skip
HEADERS = 64
"""Files whose headers are read at once."""


@dataclass(frozen=True)
class RadarFile:
    """One file, read no further than its header and times.

    Attributes:
        path: The file.
        variable: Name of its rainfall rate.
        grid: Where its cells lie, row 0 north.
        times: datetime64[s], UTC, in the file's order.
        factor: What makes mm h-1 of its unit.
        flipped: Whether its rows run south to north.
    """

    path: Path
    variable: str
    grid: Grid
    times: NDArray[np.datetime64]
    factor: float
    flipped: bool

    def frames(self, first: int, last: int) -> NDArray[np.float32]:
        """Frames `first` up to, not including, `last`: mm h-1, shape (frames, rows, columns), NaN where missing.

        Raises:
            UserError: naming the file, if a block of its data is damaged.
        """
        import netCDF4

        try:
            with netCDF4.Dataset(self.path) as source:
                rate = plain(source[self.variable][first:last]) * np.float32(self.factor)
        except DAMAGE as error:
            raise _damaged(self.path, error) from error
        return np.ascontiguousarray(rate[:, ::-1] if self.flipped else rate, np.float32)


def find_files(folder: Path) -> list[Path]:
    """The radar files of a folder and of the folders in it, by path."""
    return sorted(path for path in folder.rglob("*.nc") if path.is_file()) if folder.is_dir() else []


def read_header(path: Path) -> RadarFile:
    """Open a file as far as its coordinates.

    Raises:
        UserError: naming the file and what it lacks: a rainfall rate, a known unit, square cells, a CRS, times.
    """
    import netCDF4

    try:
        with netCDF4.Dataset(path) as source:
            return _read_header(source, path)
    except DAMAGE as error:
        raise _damaged(path, error) from error


def read_headers(paths: list[Path]) -> list[RadarFile]:
    """Open many files as far as their coordinates, by the workers of a cluster if there is one; see `read_header`."""
    parts = [[abroad(path) for path in paths[at : at + HEADERS]] for at in range(0, len(paths), HEADERS)]
    found = [header for part in fan_out(_read_headers, parts, "reading radar headers, by blocks") for header in part]
    return [replace(header, path=path) for header, path in zip(found, paths, strict=True)]


def _read_headers(paths: list[Path]) -> list[RadarFile]:
    return [read_header(path) for path in paths]


def _damaged(path: Path, error: Exception) -> UserError:
    return UserError(f"{path}: cannot be read as NetCDF ({error}): download it again")


def _read_header(source: netCDF4.Dataset, path: Path) -> RadarFile:
    check_length(source, path)
    variable = _rainfall_rate(source, path)
    dimensions = variable.dimensions
    if len(dimensions) != 3:
        raise UserError(f"{path}: {variable.name} has dimensions {dimensions}, must have (time, y, x)")
    times = _times(source, dimensions[0], path)
    y, x = (read_centres(source, name, path) for name in dimensions[1:])
    flipped = bool(y[0] < y[-1])
    grid = Grid.from_centres(read_crs(source, variable, path), x, y[::-1] if flipped else y, str(path))
    return RadarFile(path, str(variable.name), grid, times, _factor(variable, path), flipped)


def _rainfall_rate(source: netCDF4.Dataset, path: Path) -> netCDF4.Variable[Any]:
    named = [item for item in source.variables.values() if getattr(item, "standard_name", "") == "rainfall_rate"]
    if not named and "rainfall_rate" in source.variables:
        named = [source["rainfall_rate"]]
    if len(named) != 1:
        raise UserError(
            f"{path}: {len(named)} variables with standard_name rainfall_rate among {sorted(source.variables)}, "
            "must be one: see docs/reference/data-layout.md"
        )
    return named[0]


def _factor(variable: netCDF4.Variable[Any], path: Path) -> float:
    unit = " ".join(str(getattr(variable, "units", "")).split())
    if unit not in TO_MM_PER_HOUR:
        raise UserError(f"{path}: {variable.name} has units {unit!r}, known are {', '.join(TO_MM_PER_HOUR)}")
    return TO_MM_PER_HOUR[unit]


def _times(source: netCDF4.Dataset, name: str, path: Path) -> NDArray[np.datetime64]:
    times = read_times(source, name, path)
    rounded = (times + np.timedelta64(500, "ms")).astype("datetime64[s]")
    if len(rounded) == 0:
        raise UserError(f"{path}: holds no frame: remove it")
    values, counts = np.unique(rounded, return_counts=True)
    if (counts > 1).any():
        raise UserError(f"{path}: holds {values[counts > 1][0]} twice: every time must be once")
    return rounded
