"""The stage `ingest_heightmap`: tiles in, terrain and drainage out."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.progress import say
from floodmark.storage import write_json
from floodmark.terrain.extent import study_grids
from floodmark.terrain.heightmap import read_heightmap
from floodmark.terrain.raster import write_raster
from floodmark.terrain.routing import drainage
from floodmark.terrain.tiles import find_tiles

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.grid import Grid
    from floodmark.settings.grid import GridSettings
    from floodmark.settings.ingest_heightmap import IngestHeightmap


def ingest(
    heightmap: Path, radar: Path, folder: Path, metrics: Path, grid: GridSettings, settings: IngestHeightmap
) -> None:
    """Write terrain.tif and drainage/ of the study's grid into a folder, and the metrics; without tiles, no files.

    Raises:
        UserError: if the tiles cannot be merged, are implausible, or miss the study's grid.
    """
    tiles = find_tiles(heightmap)
    grids = study_grids(radar, heightmap, grid)
    if not tiles or grids is None:
        say(f"no heightmap tile in {heightmap}: no terrain, so no water is simulated")
        write_json(metrics, {"tiles": 0, "cells": 0})
        return
    fine, _ = grids
    elevation = read_heightmap(tiles, fine, settings.lowest, settings.highest)
    write_raster(folder / "terrain.tif", elevation, fine)
    drainage(elevation).save(folder / "drainage")
    write_json(metrics, {"tiles": len(tiles), **summary(elevation, fine)})


def summary(elevation: NDArray[np.float32], grid: Grid) -> dict[str, Any]:
    """What to tell of a terrain: cells, missing share, lowest, highest (m), mean slope (m per m), and its grid."""
    known = np.isfinite(elevation)
    south, east = np.gradient(elevation.astype(np.float64), grid.cell_size)
    slope = np.hypot(south, east)
    return {
        "cells": int(known.sum()),
        "missing_share": float(1 - known.mean()),
        "lowest": float(np.nanmin(elevation)) if known.any() else None,
        "highest": float(np.nanmax(elevation)) if known.any() else None,
        "mean_slope": float(np.nanmean(slope)) if np.isfinite(slope).any() else None,
        "grid": asdict(grid),
    }
