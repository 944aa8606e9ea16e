"""Depths of one event on disk, a snapshot at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.radar.sequence import create_file

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.grid import Grid

NEVER = -1
"""Time of the deepest water where it rounds to none."""


class DepthWriter:
    """Writes `depth(time, y, x)`, m, as CF NetCDF-4: float32, rounded to whole mm, NaN where there is no ground.

    Args:
        path: Of the file.
        grid: Where the depths lie.
        start: Time at which the rain begins, datetime64, UTC.
        attributes: Written as global attributes.
        velocity: Whether `speed(time, y, x)`, m s-1, is written beside it.
    """

    def __init__(
        self, path: Path, grid: Grid, start: np.datetime64, attributes: dict[str, Any], *, velocity: bool = False
    ) -> None:
        self._file = create_file(path, grid, dict(attributes))
        self._grid = grid
        self._create("depth", "depth of water above the ground, to the millimetre", "m", over_time=True)
        self._file["depth"].standard_name = "flood_water_thickness"
        if velocity:
            self._create("speed", "speed of the water, to the millimetre a second", "m s-1", over_time=True)
        self._start, self._written = int(start.astype("datetime64[s]").astype(np.int64)), 0

    def append(
        self, passed: int, depth: NDArray[Any], solid: NDArray[np.bool_], speed: NDArray[Any] | None = None
    ) -> None:
        """Add the depths at `passed` seconds after the start, shape (rows, columns), with no ground where `solid`."""
        self._file["time"][self._written] = self._start + passed
        self._file["depth"][self._written] = to_millimetres(depth, solid)
        if speed is not None:
            self._file["speed"][self._written] = to_millimetres(speed, solid)
        self._written += 1

    def add_peaks(self, peak: NDArray[Any], time: NDArray[Any], solid: NDArray[np.bool_]) -> None:
        """Write the deepest water of each cell and when it was, s after the start."""
        self._create("max_depth", "deepest water at any time step, to the millimetre", "m")
        self._file["max_depth"][:] = to_millimetres(peak, solid)
        when = self._file.createVariable(
            "time_of_max_depth",
            "i4",
            ("y", "x"),
            fill_value=np.int32(NEVER),
            compression="zlib",
            complevel=1,
            shuffle=True,
        )
        about = "when the water was deepest, since the rain began; missing where it never was a millimetre"
        when.setncatts({"long_name": about, "units": "s", "grid_mapping": "crs"})
        when[:] = np.where(solid | (peak * 1000 < 0.5), NEVER, np.rint(time)).astype(np.int32)

    def add_initial(self, depth: NDArray[Any], solid: NDArray[np.bool_]) -> None:
        """Write the water that stood before the rain."""
        self._create("initial_depth", "water before the rain, to the millimetre", "m")
        self._file["initial_depth"][:] = to_millimetres(depth, solid)

    def add_ground(self, elevation: NDArray[Any]) -> None:
        """Write the ground, so that ground and depth make the water's level."""
        self._create("elevation", "height of the ground", "m")
        self._file["elevation"][:] = elevation

    def add_attributes(self, attributes: dict[str, Any]) -> None:
        """Write what is known only at the end."""
        self._file.setncatts(attributes)

    def close(self) -> None:
        """End the file."""
        self._file.close()

    def _create(self, name: str, about: str, units: str, *, over_time: bool = False) -> None:
        size = (self._grid.height, self._grid.width)
        variable = self._file.createVariable(
            name, "f4", ("time", "y", "x") if over_time else ("y", "x"), fill_value=np.float32(np.nan),
            compression="zlib", complevel=2 if over_time else 1, shuffle=True,
            chunksizes=(1, *size) if over_time else size,
        )  # fmt: skip
        variable.setncatts({"long_name": about, "units": units, "grid_mapping": "crs"})


def to_millimetres(values: NDArray[Any], solid: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Rounded to whole thousandths, NaN where there is no ground."""
    rounded = (np.rint(values * 1000.0) / 1000.0).astype(np.float32)
    rounded[solid] = np.nan
    return rounded
