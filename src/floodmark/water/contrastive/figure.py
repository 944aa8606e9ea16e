"""A map of the embeddings: UMAP (McInnes, Healy and Melville 2018), the same bytes every time."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from floodmark.learning.seeds import derive

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.water.contrastive.gallery import Embedded

LEAST = 8
"""Points below which there is nothing to lay out."""


def draw_embeddings(path: Path, embedded: Embedded, events: Sequence[str], seed: int) -> None:
    """Draw rain with terrain beside water, on one map, each event in a colour of its own.

    Args:
        path: PNG to write.
        embedded: Windows as points.
        events: Of each window, in the order that colours are given in.
        seed: Of the layout.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    points = coordinates(np.concatenate([embedded.rain, embedded.water]), seed)
    names = list(dict.fromkeys(events))
    colours = np.array([names.index(event) for event in events], float)
    figure = Figure(figsize=(10, 4.6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, 2, sharex=True, sharey=True)
    count = len(events)
    for axis, part, title in zip(axes, (points[:count], points[count:]), ("rain with terrain", "water"), strict=True):
        marks = axis.scatter(part[:, 0], part[:, 1], c=colours, s=14, cmap="viridis", vmin=0, vmax=max(len(names), 1))
        axis.set(title=title, xticks=[], yticks=[])
    bar = figure.colorbar(marks, ax=axes, label="event, from little rain to much", ticks=[])
    bar.outline.set_visible(False)
    figure.suptitle(f"Embeddings of {count} windows of {len(names)} unseen events")
    figure.savefig(path, dpi=110, metadata={"Software": None})


def coordinates(points_NE: NDArray[np.floating], seed: int) -> NDArray[np.float32]:
    """Points of the unit sphere laid out on a plane by their cosines, shape (points, 2).

    Too few of them are shown by their first two coordinates.
    """
    if len(points_NE) < LEAST:
        return np.asarray(points_NE[:, :2], np.float32)
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with warnings.catch_warnings(), threadpool_limits(1):
        # It says that it uses one thread, which a seed means, and that new points cannot be added.
        warnings.simplefilter("ignore")
        from umap import UMAP  # type: ignore[import-untyped]

        distance = np.clip(1 - np.einsum("ie,je->ij", points_NE, points_NE, dtype=np.float64), 0, 2)
        np.fill_diagonal(distance, 0)
        layout = UMAP(
            n_neighbors=min(15, len(points_NE) - 1), metric="precomputed", n_jobs=1,
            random_state=derive(seed, "pretrain_contrastive", "map") % 2**31,
        )  # fmt: skip
        return np.asarray(layout.fit_transform(distance), np.float32)
