"""Charts of the experiments: curves of scores, and scores or differences with their intervals in rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.charts import COLOURS, svg

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

MARKERS = "osD^vP*X"
INDEX = "critical success index"


def curves(series: Mapping[str, tuple[Sequence[float], Sequence[float]]], across: str, upwards: str) -> str:
    """SVG of a line each, all on one axis.

    Args:
        series: By name, what lies across and upwards.
        across: What the numbers across are.
        upwards: What those upwards are.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(7.5, 4.4), layout="constrained")
    axis = figure.subplots()
    for number, (name, (places, values)) in enumerate(series.items()):
        axis.plot(places, values, label=name.replace("_", " "), markersize=3, **_style(number))
    axis.set(xlabel=across, ylabel=upwards)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.set_ylim(bottom=0)
    _plain(axis)
    if series:
        axis.legend(frameon=False, fontsize=9)
    return svg(figure)


def by_number(rows: Sequence[Mapping[str, Any]], number: str, value: str, across: str, title: str) -> str:
    """SVG of a panel a split: a line a model over a number on a logarithmic axis, with intervals.

    Args:
        rows: With `model`, `split`, `low`, `high`, and the columns named.
        number: Column across.
        value: Column upwards.
        across: What the numbers are.
        title: Of the whole chart.
    """
    from matplotlib.figure import Figure

    splits = list(dict.fromkeys(row["split"] for row in rows))
    names = list(dict.fromkeys(row["model"] for row in rows))
    figure = Figure(figsize=(1 + 4.4 * max(len(splits), 1), 4.2), layout="constrained")
    axes = figure.subplots(1, max(len(splits), 1), sharey=True, squeeze=False)[0]
    for axis, split in zip(axes, splits, strict=False):
        for place, name in enumerate(names):
            own = [row for row in rows if (row["split"], row["model"]) == (split, name)]
            numbers, values = [row[number] for row in own], [row[value] for row in own]
            axis.errorbar(
                numbers, values, yerr=_spread(own, value), capsize=2, markersize=4, label=name.replace("_", " "),
                **_style(place),
            )  # fmt: skip
        ticks = sorted({row[number] for row in rows})
        axis.set_xscale("log", base=2)
        axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axis.set(title=str(split).replace("_", " "), xlabel=across)
        _plain(axis)
    axes[0].set_ylabel(INDEX)
    if rows:
        axes[0].legend(frameon=False, fontsize=9)
    figure.suptitle(title)
    return svg(figure)


def in_rows(
    rows: Sequence[Mapping[str, Any]], name: str, value: str, series: str, across: str, title: str, zero: bool
) -> str:
    """SVG of a panel a split, a line a name: the value and its interval, a colour each of a series.

    Args:
        rows: With `split`, the columns named, and `<value>_low` and `<value>_high`, or `low` and `high`.
        name: Column that the lines are told apart by.
        value: Column shown.
        series: Column that colours are told apart by.
        across: What the values are.
        title: Of the whole chart.
        zero: Whether a line marks no difference.
    """
    from matplotlib.figure import Figure

    splits = list(dict.fromkeys(row["split"] for row in rows))
    names = list(dict.fromkeys(row[name] for row in rows))
    kinds = list(dict.fromkeys(row[series] for row in rows))
    height = 1.4 + 0.22 * max(1, len(names) * len(kinds))
    figure = Figure(figsize=(2.5 + 3.6 * max(len(splits), 1), height), layout="constrained")
    axes = figure.subplots(1, max(len(splits), 1), sharex=True, sharey=True, squeeze=False)[0]
    for axis, split in zip(axes, splits, strict=False):
        for kind, label in enumerate(kinds):
            own = [row for row in rows if (row["split"], row[series]) == (split, label)]
            places = [names.index(row[name]) + 0.7 * ((kind + 0.5) / len(kinds) - 0.5) for row in own]
            axis.errorbar(
                [row[value] for row in own], places, xerr=_spread(own, value), fmt=MARKERS[kind % len(MARKERS)],
                color=COLOURS[kind % 7], markersize=4, capsize=2, linewidth=1, label=str(label).replace("_", " "),
            )  # fmt: skip
        if zero:
            axis.axvline(0, color="grey", linewidth=1)
        axis.set(title=str(split).replace("_", " "), xlabel=across)
        _plain(axis)
    if rows:
        axes[0].set_yticks(range(len(names)), [str(item).replace("_", " ") for item in names])
        axes[0].set_ylim(len(names) - 0.5, -0.5)
        figure.legend(*axes[0].get_legend_handles_labels(), title=series.replace("_", " "), loc="outside right center")
    figure.suptitle(title)
    return svg(figure)


def _spread(rows: Sequence[Mapping[str, Any]], value: str) -> Any:
    """How far the ends of the intervals lie from their values, shape (2, rows); 0 where an end is not known."""
    ends = [[row.get(f"{value}_{end}", row.get(end)) for row in rows] for end in ("low", "high")]
    found = np.abs(np.asarray(ends, float).reshape(2, -1) - np.asarray([row[value] for row in rows], float))
    return np.nan_to_num(found, nan=0.0)


def _style(number: int) -> dict[str, Any]:
    """Colour and marker of a line; yellow, the last colour, is too pale for one."""
    return {"color": COLOURS[number % 7], "marker": MARKERS[number % len(MARKERS)]}


def _plain(axis: Axes) -> None:
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(color="#dddddd", linewidth=0.6)
    axis.set_axisbelow(True)
