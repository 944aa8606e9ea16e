"""Depths of one event on disk, a snapshot at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from floodmark.radar.sequence import create_file

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.grid import Grid


class DepthWriter:
    """Writes `depth(time, y, x)`, m, as CF NetCDF-4: float32, rounded to whole mm, NaN where there is no ground.

    Args:
        path: Of the file.
        grid: Where the depths lie.
        start: Time at which the rain begins, datetime64, UTC.
        attributes: Written as global attributes.
    """

    def __init__(self, path: Path, grid: Grid, start: np.datetime64, attributes: dict[str, str]) -> None:
        self._file = file = create_file(path, grid, dict(attributes))
        depth = file.createVariable(
            "depth", "f4", ("time", "y", "x"), fill_value=np.float32(np.nan), compression="zlib", complevel=2,
            shuffle=True, chunksizes=(1, grid.height, grid.width),
        )  # fmt: skip
        depth.setncatts(
            {"long_name": "depth of water above the ground, to the millimetre", "units": "m", "grid_mapping": "crs"}
        )
        self._start, self._written = int(start.astype("datetime64[s]").astype(np.int64)), 0

    def append(self, passed: int, depth: NDArray[np.float32], solid: NDArray[np.bool_]) -> None:
        """Add the depths at `passed` seconds after the start, shape (rows, columns), with no ground where `solid`."""
        rounded = (np.rint(depth * 1000.0) / 1000.0).astype(np.float32)
        rounded[solid] = np.nan
        self._file["time"][self._written] = self._start + passed
        self._file["depth"][self._written] = rounded
        self._written += 1

    def close(self) -> None:
        """End the file."""
        self._file.close()
