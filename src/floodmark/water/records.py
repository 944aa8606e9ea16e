"""Simulated events as they lie on disk: depth at snapshots, and the rain that made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from floodmark.errors import UserError
from floodmark.radar.cf import plain
from floodmark.radar.sequence import SequenceReader

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Record:
    """One event, without its arrays.

    Attributes:
        name: The depth file's stem.
        origin: ``radar`` or ``generated``.
        depth_path: NetCDF with ``depth(time, y, x)`` m.
        rain_path: NetCDF with ``rainfall_rate(time, y, x)`` mm h-1.
        snapshots: Times of the depth, UTC.
        frames: Times of the rain, UTC, evenly spaced.
    """

    name: str
    origin: str
    depth_path: Path
    rain_path: Path
    snapshots: NDArray[np.datetime64]
    frames: NDArray[np.datetime64]

    @property
    def step(self) -> np.timedelta64:
        """Time between two frames of rain."""
        if len(self.frames) < 2:
            return np.timedelta64(300, "s")
        return np.timedelta64(self.frames[1] - self.frames[0], "s")

    @property
    def start(self) -> np.datetime64:
        """Time of the first frame."""
        first: np.datetime64 = self.frames[0]
        return first

    @property
    def end(self) -> np.datetime64:
        """Time of the last frame or snapshot, whichever is later."""
        last: np.datetime64 = max([self.frames[-1], *self.snapshots[-1:]])
        return last

    def rain(self) -> SequenceReader:
        """Rain of shape (frames, rows, columns), mm h-1, NaN where missing, read as it is sliced."""
        return SequenceReader(self.rain_path)

    def depth(self) -> SequenceReader:
        """Depth of shape (snapshots, rows, columns), m, read as it is sliced."""
        return SequenceReader(self.depth_path, "depth", "m")

    def initial_depth(self) -> NDArray[np.float32] | None:
        """Depth before the rain, m, shape (rows, columns), NaN where there is no ground; None where there was none."""
        import netCDF4

        with netCDF4.Dataset(self.depth_path) as source:
            return plain(source["initial_depth"][:]) if "initial_depth" in source.variables else None


def read_records(depth_folder: Path, outputs_folder: Path) -> list[Record]:
    """All events, sorted by name.

    Args:
        depth_folder: Where the depth files lie.
        outputs_folder: What their attribute `rain_file` is relative to.

    Raises:
        UserError: naming a file that lacks an attribute, has no rain, or whose rain is uneven in time.
    """
    return [_read_record(path, outputs_folder) for path in sorted(depth_folder.glob("*.nc"))]


def _read_record(path: Path, outputs_folder: Path) -> Record:
    depth = SequenceReader(path, "depth", "m")
    if {"origin", "rain_file"} - set(depth.attributes):
        raise UserError(f"{path}: needs the attributes origin and rain_file; run make_water again")
    rain_path = outputs_folder / str(depth.attributes["rain_file"])
    if not rain_path.exists():
        raise UserError(f"{path}: its rain {rain_path} is missing; run the stage that writes it again")
    frames = SequenceReader(rain_path).times
    if len(frames) == 0 or (len(frames) > 2 and len(set(np.diff(frames).tolist())) > 1):
        raise UserError(f"{rain_path}: frames must be evenly spaced in time")
    return Record(path.stem, str(depth.attributes["origin"]), path, rain_path, depth.times, frames)
