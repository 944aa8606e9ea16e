"""The report's own charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from floodmark.charts import COLOURS, svg

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MODEL, BASELINE, ORACLE = "models", "baselines", "oracles, which know the simulation"
"""Kinds of what has a score."""


class Standing(NamedTuple):
    """A score with its 95 % interval, both bounds being the value itself where there is none."""

    name: str
    kind: str
    value: float
    low: float
    high: float


def curves(lines: Mapping[str, Sequence[float]], ylabel: str, title: str) -> str:
    """One line per name over epochs 1, 2, ..."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 3.2))
    axes = figure.subplots()
    for index, (name, values) in enumerate(lines.items()):
        axes.plot(range(1, len(values) + 1), values, color=COLOURS[index % len(COLOURS)], label=name)
    axes.set(xlabel="epoch", ylabel=ylabel, title=title)
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, fontsize="small")
    return svg(figure)


def learning(lines: Mapping[str, tuple[Sequence[float], Sequence[float]]], ylabel: str, title: str) -> str:
    """Training beside validation over epochs 1, 2, ..., on one scale, a line per name in each."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.4, 3.2))
    for place, axes in enumerate(figure.subplots(1, 2, sharey=True)):
        for index, (name, values) in enumerate(lines.items()):
            shown = values[place]
            axes.plot(range(1, len(shown) + 1), shown, color=COLOURS[index % len(COLOURS)], label=name)
        axes.set(xlabel="epoch", title=("training", "validation")[place])
        axes.grid(alpha=0.3)
    figure.axes[0].set_ylabel(ylabel)
    figure.axes[1].legend(frameon=False, fontsize="small")
    figure.suptitle(title, y=1.02)
    return svg(figure)


def reliability(
    tables: Mapping[str, Sequence[tuple[float, float, float, float]]], xlabel: str, ylabel: str, title: str
) -> str:
    """A panel per name: points of (probability, share, low, high) with their intervals, beside the perfect diagonal."""
    from matplotlib.figure import Figure

    columns = 4
    rows = -(-len(tables) // columns)
    figure = Figure(figsize=(8.4, 0.6 + 2.1 * rows))
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for axes in grid[len(tables) :]:
        axes.set_visible(False)
    for axes, (name, points) in zip(grid, tables.items(), strict=False):
        axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
        for probability, share, low, high in points:
            axes.plot([probability, probability], [low, high], color=COLOURS[0], linewidth=2)
            axes.plot(probability, share, "o", color=COLOURS[1], markersize=4)
        axes.set(title=name, xlim=(0, 1), ylim=(0, 1))
        axes.grid(alpha=0.3)
    figure.supxlabel(xlabel)
    figure.supylabel(ylabel)
    figure.suptitle(title)
    figure.tight_layout()
    return svg(figure)


def intervals(rows: Sequence[tuple[str, float, float, float]], xlabel: str, title: str) -> str:
    """A point with its interval per row: (name, value, low, high)."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 0.6 + 0.32 * max(len(rows), 1)))
    axes = figure.subplots()
    for place, (_, value, low, high) in enumerate(rows):
        axes.plot([low, high], [place, place], color=COLOURS[0], linewidth=2)
        axes.plot(value, place, "o", color=COLOURS[1])
    axes.set_yticks(range(len(rows)), [row[0] for row in rows])
    axes.invert_yaxis()
    axes.set(xlabel=xlabel, title=title)
    axes.grid(axis="x", alpha=0.3)
    return svg(figure)


def standings(panels: Mapping[str, Sequence[Standing]], xlabel: str, title: str) -> str:
    """A panel per split, a row per name: models above, then baselines, then oracles, the best of each kind first."""
    from matplotlib.figure import Figure

    marks = {MODEL: (COLOURS[1], "o"), BASELINE: (COLOURS[0], "s"), ORACLE: ("grey", "D")}
    there = {row.kind for rows in panels.values() for row in rows}
    ranked: dict[str, tuple[int, float]] = {}
    for standing in (one for rows in panels.values() for one in rows):
        ranked.setdefault(standing.name, (list(marks).index(standing.kind), -standing.value))
    names = sorted(ranked, key=lambda name: (ranked[name], name))
    figure = Figure(figsize=(2.0 + 3.1 * len(panels), 1.0 + 0.24 * len(names)))
    grid = figure.subplots(1, len(panels), sharey=True, sharex=True, squeeze=False)[0]
    for axes, (split, rows) in zip(grid, panels.items(), strict=True):
        for kind, (colour, marker) in ((kind, mark) for kind, mark in marks.items() if kind in there):
            chosen = [row for row in rows if row.kind == kind]
            places = [names.index(row.name) for row in chosen]
            axes.hlines(places, [row.low for row in chosen], [row.high for row in chosen], color=colour, linewidth=2)
            axes.plot([row.value for row in chosen], places, marker, color=colour, markersize=5, label=kind)
        axes.set(title=split, xlabel=xlabel)
        axes.grid(axis="x", alpha=0.3)
    grid[0].set_yticks(range(len(names)), names)
    grid[0].invert_yaxis()
    grid[-1].legend(frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))
    figure.suptitle(title)
    figure.tight_layout()
    return svg(figure)


def matrix(counts: Sequence[Sequence[int]], names: Sequence[str], title: str) -> str:
    """A confusion matrix: rows are the truth, shaded by their share."""
    import numpy as np
    from matplotlib.figure import Figure

    values = np.asarray(counts, float)
    share = values / np.maximum(values.sum(1, keepdims=True), 1)
    figure = Figure(figsize=(2.8, 2.6))
    axes = figure.subplots()
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for row, line in enumerate(values):
        for column, value in enumerate(line):
            colour = "white" if share[row, column] > 0.5 else "black"
            axes.text(column, row, f"{int(value)}", ha="center", va="center", color=colour)
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names, rotation=90, va="center")
    axes.set(xlabel="predicted", ylabel="people said", title=title)
    return svg(figure)
