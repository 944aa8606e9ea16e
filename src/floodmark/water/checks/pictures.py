"""What the networks drew of the same few held-out digits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from floodmark.water.checks.autoencoder import MODEL, RECONSTRUCT, SAMPLE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from floodmark.water.checks.jobs import Result

    Images = NDArray[np.floating]

SCALE = 0.55
"""Side of an image, inches."""

GAP = 3
"""Between images, cells."""


class Panel(NamedTuple):
    """A task: rows of images, and a name for each row."""

    title: str
    names: list[str]
    rows: list[Images]


def draw_samples(path: Path, images_SHW: NDArray[np.float32], results: Sequence[Result]) -> None:
    """Draw a panel for each task: what was read, what was to be drawn, and what each network drew.

    Args:
        path: PNG to write.
        images_SHW: The digits read, 0 to 1.
        results: What was drawn of them.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    upper = water_panels(images_SHW, results)
    lower = image_panels(images_SHW, results)
    columns, heights = max(len(upper), len(lower)), [len(panels[0].rows) for panels in (upper, lower)]
    size = (1.4 + SCALE * columns * (len(images_SHW) + 0.4), 0.6 + (SCALE + 0.08) * sum(heights))
    figure = Figure(figsize=size, layout=ConstrainedLayoutEngine(wspace=0.05, hspace=0.04))
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(2, columns, height_ratios=heights)
    for row, panels in enumerate((upper, lower)):
        for column, panel in enumerate(panels):
            _draw(figure.add_subplot(grid[row, column]), panel, named=column == 0)
    figure.savefig(path, dpi=110, metadata={"Software": None})


def water_panels(images_SHW: Images, results: Sequence[Result]) -> list[Panel]:
    """Of the networks of water."""
    water = [result for result in results if result.model != MODEL]
    panels = []
    for task in dict.fromkeys(result.task for result in water):
        own = [result for result in water if result.task == task]
        names = ["digit", "target", *(result.model for result in own)]
        panels.append(Panel(task, names, [images_SHW, own[0].target_SHW, *(result.drawn_SHW for result in own)]))
    return panels


def image_panels(images_SHW: Images, results: Sequence[Result]) -> list[Panel]:
    """Of the autoencoder; what it sampled is in no row of a digit, and comes last."""
    own = [result for result in results if result.model == MODEL]
    names = ["digit", "target", MODEL]
    panels = [
        Panel(f"{MODEL}: {result.task}", names, [images_SHW, result.target_SHW, result.drawn_SHW]) for result in own
    ]
    sampled = [result.samples_SHW for result in own if result.task == RECONSTRUCT]
    panels += [Panel(f"{MODEL}: {SAMPLE} (every row)", names, np.array_split(some, len(names))) for some in sampled]
    return panels


def mosaic(rows: Sequence[Images]) -> NDArray[np.float64]:
    """Rows of images of one size as one, NaN between them and where a row is shorter than others."""
    height, width = rows[0].shape[1:]
    columns = max(len(row) for row in rows)
    whole = np.full((len(rows) * (height + GAP) - GAP, columns * (width + GAP) - GAP), np.nan)
    for place, row in enumerate(rows):
        top = place * (height + GAP)
        for column, image in enumerate(row):
            left = column * (width + GAP)
            whole[top : top + height, left : left + width] = image
    return whole


def _draw(axes: Axes, panel: Panel, named: bool) -> None:
    axes.imshow(mosaic(panel.rows), cmap="Blues", vmin=0, vmax=1, interpolation="nearest")
    side = panel.rows[0].shape[1]
    places = [place * (side + GAP) + side / 2 for place in range(len(panel.rows))]
    axes.set_yticks(places if named else [], panel.names if named else [])
    axes.set_xticks([])
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title(panel.title.replace("_", " "), fontsize="medium")
