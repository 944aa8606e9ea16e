"""One unbroken sequence of rainfall on disk: written a frame at a time, so that no archive is too long for memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.radar.cf import plain
from floodmark.radar.crs import canonical_crs, wkt

if TYPE_CHECKING:
    from pathlib import Path

    import netCDF4
    from numpy.typing import NDArray

OBSERVED, INTERPOLATED, INCOMPLETE = 0, 1, 2
FRAMES_A_CHUNK, FRAMES_A_BLOCK = 16, 256


def create_file(path: Path, grid: Grid, attributes: dict[str, Any]) -> netCDF4.Dataset:
    """A new CF NetCDF-4 file with the axes time (s, without end), y and x, and the CRS.

    Args:
        path: Of the file.
        grid: Where its fields lie.
        attributes: Written as global attributes.
    """
    import netCDF4

    file = netCDF4.Dataset(path, "w", format="NETCDF4")
    file.setncatts({"Conventions": "CF-1.8", **attributes})
    for name, size in (("time", None), ("y", grid.height), ("x", grid.width)):
        file.createDimension(name, size)
    clock = file.createVariable("time", "i8", ("time",), chunksizes=(512,))
    clock.setncatts(
        {"standard_name": "time", "units": "seconds since 1970-01-01T00:00:00", "calendar": "standard", "axis": "T"}
    )
    for name, values in (("y", grid.y), ("x", grid.x)):
        axis = file.createVariable(name, "f8", (name,))
        axis.setncatts({"standard_name": f"projection_{name}_coordinate", "units": "m", "axis": name.upper()})
        axis[:] = values
    file.createVariable("crs", "i4").setncatts({"crs_wkt": wkt(grid.crs)})
    return file


class SequenceWriter:
    """Writes the frames of a sequence, one after the other, as CF NetCDF-4.

    Args:
        path: Of the file.
        grid: Where the frames lie.
        start: Time of the first frame, datetime64, UTC.
        step: Time between frames, s.
        attributes: Written as global attributes.
    """

    def __init__(
        self, path: Path, grid: Grid, start: np.datetime64, step: int, attributes: dict[str, Any] | None = None
    ) -> None:
        self._file = file = create_file(path, grid, attributes or {})
        chunks = (FRAMES_A_CHUNK, grid.height, grid.width)
        rate = file.createVariable(
            "rainfall_rate", "f4", ("time", "y", "x"), fill_value=np.float32(np.nan), compression="zlib", complevel=2,
            shuffle=True, chunksizes=chunks,
        )  # fmt: skip
        rate.setncatts({"standard_name": "rainfall_rate", "units": "mm h-1", "grid_mapping": "crs"})
        quality = file.createVariable("quality", "u1", ("time",), fill_value=False, chunksizes=(512,))
        quality.setncatts(
            {"flag_values": np.arange(3, dtype=np.uint8), "flag_meanings": "observed interpolated incomplete"}
        )
        self._start, self._step = int(start.astype("datetime64[s]").astype(np.int64)), step
        self._waiting: list[tuple[NDArray[np.float32], int]] = []
        self._written = 0

    def append(self, rate: NDArray[np.float32], quality: int) -> None:
        """Add the next frame: mm h-1, shape (rows, columns), and its quality flag."""
        self._waiting.append((rate, quality))
        if len(self._waiting) == FRAMES_A_CHUNK:
            self._flush()

    def _flush(self) -> None:
        if not self._waiting:
            return
        rates, qualities = zip(*self._waiting, strict=True)
        span = slice(self._written, self._written + len(rates))
        self._file["time"][span] = self._start + np.arange(span.start, span.stop) * self._step
        self._file["quality"][span] = np.array(qualities, np.uint8)
        self._file["rainfall_rate"][span] = np.stack(rates)
        self._written, self._waiting = span.stop, []

    def close(self) -> None:
        """Write what waits, and end the file."""
        self._flush()
        self._file.close()


class SequenceReader:
    """Reads a sequence of any length, of rain or of what rain becomes, a span of frames at a time.

    Indexing with a slice reads just these frames, as float32 of shape (frames, rows, columns), NaN where missing.

    Attributes:
        times: datetime64[s], UTC, of all frames.
        interpolated: bool, of all frames: made from the frames before and after, not observed.
        grid: Row 0 is north.
        shape: Frames, rows and columns.
        attributes: What else the file says of itself.

    Raises:
        UserError: naming the file and what it lacks: the variable, or its unit.
    """

    def __init__(self, path: Path, variable: str = "rainfall_rate", units: str = "mm h-1") -> None:
        import netCDF4

        self._path, self._variable = path, variable
        self._first, self._block = 0, np.empty((0, 0, 0), np.float32)
        with netCDF4.Dataset(path) as source:
            if variable not in source.variables:
                raise UserError(f"{path}: no variable {variable}: run the stage that writes it again")
            found = getattr(source[variable], "units", None)
            if found != units:
                raise UserError(f"{path}: {variable} is in {found!r}, expected {units!r}")
            self.times: NDArray[np.datetime64] = np.asarray(source["time"][:], np.int64).astype("datetime64[s]")
            flags = np.asarray(source["quality"][:]) if "quality" in source.variables else np.zeros(len(self.times))
            self.interpolated: NDArray[np.bool_] = flags == INTERPOLATED
            crs = canonical_crs(source["crs"].crs_wkt)
            self.grid = Grid.from_centres(crs, np.asarray(source["x"][:]), np.asarray(source["y"][:]), str(path))
            self.attributes: dict[str, Any] = {name: source.getncattr(name) for name in source.ncattrs()}
        self.shape = (len(self.times), *self.grid.shape)

    def __getitem__(self, span: slice) -> NDArray[np.float32]:
        import netCDF4

        with netCDF4.Dataset(self._path) as source:
            return plain(source[self._variable][span])

    def frame(self, number: int) -> NDArray[np.float32]:
        """One frame; quick where frames are asked for one after the other."""
        if not self._first <= number < self._first + len(self._block):
            self._first = number - number % FRAMES_A_BLOCK
            self._block = self[self._first : self._first + FRAMES_A_BLOCK]
        rate: NDArray[np.float32] = self._block[number - self._first]
        return rate

    def missing_share(self) -> float:
        """Share of cells and frames that are missing."""
        starts = range(0, len(self.times), FRAMES_A_BLOCK)
        missing = sum(int(np.isnan(self[at : at + FRAMES_A_BLOCK]).sum()) for at in starts)
        return missing / (len(self.times) * self.grid.height * self.grid.width)
