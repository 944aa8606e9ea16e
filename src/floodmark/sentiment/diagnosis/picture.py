"""The learning curve as a chart: a panel for each set of texts, a line a model, VADER as a level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from floodmark.charts import COLOURS, svg

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from floodmark.learning.resampling import Estimate

PANEL = (3.4, 3.0)
"""Inches."""


def learning_curve(rows: Sequence[Mapping[str, Any]], levels: Mapping[str, Estimate]) -> str:
    """The SVG; without rows, a page that says that there is nothing to show.

    Args:
        rows: Of `learning_curve.csv`.
        levels: VADER's score by scored set.
    """
    from matplotlib.figure import Figure

    sets = list(dict.fromkeys(row["scored_on"] for row in rows))
    models = list(dict.fromkeys(row["model"] for row in rows))
    figure = Figure(figsize=(PANEL[0] * max(1, len(sets)), PANEL[1]))
    if not sets:
        figure.text(0.5, 0.5, "no tweets to learn from", ha="center")
        return svg(figure)
    panels = figure.subplots(1, len(sets), sharey=True, squeeze=False)[0]
    for axes, name in zip(panels, sets, strict=True):
        for index, model in enumerate(models):
            own = [row for row in rows if row["model"] == model and row["scored_on"] == name]
            # Side by side, or the intervals of one model would hide another's.
            aside = 1 + 0.06 * (index - (len(models) - 1) / 2)
            places, values = [row["tweets"] * aside for row in own], [row["balanced_accuracy"] for row in own]
            spans = [
                [row["balanced_accuracy"] - row["balanced_accuracy_low"] for row in own],
                [row["balanced_accuracy_high"] - row["balanced_accuracy"] for row in own],
            ]
            axes.errorbar(places, values, spans, color=COLOURS[index], marker="o", markersize=3, capsize=2, label=model)
        level = levels[name]
        axes.axhline(level.value, color="black", linestyle="--", linewidth=1, label="VADER")
        axes.axhspan(level.low, level.high, color="black", alpha=0.08, linewidth=0)
        axes.set(xscale="log", xlabel="training tweets", title=f"{name}, {_texts(rows, name)} texts")
        sizes = sorted({row["tweets"] for row in rows})
        axes.set_xticks(sizes, [f"{size:.0f}" for size in sizes])
        axes.minorticks_off()
        axes.grid(alpha=0.3)
    panels[0].set_ylabel("balanced accuracy")
    panels[-1].legend(frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))
    return svg(figure)


def _texts(rows: Sequence[Mapping[str, Any]], name: str) -> int:
    return next(int(row["texts"]) for row in rows if row["scored_on"] == name)
