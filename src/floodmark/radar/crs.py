"""One spelling for each coordinate reference system."""

from __future__ import annotations

from typing import Any

SAME = 1e-9
"""Relative difference below which two parameters of a projection are one: 6 mm on the Earth's radius."""


def canonical_crs(crs: object) -> str:
    """The EPSG code of a CRS where it has one, so that two spellings of one CRS are equal, else its WKT.

    Between two spellings of one CRS a warp would do nothing at best, and shift the datum at worst. The .prj files of OS
    Terrain 50, for one, round a scale factor and name no authority: PROJ is asked for its best guess at the code, and
    the guess is taken if all parameters agree.

    Raises:
        rasterio.errors.CRSError: if PROJ does not know it.
    """
    from rasterio.crs import CRS

    known = CRS.from_user_input(crs)
    code = known.to_epsg(confidence_threshold=20)
    if code and _agree(known.to_dict(projjson=False), CRS.from_epsg(code).to_dict(projjson=False)):
        return f"EPSG:{code}"
    return str(known.to_wkt())


def _agree(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two projections have the same parameters, a spelled-out EPSG code counting as agreement."""
    if one.keys() != other.keys():
        return False
    for key, value in one.items():
        numbers = all(isinstance(item, (int, float)) for item in (value, other[key]))
        if numbers and abs(value - other[key]) > SAME * max(abs(value), abs(other[key])):
            return False
        if not numbers and value != other[key]:
            return False
    return True


def wkt(crs: str) -> str:
    """The well-known text of a CRS, as CF's `crs_wkt` holds it."""
    from rasterio.crs import CRS

    return str(CRS.from_user_input(crs).to_wkt())
