"""Learning curves of all networks: a panel a task, a line a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from floodmark.charts import COLOURS, svg
from floodmark.water.checks.autoencoder import MODEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from floodmark.water.checks.jobs import Result

PANEL = (3.1, 2.9)
"""Inches."""


def learning_curves(results: Sequence[Result]) -> str:
    """The SVG: the first score of each task on validation after each epoch, and its pass mark on held-out digits."""
    from matplotlib.figure import Figure

    water = [result for result in results if result.model != MODEL]
    tasks = list(dict.fromkeys(result.task for result in water))
    colours = {model: COLOURS[place] for place, model in enumerate(dict.fromkeys(result.model for result in water))}
    figure = Figure(figsize=(PANEL[0] * (len(tasks) + 1), PANEL[1]), layout="constrained")
    *panels, last = figure.subplots(1, len(tasks) + 1, squeeze=False)[0]
    for axes, task in zip(panels, tasks, strict=True):
        own = [result for result in water if result.task == task]
        for result in own:
            _line(axes, result, colours[result.model])
        _frame(axes, task, own)
    images = [result for result in results if result.model == MODEL]
    for result, colour in zip(images, COLOURS, strict=False):
        last.plot(*_points(result), color=colour, label=result.task)
    _frame(last, f"{MODEL}: {' and '.join(result.task for result in images)}", images)
    last.legend(frameon=False, fontsize="small", loc="lower right")
    lines, names = panels[0].get_legend_handles_labels()
    figure.legend(lines, names, frameon=False, loc="outside lower center", ncols=len(names), fontsize="small")
    return svg(figure)


def _line(axes: Axes, result: Result, colour: str) -> None:
    axes.plot(*_points(result), color=colour, label=result.model)


def _points(result: Result) -> tuple[list[float], list[float]]:
    return [row["epoch"] for row in result.history], [row[result.headline] for row in result.history]


def _frame(axes: Axes, title: str, results: Sequence[Result]) -> None:
    from matplotlib.ticker import MaxNLocator

    headline = results[0].headline
    marks = {score.pass_mark for result in results for score in result.scores if score.score == headline}
    for mark in sorted(marks):
        axes.axhline(mark, color="black", linestyle="--", linewidth=0.8)
    # A network that begins far below its baseline would press all others together.
    axes.set(title=title.replace("_", " "), xlabel="epoch", ylabel=headline.replace("_", " "), ylim=(-0.05, 1.05))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.3)
