"""Truth, prediction and error on a map that colour-blind readers can read, the same bytes every time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from numpy.typing import NDArray

    from floodmark.grid import Grid

HIT, MISS, FALSE_ALARM = "#0072B2", "#D55E00", "#F0E442"
"""Okabe and Ito's blue, vermilion and yellow, which differ in lightness as well."""

PANEL = 4.6
"""Width of a map, inches."""


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
    """Draw simulated depth, predicted depth, where they agree on wet, and the error of depth.

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
    wet = truth >= np.float32(wet_depth)
    outlined = bool(unseen.any() and not unseen.all())
    figure, axes, bars = _layout(grid)
    shade = hillshade(elevation, grid.cell_size)
    for axis in axes:
        _show(axis, grid, shade, cmap="gray", vmin=-0.6, vmax=1.1)
        if outlined:
            axis.contour(
                unseen.astype(float), [0.5], colors="black", linewidths=0.8, linestyles="dashed",
                extent=_extent(grid), origin="upper",
            )  # fmt: skip
    _draw_depths(figure, axes[:2], bars[0], grid, (truth, depth), (wet, predicted), wet_depth)
    _draw_cases(axes[2], grid, wet, predicted, wet_depth)
    _draw_errors(figure, axes[3], bars[1], grid, depth - truth, wet | predicted)
    _draw_scale(axes[3], grid)
    figure.suptitle(title + ("\ndashed: ground held out of training" if outlined else ""), fontsize=12)
    figure.savefig(path, dpi=100, metadata={"Software": None})


def _layout(grid: Grid) -> tuple[Figure, list[Axes], list[Axes]]:
    """Four maps in a square, in true proportion, and a narrow axis for a colour bar beside either row.

    Places are reckoned here in inches: a layout engine takes longer than all the rest.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    tall = PANEL * min(max(grid.height / grid.width, 0.4), 2.0)
    left, gap, low, between, top, beside = 0.8, 0.25, 0.55, 0.45, 0.95, 0.95
    width, height = left + 2 * PANEL + gap + beside, low + 2 * tall + between + top
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    axes, bars = [], []
    for row, bottom in enumerate((low + tall + between, low)):
        for column in range(2):
            place = (left + column * (PANEL + gap), bottom, PANEL, tall)
            axis = figure.add_axes((place[0] / width, place[1] / height, place[2] / width, place[3] / height))
            axis.tick_params(labelbottom=row == 1, labelleft=column == 0, labelsize=8)
            axis.set_xlabel("easting, km" if row == 1 else "")
            axis.set_ylabel("northing, km" if column == 0 else "")
            axis.ticklabel_format(useOffset=False)
            axes.append(axis)
        beyond = left + 2 * PANEL + gap + 0.15
        bars.append(
            figure.add_axes((beyond / width, (bottom + 0.1 * tall) / height, 0.16 / width, 0.8 * tall / height))
        )
    figure.text((left + PANEL * 2 + gap) / width, 0.1 / height, _name_of(grid.crs), ha="right", fontsize=8)
    return figure, axes, bars


def _name_of(crs: str) -> str:
    """The code of a reference system, or the name in its well-known text."""
    return crs.split('"')[1] if '"' in crs else crs


def _extent(grid: Grid) -> tuple[float, float, float, float]:
    west, south, east, north = (bound / 1000 for bound in grid.bounds)
    return west, east, south, north


def _show(axis: Axes, grid: Grid, values: NDArray[np.floating], **style: object) -> AxesImage:
    image: AxesImage = axis.imshow(values, extent=_extent(grid), interpolation="nearest", **style)  # type: ignore[arg-type]
    return image


def _draw_depths(
    figure: Figure,
    axes: list[Axes],
    bar: Axes,
    grid: Grid,
    depths: tuple[NDArray[np.float32], NDArray[np.float32]],
    wet: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    wet_depth: float,
) -> None:
    """True and foretold depth where wet, on one logarithmic scale, which shows shallow water as well as deep."""
    from matplotlib.colors import LogNorm

    deepest = max(
        *(float(values[cells].max(initial=0.0)) for values, cells in zip(depths, wet, strict=True)), 2 * wet_depth
    )
    names = ("simulated depth", "predicted depth")
    for axis, values, cells, name in zip(axes, depths, wet, names, strict=True):
        layer = np.ma.masked_where(~cells, np.maximum(values, wet_depth))
        image = _show(axis, grid, layer, cmap="viridis", norm=LogNorm(wet_depth, deepest))
        axis.set_title(f"{name}, {wet_depth:g} m or more", fontsize=10)
    ticks = [tick for tick in (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30) if wet_depth <= tick <= deepest]
    figure.colorbar(image, cax=bar, ticks=ticks, format="%g", label="depth, m").minorticks_off()


def _draw_cases(axis: Axes, grid: Grid, wet: NDArray[np.bool_], predicted: NDArray[np.bool_], wet_depth: float) -> None:
    """Hits, misses and false alarms, with their numbers."""
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Patch

    handles = []
    painted = np.zeros((*grid.shape, 4))
    for cells, colour, name in (
        (wet & predicted, HIT, "hit"),
        (wet & ~predicted, MISS, "miss"),
        (predicted & ~wet, FALSE_ALARM, "false alarm"),
    ):
        painted[cells] = to_rgba(colour)
        handles.append(Patch(facecolor=colour, edgecolor="black", linewidth=0.4, label=f"{name} ({int(cells.sum())})"))
    _show(axis, grid, painted)
    axis.set_title(f"wet at {wet_depth:g} m or more", fontsize=10)
    axis.legend(handles=handles, loc="lower right", fontsize=8)


def _draw_errors(
    figure: Figure, axis: Axes, bar: Axes, grid: Grid, error: NDArray[np.float32], shown: NDArray[np.bool_]
) -> None:
    """What was foretold too deep, or not deep enough, where either is wet; a tenth lies off the scale."""
    from matplotlib.colors import TwoSlopeNorm

    # Rounded up to a centimetre; off the scale lies what would leave the rest pale.
    most = max(float(np.quantile(np.abs(error[shown]), 0.9)) if shown.any() else 0.0, 0.05)
    most = np.ceil(most * 100) / 100
    layer = np.ma.masked_where(~shown, error)
    image = _show(axis, grid, layer, cmap="PuOr", norm=TwoSlopeNorm(0, -most, most))
    axis.set_title("error of depth where either is wet", fontsize=10)
    figure.colorbar(image, cax=bar, extend="both", label="predicted minus simulated depth, m")


def _draw_scale(axis: Axes, grid: Grid) -> None:
    """A bar of a round number of kilometres, about a quarter of the map."""
    across = grid.width * grid.cell_size / 1000
    round_number = max((size for size in _ROUND if size <= across / 3), default=across / 3)
    west, _, south, north = _extent(grid)
    start, bottom, thick = west + 0.04 * across, south + 0.04 * (north - south), 0.012 * (north - south)
    label = f"{round_number:g} km" if round_number >= 1 else f"{1000 * round_number:g} m"
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1.5}
    axis.fill_between([start, start + round_number], bottom, bottom + thick, color="black", linewidth=0)
    axis.text(
        start + round_number / 2, bottom + 2 * thick, label, ha="center", va="bottom", fontsize=8, bbox=box
    )  # fmt: skip


_ROUND = tuple(digit * 10.0**power for power in range(-2, 4) for digit in (1, 2, 5))
"""Lengths of a scale bar, km."""
