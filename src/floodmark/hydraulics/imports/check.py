"""What is asked of imported depths: the study's grid, ground where there is water, and believable water."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from floodmark.errors import UserError
from floodmark.radar.crs import canonical_crs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from floodmark.grid import Grid
    from floodmark.settings.make_water import Imports

PLAY = 0.1
"""Part of a cell by which corners may differ: headers of six digits round a northing of seven."""

LOWEST = -0.001
"""m; depths from here to 0 are rounding, and count as none."""

LEAST = 0.0005
"""m; what is less is written as 0."""


def fallback_crs(settings: Imports, study: Grid) -> str:
    """The CRS of depths that state none.

    Raises:
        UserError: if the params name one that PROJ does not know.
    """
    from rasterio.errors import CRSError

    if settings.crs is None:
        return study.crs
    try:
        return canonical_crs(settings.crs)
    except CRSError as error:
        raise UserError(
            f"params.yaml: make_water.imports.crs = {settings.crs!r} is not known to PROJ ({error}): name another, or "
            "set it to null"
        ) from error


def require_grid(found: Grid, study: Grid, where: str) -> None:
    """Refuse depths that do not lie on the study's cells; nothing is resampled unasked.

    Raises:
        UserError: naming both grids and the command that resamples.
    """
    play = PLAY * study.cell_size
    size = abs(found.cell_size - study.cell_size) * max(study.shape) <= play
    corner = abs(found.west - study.west) <= play and abs(found.north - study.north) <= play
    alike = _same_crs(found.crs, study.crs)
    if alike and size and corner and found.shape == study.shape:
        return
    edges = [
        abs(one - other) <= max(found.cell_size, play) for one, other in zip(found.bounds, study.bounds, strict=True)
    ]
    ground = "the study's ground at another cell size" if alike and not size and all(edges) else "not the study's grid"
    west, south, east, north = study.bounds
    crs = study.crs if len(study.crs) < 40 else "'CRS of outputs/terrain/terrain.tif'"
    raise UserError(
        f"{where}: {ground}\n  depths {_said(found)}\n  study  {_said(study)}\n"
        f"resample it: gdalwarp -t_srs {crs} -te {west:.12g} {south:.12g} {east:.12g} {north:.12g} "
        f"-tr {study.cell_size:.12g} {study.cell_size:.12g} -r average IN OUT.tif"
    )


def _said(grid: Grid) -> str:
    crs = grid.crs if len(grid.crs) < 40 else f"{grid.crs[:37]}..."
    return (
        f"{crs}, north-west corner {grid.west:.12g} {grid.north:.12g}, cells of {grid.cell_size:.12g}, "
        f"{grid.height} rows by {grid.width} columns"
    )


def _same_crs(one: str, other: str) -> bool:
    from rasterio.crs import CRS

    return one == other or bool(CRS.from_user_input(one) == CRS.from_user_input(other))


@dataclass
class Dried:
    """What counted as dry for want of data: cells of ground over all depths, and how many depths have any."""

    cells: int = 0
    depths: int = 0


def believed(
    depth: NDArray[np.float32], solid: NDArray[np.bool_], where: str, settings: Imports, dried: Dried
) -> NDArray[np.float32]:
    """Depth as the simulator has it, m: no data on ground is dry, for models write it there; rounding is no water.

    Args:
        depth: m, NaN where there is no data.
        solid: Where the study has no ground, of the same shape.
        where: What to call the depth to a person.
        settings: The deepest water to believe.
        dried: Counts what has no data on ground.

    Raises:
        UserError: naming value and cell, if water is below 0, too deep, or where there is no ground.
    """
    lowest, deepest = (float(choose(depth[~np.isnan(depth)], initial=0)) for choose in (np.min, np.max))
    if lowest < LOWEST:
        raise UserError(
            f"{where}: depth of {lowest:g} m at {_cell(depth == np.float32(lowest))}, must be {LOWEST:g} or more: if "
            "that stands for no data, have the file say so"
        )
    if deepest > settings.max_depth:
        raise UserError(
            f"{where}: depth of {deepest:g} m at {_cell(depth == np.float32(deepest))}, must be "
            f"make_water.imports.max_depth = {settings.max_depth:g} at most: is its unit not m? State it in the file, "
            "or in make_water.imports.units where the format states none"
        )
    outside = solid & (depth >= LEAST)
    if outside.any():
        raise UserError(
            f"{where}: water on {int(outside.sum())} of {int(solid.sum())} cells where the terrain has no ground, the "
            f"first at {_cell(outside)}, {float(depth[outside].max()):g} m at most: write no data or 0 there, or give "
            "a heightmap that covers them"
        )
    missing = np.isnan(depth) & ~solid
    dried.cells += int(missing.sum())
    dried.depths += bool(missing.any())
    # Adding 0 turns the -0 of a rounded depth into 0.
    return np.asarray(np.maximum(np.nan_to_num(depth, nan=0.0), 0) + 0.0, np.float32)


def _cell(mask: NDArray[np.bool_]) -> str:
    row, column = np.argwhere(mask)[0]
    return f"row {row}, column {column} (from the north-west, 0 first)"
