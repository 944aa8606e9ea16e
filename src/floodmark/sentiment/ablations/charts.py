"""Differences with their intervals, drawn: a panel a set of rows, a row an effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from floodmark.charts import COLOURS, svg

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def difference_chart(rows: Sequence[Mapping[str, Any]], name: str, series: str, title: str) -> str:
    """SVG of `difference`, `low` and `high` of every row; zero is no difference.

    Args:
        rows: With `scored_on`, by which panels are told apart.
        name: Column of the rows of a panel.
        series: Column whose values are told apart by colour.
        title: Of the whole chart.
    """
    from matplotlib.figure import Figure

    panels = list(dict.fromkeys(row["scored_on"] for row in rows))
    names = list(dict.fromkeys(row[name] for row in rows))
    kinds = list(dict.fromkeys(row[series] for row in rows))
    figure = Figure(figsize=(2 + 2.6 * max(len(panels), 1), 1.4 + 0.16 * max(1, len(names) * len(kinds))))
    grid = figure.subplots(1, max(len(panels), 1), sharex=True, sharey=True, squeeze=False)[0]
    for axes, panel in zip(grid, panels, strict=False):
        for row in (row for row in rows if row["scored_on"] == panel):
            kind = kinds.index(row[series])
            place = names.index(row[name]) + 0.7 * ((kind + 0.5) / len(kinds) - 0.5)
            colour = COLOURS[kind % len(COLOURS)]
            axes.plot([row["low"], row["high"]], [place, place], color=colour, linewidth=2)
            axes.plot(row["difference"], place, "o", color=colour, markersize=3)
        axes.axvline(0, color="grey", linewidth=1)
        axes.set(title=panel, xlabel="difference")
        axes.grid(axis="x", alpha=0.3)
    if rows:
        grid[0].set_yticks(range(len(names)), [str(item).replace("_", " ") for item in names])
        grid[0].invert_yaxis()
        marks = [grid[0].plot([], [], color=COLOURS[number % len(COLOURS)])[0] for number in range(len(kinds))]
        figure.legend(marks, kinds, title=series, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    figure.suptitle(title)
    figure.tight_layout()
    return svg(figure)
