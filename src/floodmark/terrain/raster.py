"""One band of floats on a grid, as a cloud-optimised GeoTIFF."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from floodmark.grid import Grid
from floodmark.radar.crs import canonical_crs

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def write_raster(path: Path, values: NDArray[np.float32], grid: Grid) -> None:
    """Write float32 with NaN as nodata, deflated, tiled, with averaged overviews.

    Args:
        path: Ends in .tif.
        values: Shape of the grid.
        grid: Where it lies.
    """
    import rasterio

    profile = {
        "driver": "COG", "dtype": "float32", "count": 1, "height": grid.height, "width": grid.width, "crs": grid.crs,
        "transform": grid.transform, "nodata": float("nan"), "compress": "deflate", "predictor": 3, "blocksize": 512,
        "overview_resampling": "average",
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        target.write(np.asarray(values, np.float32), 1)
        # GeoTIFF rewords a CRS that has no EPSG code, so the study's own spelling is kept beside it.
        target.update_tags(GRID_CRS=grid.crs)


def read_raster(path: Path) -> tuple[NDArray[np.float32], Grid]:
    """The values and the grid of a raster that `write_raster` wrote."""
    import rasterio

    with rasterio.open(path) as source:
        values = source.read(1)
        crs, transform = source.tags().get("GRID_CRS") or canonical_crs(source.crs), source.transform
    return values, Grid(crs, transform.c, transform.f, transform.a, *values.shape)
