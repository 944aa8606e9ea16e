"""What any CF NetCDF file says: its times, the centres of its cells, its CRS, and its values as plain floats."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.errors import UserError
from floodmark.radar.crs import canonical_crs

if TYPE_CHECKING:
    from pathlib import Path

    import netCDF4
    from numpy.typing import NDArray

TO_METRES = {"m": 1.0, "metre": 1.0, "meter": 1.0, "metres": 1.0, "meters": 1.0, "km": 1000.0, "kilometre": 1000.0}

DAMAGE = (OSError, RuntimeError)
"""What netCDF4 raises where a file is no NetCDF, and where a block of it cannot be read."""


def plain(values: Any) -> NDArray[np.float32]:
    """What netCDF4 gives, masked or not, as float32 with NaN where it is missing."""
    return np.asarray(np.ma.filled(np.ma.asarray(values).astype(np.float32), np.nan), np.float32)


def check_length(source: netCDF4.Dataset, path: Path) -> None:
    """Refuse a classic file that is shorter than its values: the library would read zeros where the file has ended.

    Raises:
        UserError: naming the file and both lengths.
    """
    if not source.data_model.startswith("NETCDF3"):
        return
    least = sum(math.prod(item.shape) * np.dtype(item.dtype).itemsize for item in source.variables.values())
    length = path.stat().st_size
    if length < least:
        raise UserError(f"{path}: has {length} bytes, its header promises {least} or more: copy or download it again")


def read_times(source: netCDF4.Dataset, name: str, path: Path) -> NDArray[np.datetime64]:
    """Times along one dimension as the file has them, datetime64[us], UTC.

    Raises:
        UserError: naming the file, if there is no such coordinate, or its units are no time.
    """
    import netCDF4

    if name not in source.variables or not hasattr(source[name], "units"):
        raise UserError(f"{path}: the dimension {name} has no time coordinate with units such as 'minutes since ...'")
    clock = source[name]
    try:
        # A zone in the units is taken off by cftime, so what comes back is UTC.
        dates: Any = netCDF4.num2date(clock[:], clock.units, getattr(clock, "calendar", "standard"))
        return np.array([np.datetime64(date.isoformat(), "us") for date in list(dates)], "datetime64[us]")
    except (ValueError, AttributeError) as error:
        raise UserError(f"{path}: times of units {clock.units!r} cannot be read ({error})") from error


def read_centres(source: netCDF4.Dataset, name: str, path: Path) -> NDArray[np.float64]:
    """Centres of cells along one dimension, m, in the file's order.

    Raises:
        UserError: naming the file, if there are none, or they are in no unit of a projected CRS.
    """
    if name not in source.variables:
        raise UserError(f"{path}: the dimension {name} has no coordinate variable")
    unit = str(getattr(source[name], "units", "m"))
    if unit not in TO_METRES:
        raise UserError(f"{path}: {name} has units {unit!r}, must be m or km of a projected CRS")
    values = np.asarray(np.ma.filled(np.ma.asarray(source[name][:]).astype(np.float64), np.nan), np.float64)
    if not np.isfinite(values).all():
        raise UserError(f"{path}: {name} has missing values")
    return values * TO_METRES[unit]


def read_crs(source: netCDF4.Dataset, variable: netCDF4.Variable[Any], path: Path) -> str:
    """The CRS of a variable's grid_mapping, else the file's attribute `crs`, in its one spelling.

    Raises:
        UserError: naming the file, if it says none, or none that PROJ knows.
    """
    from rasterio.errors import CRSError

    mapping: Any = None
    if hasattr(variable, "grid_mapping"):
        # CF's long form reads `crs: x y`.
        mapping = source.variables.get(str(variable.grid_mapping).split()[0].rstrip(":"))
    stated = next((str(getattr(mapping, key)) for key in ("crs_wkt", "spatial_ref") if hasattr(mapping, key)), None)
    stated = stated or (str(source.crs) if "crs" in source.ncattrs() else None)
    if stated is None:
        raise UserError(
            f"{path}: says no CRS: give {variable.name} a grid_mapping with crs_wkt, or the file an attribute crs"
        )
    try:
        return canonical_crs(stated)
    except CRSError as error:
        raise UserError(f"{path}: its CRS is not known to PROJ: {stated[:80]!r} ({error})") from error
