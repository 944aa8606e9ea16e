"""Truth against prediction on a map that colour-blind readers can read, the same bytes every time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from floodmark.grid import Grid

HIT, MISS, FALSE_ALARM = "#0072B2", "#D55E00", "#F0E442"
"""Okabe and Ito's blue, vermilion and yellow, which differ in lightness as well."""


def hillshade(
    elevation: NDArray[np.floating], cell_size: float, azimuth: float = 315.0, height: float = 45.0
) -> NDArray[np.float64]:
    """Light on the ground from a sun in that direction, 0 to 1 (Horn 1981); NaN where there is no ground."""
    down, across = np.gradient(np.asarray(elevation, np.float64), cell_size)
    east, north = -across, down  # the normal's components: rows run south
    bearing, up = np.deg2rad(azimuth), np.deg2rad(height)
    length = np.sqrt(1 + east**2 + north**2)
    sun = np.cos(up) * (np.sin(bearing) * east + np.cos(bearing) * north) + np.sin(up)
    return np.asarray(np.clip(sun / length, 0, 1))


def draw_map(
    path: Path,
    grid: Grid,
    elevation: NDArray[np.floating],
    truth: NDArray[np.float32],
    depth: NDArray[np.float32],
    predicted: NDArray[np.bool_],
    unseen: NDArray[np.bool_],
    wet_depth: float,
    title: str,
) -> None:
    """Draw simulated depth, predicted depth, and where they agree on wet, beside each other.

    Args:
        path: PNG to write.
        grid: Of all rasters.
        elevation: Ground, m.
        truth: Simulated depth, m.
        depth: Predicted depth, m.
        predicted: Cells foretold to be wet.
        unseen: Ground held out of training, outlined.
        wet_depth: Depth at or above which a cell is wet, m.
        title: Of the figure.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    shade = hillshade(elevation, grid.cell_size)
    west, south, east, north = (bound / 1000 for bound in grid.bounds)
    figure = Figure(figsize=(15, 4.7 * max(0.5, min(1.5, grid.height / grid.width)) + 0.9), layout="constrained")
    FigureCanvasAgg(figure)
    axes: list[Axes] = list(figure.subplots(1, 3, sharex=True, sharey=True))
    wet = truth >= np.float32(wet_depth)
    deepest = max(float(truth.max()), float(depth[predicted].max()) if predicted.any() else 0.0, 2 * wet_depth)
    norm = LogNorm(wet_depth, deepest)
    extent = (west, east, south, north)
    for axis, name in zip(axes, ("simulated depth", "predicted depth", f"wet at {wet_depth:g} m or more"), strict=True):
        axis.imshow(shade, cmap="gray", vmin=-0.6, vmax=1.1, extent=extent, interpolation="nearest")
        if unseen.any() and not unseen.all():
            axis.contour(
                unseen.astype(float), [0.5], colors="black", linewidths=0.8, linestyles="dashed",
                extent=extent, origin="upper",
            )  # fmt: skip
        axis.set_title(name)
        axis.set_xlabel("easting, km")
    axes[0].set_ylabel("northing, km")
    for axis, values, shown in ((axes[0], truth, wet), (axes[1], depth, predicted)):
        layer = np.ma.masked_where(~shown, np.maximum(values, wet_depth))
        image = axis.imshow(layer, cmap="viridis", norm=norm, extent=extent, interpolation="nearest")
    figure.colorbar(image, ax=axes[:2], label="depth, m", shrink=0.8, fraction=0.03, pad=0.01)
    classes = (
        (wet & predicted, HIT, "hit"),
        (wet & ~predicted, MISS, "miss"),
        (predicted & ~wet, FALSE_ALARM, "false alarm"),
    )
    handles = []
    for cells, colour, name in classes:
        painted = np.zeros((*grid.shape, 4))
        painted[cells] = _rgba(colour)
        axes[2].imshow(painted, extent=extent, interpolation="nearest")
        handles.append(Patch(facecolor=colour, edgecolor="black", linewidth=0.4, label=f"{name} ({int(cells.sum())})"))
    axes[2].legend(handles=handles, loc="lower right", fontsize=8)
    figure.suptitle(title + ("; dashed: ground held out of training" if unseen.any() and not unseen.all() else ""))
    figure.savefig(path, dpi=100, metadata={"Software": None})


def _rgba(colour: str) -> tuple[float, float, float, float]:
    from matplotlib.colors import to_rgba

    red, green, blue, alpha = to_rgba(colour)
    return red, green, blue, alpha
