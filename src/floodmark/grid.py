"""Where a raster lies on the ground: CRS, affine transform and shape; row 0 is always the northernmost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from affine import Affine

from floodmark.errors import UserError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Bounds = tuple[float, float, float, float]
"""West, south, east, north, in units of the CRS."""


@dataclass(frozen=True)
class Grid:
    """A north-up raster grid of square cells.

    Attributes:
        crs: Any CRS string that PROJ understands, such as ``EPSG:27700``.
        west: Easting of the outer edge of column 0, in CRS units.
        north: Northing of the outer edge of row 0, in CRS units.
        cell_size: Side of a cell, in CRS units (m for the projected CRSs a study uses).
        height: Number of rows.
        width: Number of columns.
    """

    crs: str
    west: float
    north: float
    cell_size: float
    height: int
    width: int

    @property
    def transform(self) -> Affine:
        """The affine transform from (column, row) to (easting, northing)."""
        return Affine(self.cell_size, 0.0, self.west, 0.0, -self.cell_size, self.north)

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.height, self.width

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north of the outer edges."""
        return (
            self.west,
            self.north - self.height * self.cell_size,
            self.west + self.width * self.cell_size,
            self.north,
        )

    @property
    def x(self) -> NDArray[np.float64]:
        """Eastings of the column centres, increasing."""
        return self.west + (np.arange(self.width, dtype=np.float64) + 0.5) * self.cell_size

    @property
    def y(self) -> NDArray[np.float64]:
        """Northings of the row centres, decreasing: row 0 is north."""
        return self.north - (np.arange(self.height, dtype=np.float64) + 0.5) * self.cell_size

    @classmethod
    def covering(cls, crs: str, bounds: Bounds, cell_size: float) -> Grid:
        """The largest grid of whole cells, snapped to multiples of the cell size, that lies inside the bounds.

        Raises:
            UserError: if not one whole cell fits.
        """
        west, south, east, north = bounds
        # A bound that is a multiple but for rounding must not lose a whole row of cells.
        slack = 1e-6
        left, bottom = np.ceil(west / cell_size - slack), np.ceil(south / cell_size - slack)
        right, top = np.floor(east / cell_size + slack), np.floor(north / cell_size + slack)
        if right <= left or top <= bottom:
            raise UserError(
                f"no cell of {cell_size:g} m fits inside the bounds {bounds} of {crs}: "
                "set grid.extent or a smaller grid.cell_size in params.yaml"
            )
        return cls(crs, left * cell_size, top * cell_size, cell_size, int(top - bottom), int(right - left))

    @classmethod
    def from_centres(cls, crs: str, x: NDArray[np.floating], y: NDArray[np.floating], source: str) -> Grid:
        """The grid whose cell centres are x (increasing) and y (decreasing).

        Raises:
            UserError: if the centres are unevenly spaced, not square, or run the wrong way.
        """
        dx, dy = np.diff(np.asarray(x, float)), np.diff(np.asarray(y, float))
        if len(dx) == 0 or len(dy) == 0 or (dx <= 0).any() or (dy >= 0).any():
            raise UserError(f"{source}: x must increase and y must decrease, with at least two cells each")
        size = float(dx.mean())
        if np.abs(dx - size).max() > 1e-3 * size or np.abs(dy + size).max() > 1e-3 * size:
            raise UserError(f"{source}: cells must be square and evenly spaced, found {size:g} by {-dy.mean():g}")
        return cls(crs, float(x[0]) - size / 2, float(y[0]) + size / 2, size, len(y), len(x))

    def coarser(self, factor: int) -> Grid:
        """The grid of the same ground whose cells are `factor` times larger; the shape must divide evenly."""
        if self.height % factor or self.width % factor:
            raise ValueError(f"shape {self.shape} is no multiple of {factor}")
        size = self.cell_size * factor
        return Grid(self.crs, self.west, self.north, size, self.height // factor, self.width // factor)

    def require_same(self, other: Grid, what: str) -> None:
        """Refuse two rasters on different grids.

        Raises:
            UserError: naming both grids, if they differ.
        """
        if self != other:
            raise UserError(f"{what}: grids differ\n  {self}\n  {other}\nresample one of them first")


HALF = np.float32(0.5 - 1e-4)
"""Share of a cell that must be known, less what single precision may lose of a half."""


def resample(
    values: NDArray[np.float32],
    source: Grid,
    target: Grid,
    method: Literal["average", "bilinear", "nearest"],
) -> NDArray[np.float32]:
    """Bring a raster onto another grid; cells with no source, or of which less than half is known, become NaN.

    Where some but not all of what a cell is made of is NaN, it has the mean of the rest, weighed as `method` does.

    Args:
        values: Shape (..., source rows, source columns).
        source: The grid of `values`.
        target: The grid wanted; its CRS may differ.
        method: ``average`` weighs source cells by shared area and is right towards coarser cells, ``bilinear``
            suits continuous fields towards finer cells, ``nearest`` keeps values unchanged.

    Returns:
        Shape (..., target rows, target columns), float32.
    """
    from rasterio.warp import Resampling, reproject

    leading = values.shape[:-2]
    stack = np.ascontiguousarray(values.reshape(-1, *source.shape), np.float32)
    result = np.full((len(stack), *target.shape), np.nan, np.float32)

    def warp(layer: NDArray[np.float32], out: NDArray[np.float32]) -> None:
        reproject(
            layer,
            out,
            src_transform=source.transform,
            src_crs=source.crs,
            src_nodata=np.nan,
            dst_transform=target.transform,
            dst_crs=target.crs,
            dst_nodata=np.nan,
            resampling=Resampling[method],
        )

    for layer, out in zip(stack, result, strict=True):
        warp(layer, out)
        known = np.isfinite(layer)
        if not known.all():
            share = np.full(target.shape, np.nan, np.float32)
            warp(known.astype(np.float32), share)
            out[share < HALF] = np.nan
    return result.reshape(*leading, *target.shape)
