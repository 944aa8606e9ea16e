"""CF NetCDF of depth, one file an event: which variable, in what unit, on what grid, at what times."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.hydraulics.imports.check import require_grid
from floodmark.hydraulics.imports.source import Mark, damaged, in_metres, to_metres
from floodmark.radar.cf import DAMAGE, check_length, plain, read_centres, read_crs, read_times

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

STANDARD_NAME = "flood_water_thickness"
NAMES = ("depth", "water_depth")


class NetcdfFile:
    """One file with `depth(time, y, x)`.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def marks(self) -> list[Mark]:
        """One for each time."""
        with self._opened() as source:
            times = read_times(source, self._depth(source).dimensions[0], self.path)
        return [Mark(f"{self.path}, depth {number}", time=time) for number, time in enumerate(times, 1)]

    def layers(self, study: Grid) -> Iterator[NDArray[np.float32]]:
        """The depth of each time, m."""
        with self._opened() as source:
            depth = self._depth(source)
            y, x = (read_centres(source, name, self.path) for name in depth.dimensions[1:])
            flipped = bool(y[0] < y[-1])
            crs = read_crs(source, depth, self.path)
            where = str(self.path)
            require_grid(Grid.from_centres(crs, x, y[::-1] if flipped else y, where), study, where)
            factor = to_metres(str(getattr(depth, "units", "")), f"{where}: {depth.name}")
            for number in range(depth.shape[0]):
                layer = in_metres(plain(depth[number]), factor)
                yield np.ascontiguousarray(layer[::-1]) if flipped else layer

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        import netCDF4

        try:
            with netCDF4.Dataset(self.path) as source:
                check_length(source, self.path)
                yield source
        except DAMAGE as error:
            raise damaged(self.path, "NetCDF", error) from error

    def _depth(self, source: Any) -> Any:
        found = [item for item in source.variables.values() if getattr(item, "standard_name", "") == STANDARD_NAME]
        found = found or [source[name] for name in NAMES if name in source.variables]
        if len(found) != 1:
            raise UserError(
                f"{self.path}: {len(found)} variables with standard_name {STANDARD_NAME} or named {' or '.join(NAMES)} "
                f"among {', '.join(sorted(source.variables))}, must be one: see docs/reference/data-layout.md"
            )
        (depth,) = found
        if len(depth.dimensions) != 3:
            raise UserError(f"{self.path}: {depth.name} has dimensions {depth.dimensions}, must have (time, y, x)")
        return depth
