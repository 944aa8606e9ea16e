"""Score against seconds per event: the figure of emulator.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from floodmark.charts import COLOURS, svg
from floodmark.storage import write_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MARKERS = {"model": "o", "simulation": "s", "baseline": "^"}
LEAST = 1e-3
"""Seconds below which all is drawn alike: what is looked up takes none."""


def draw(front: Sequence[dict[str, Any]], maps: int, path: Path) -> None:
    """All that has a score, numbered, and as a line those that nothing faster scores as well as.

    Args:
        front: Dictionaries of name, kind, seconds and score.
        maps: Of an event.
        path: SVG to write.
    """
    from matplotlib.figure import Figure

    scored = sorted((item for item in front if item["score"] is not None), key=lambda item: item["seconds"])
    figure = Figure(figsize=(8.5, 4.6), layout="constrained")
    axes = figure.subplots()
    for number, item in enumerate(scored, 1):
        where = max(item["seconds"], LEAST), item["score"]
        colour = COLOURS[list(MARKERS).index(item["kind"])]
        axes.plot(*where, MARKERS[item["kind"]], color=colour, label=f"{number}  {item['name']}")
        axes.annotate(str(number), where, xytext=(0, 6), textcoords="offset points", ha="center", fontsize=8)
    best = leading(scored)
    steps = [max(item["seconds"], LEAST) for item in best], [item["score"] for item in best]
    axes.step(*steps, where="post", color="#767676", linewidth=0.8, zorder=0)
    axes.set(xscale="log", xlabel=f"seconds of one core per event, {maps} map{'s' if maps > 1 else ''}")
    axes.set(ylabel="critical success index at 0.1 m, unseen storms", ylim=(0, 1.08))
    figure.legend(loc="outside right upper", fontsize=8, frameon=False, handletextpad=0.2)
    write_text(path, svg(figure))


def leading(scored: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those, fastest first, that score higher than all that are faster."""
    found: list[dict[str, Any]] = []
    for item in scored:
        if not found or item["score"] > found[-1]["score"]:
            found.append(item)
    return found
