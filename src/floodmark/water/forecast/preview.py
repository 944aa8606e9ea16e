"""One picture of a forecast: depth over a hillshade, with a scale and coordinates."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from floodmark.water.maps import hillshade

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from floodmark.grid import Grid

LONGEST = 1500
"""Cells along the longer side of the picture at most: larger ground is thinned out."""


def draw_preview(
    path: Path,
    grid: Grid,
    elevation: NDArray[np.float32],
    depth: NDArray[np.float32],
    wet_depth: float,
    title: str,
) -> None:
    """Draw one moment.

    Args:
        path: PNG to write.
        grid: Of both rasters.
        elevation: Ground, m, NaN where there is none.
        depth: Predicted, m.
        wet_depth: Depth at or above which a cell is shown, m.
        title: Of the picture.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure

    step = math.ceil(max(grid.shape) / LONGEST)
    shade = hillshade(elevation[::step, ::step], grid.cell_size * step)
    shown = deepest_of_blocks(np.nan_to_num(depth, nan=0.0), step)
    west, south, east, north = (bound / 1000 for bound in grid.bounds)
    figure = Figure(figsize=(9, 7.2 * max(0.5, min(1.5, grid.height / grid.width)) + 0.8))
    FigureCanvasAgg(figure)
    axis: Axes = figure.subplots()
    extent = (west, east, south, north)
    axis.imshow(shade, cmap="gray", vmin=-0.6, vmax=1.1, extent=extent, interpolation="nearest")
    layer = np.ma.masked_less(shown, wet_depth)
    norm = LogNorm(wet_depth, max(float(shown.max()), 2 * wet_depth))
    image = axis.imshow(layer, cmap="viridis", norm=norm, extent=extent, interpolation="nearest")
    bar = figure.colorbar(
        image, ax=axis, label=f"depth, m ({wet_depth:g} or more)", shrink=0.8, fraction=0.04, pad=0.02
    )
    for which in (bar.ax.yaxis.set_major_formatter, bar.ax.yaxis.set_minor_formatter):
        which("{x:g}")
    axis.set_xlabel("easting, km")
    axis.set_ylabel("northing, km")
    axis.set_title(title, fontsize=10)
    _draw_scale(axis, west, south, east - west, north - south)
    figure.savefig(path, dpi=120, bbox_inches="tight", metadata={"Software": None})


def deepest_of_blocks(depth: NDArray[np.float32], step: int) -> NDArray[np.float32]:
    """The deepest of every square of `step` cells: water a cell wide must not vanish from a small picture."""
    below, right = (-side % step for side in depth.shape)
    padded = np.pad(depth, ((0, below), (0, right)))
    rows, columns = padded.shape[0] // step, padded.shape[1] // step
    return np.asarray(padded.reshape(rows, step, columns, step).max(axis=(1, 3)), np.float32)


def round_length(longest: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is no longer."""
    power = 10.0 ** math.floor(math.log10(longest))
    return next(step * power for step in (5, 2, 1) if step * power <= longest * (1 + 1e-9))


def _draw_scale(axis: Axes, west: float, south: float, width: float, height: float) -> None:
    """A bar of a round length in the south-western corner; all lengths in km."""
    length = round_length(width / 4)
    left, low = west + 0.03 * width, south + 0.04 * height
    for colour, thickness in (("white", 5), ("black", 2)):
        axis.plot([left, left + length], [low, low], color=colour, linewidth=thickness, solid_capstyle="butt")
    label = f"{length:g} km" if length >= 1 else f"{1000 * length:g} m"
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 1.5}
    axis.text(left, low + 0.015 * height, label, ha="left", va="bottom", fontsize=8, bbox=box)
