"""What a forecast writes: depth and probability as CF NetCDF, tile by tile, and one moment of it as GeoTIFFs."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.errors import UserError
from floodmark.radar.cf import plain
from floodmark.radar.sequence import create_file
from floodmark.terrain.raster import write_raster

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.grid import Grid
    from floodmark.water.forecast.moments import Asked

CHUNK = 768
"""Longest side of a block of the NetCDF, cells."""


class ForecastFile:
    """Writes `depth(time, y, x)`, m, and `probability(time, wet_depth, y, x)`; NaN where there is no ground.

    Args:
        path: Of the file.
        grid: Where the maps lie.
        wet_depths: m, ascending; a probability each.
        attributes: Written as global attributes.
    """

    def __init__(self, path: Path, grid: Grid, wet_depths: Sequence[float], attributes: dict[str, Any]) -> None:
        self._file = file = create_file(path, grid, attributes)
        file.createDimension("wet_depth", len(wet_depths))
        levels = file.createVariable("wet_depth", "f8", ("wet_depth",))
        levels.setncatts({"units": "m", "long_name": "depth at or above which a cell is wet", "positive": "up"})
        levels[:] = np.asarray(wet_depths, float)
        known = file.createVariable("known_until", "i8", ("time",), chunksizes=(512,))
        about = {"standard_name": "forecast_reference_time", "long_name": "up to when the rain was known"}
        known.setncatts({**about, "units": file["time"].units, "calendar": "standard"})
        sides = (min(grid.height, CHUNK), min(grid.width, CHUNK))
        depth = self._create("depth", ("time", "y", "x"), (1, *sides))
        depth.setncatts({"standard_name": "flood_water_thickness", "units": "m", "coordinates": "known_until"})
        depth.long_name = "predicted depth of water above the ground, 0 where foretold dry"
        chance = self._create("probability", ("time", "wet_depth", "y", "x"), (1, 1, *sides))
        chance.setncatts({"units": "1", "coordinates": "known_until"})
        chance.long_name = "probability of a depth of wet_depth or more"

    def _create(self, name: str, dimensions: tuple[str, ...], chunks: tuple[int, ...]) -> Any:
        variable = self._file.createVariable(
            name, "f4", dimensions, fill_value=np.float32(np.nan), compression="zlib", complevel=2, shuffle=True,
            chunksizes=chunks,
        )  # fmt: skip
        variable.grid_mapping = "crs"
        return variable

    def begin(self, number: int, asked: Asked) -> None:
        """Say the times of a moment before its tiles are written."""
        self._file["time"][number] = asked.time.astype("datetime64[s]").astype(np.int64)
        self._file["known_until"][number] = asked.known.astype("datetime64[s]").astype(np.int64)

    def write(
        self, number: int, tile: tuple[slice, slice], chances: NDArray[np.float32], depth: NDArray[np.float32]
    ) -> None:
        """Write one tile of a moment: probabilities of shape (wet depths, rows, columns), and depth, m."""
        self._file["probability"][number, :, *tile] = chances
        self._file["depth"][number, *tile] = depth

    def add_attributes(self, attributes: dict[str, Any]) -> None:
        """Write what is known only at the end."""
        self._file.setncatts(attributes)

    def moment(self, number: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Probabilities and depth of one moment, as they were written."""
        return plain(self._file["probability"][number]), plain(self._file["depth"][number])

    def close(self) -> None:
        """End the file."""
        if self._file.isopen():
            self._file.close()


def raster_paths(output: Path, wet_depths: Sequence[float]) -> list[Path]:
    """The GeoTIFFs beside a NetCDF: of the depth, then of each probability."""
    stem = output.with_suffix("").name
    names = [f"{stem}_depth.tif", *(f"{stem}_probability_{depth:g}m.tif" for depth in wet_depths)]
    return [output.with_name(name) for name in names]


def write_rasters(paths: Sequence[Path], chances: NDArray[np.float32], depth: NDArray[np.float32], grid: Grid) -> None:
    """Write depth, m, and each probability as a cloud-optimised GeoTIFF, in the order of `raster_paths`."""
    for path, values in zip(paths, [depth, *chances], strict=True):
        write_raster(path, values, grid)


def check_targets(targets: Sequence[Path], sources: Sequence[Path]) -> None:
    """Refuse what cannot be written, or would be written over or among what is read.

    Raises:
        UserError: naming the file.
    """
    for target in targets:
        if not target.absolute().parent.is_dir():
            raise UserError(f"{target}: the folder {target.absolute().parent} does not exist: make it first")
        if target.is_dir():
            raise UserError(f"{target}: is a folder: name a file in it")
        for source in sources:
            if target.resolve() == source.resolve():
                raise UserError(f"{target}: is read by this forecast and would be lost: choose another name")
            if source.is_dir() and source.resolve() in target.resolve().parents:
                raise UserError(f"{target}: lies in the folder {source} that is read: choose another one for it")


@contextmanager
def whole_or_none(targets: Sequence[Path]) -> Iterator[list[Path]]:
    """Neighbours of the files to be written, which take their places together when all is done, or vanish."""
    partials = [target.with_name(f".partial-{os.getpid()}-{target.name}") for target in targets]
    try:
        yield partials
        for partial, target in zip(partials, targets, strict=True):
            partial.replace(target)
    finally:
        for partial in partials:
            partial.unlink(missing_ok=True)
