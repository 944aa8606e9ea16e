"""Figures of all models at once: training, reliability, and the critical success index by threshold and wet depth."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.charts import COLOURS, svg
from floodmark.storage import write_text
from floodmark.water.moments import EMULATE, NOWCAST
from floodmark.water.reliability import BINS, EDGES, SHOWN, reliability, sigmoid, tables_by_threshold
from floodmark.water.scoring import ORACLE, SCORE
from floodmark.water.tallies import HISTOGRAM
from floodmark.water.verification import critical_success_index
from floodmark.water.views import UNSEEN_STORMS, UNSEEN_TERRAIN

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from floodmark.water.prediction import WaterModel
    from floodmark.water.scorecard import Temperatures
    from floodmark.water.views import View

INDEX = "critical success index"
MARKERS = "osD^vP*X"
GREY = "#767676"
HISTORIES = {EMULATE: "history.csv", NOWCAST: "history_nowcast.csv"}


def draw_figures(
    folder: Path,
    views: Sequence[View],
    scores: Sequence[Mapping[str, Any]],
    models: Mapping[str, WaterModel],
    temperatures: Temperatures,
    models_folder: Path,
) -> None:
    """Draw what can be drawn: without scores or training curves, fewer files.

    Args:
        folder: For ``training.svg``, and ``reliability_<task>.svg``, ``thresholds_<task>.svg`` and
            ``scores_<task>.svg`` of each task.
        views: All tasks and splits.
        scores: Rows of scores.csv.
        models: By name; the order gives the colours.
        temperatures: Of the calibration.
        models_folder: Where the training curves lie.
    """
    histories = {task: _histories(models_folder, list(models), name) for task, name in HISTORIES.items()}
    if any(histories.values()):
        write_text(folder / "training.svg", svg(_training(histories, list(models))))
    for task in HISTORIES:
        shown = {view.split: view for view in views if view.task == task}
        if UNSEEN_STORMS not in shown:
            continue
        write_text(folder / f"reliability_{task}.svg", svg(_reliability(shown[UNSEEN_STORMS], models, temperatures)))
        write_text(folder / f"thresholds_{task}.svg", svg(_thresholds(shown, models, scores)))
        write_text(folder / f"scores_{task}.svg", svg(_scores(scores, task, models)))


def _figure(width: float, height: float, rows: int, columns: int, **shared: Any) -> tuple[Figure, list[list[Axes]]]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes: list[list[Axes]] = figure.subplots(rows, columns, squeeze=False, **shared).tolist()
    for axis in (axis for line in axes for axis in line):
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(color="#dddddd", linewidth=0.6)
        axis.set_axisbelow(True)
    return figure, axes


def _style(index: int) -> dict[str, Any]:
    """Colour and marker of a model; after the last colour the line is broken."""
    colours = COLOURS[:7]  # Yellow is too pale for a thin line.
    return {
        "color": colours[index % len(colours)],
        "marker": MARKERS[index % len(MARKERS)],
        "linestyle": "-" if index < len(colours) else "--",
    }


def _histories(models_folder: Path, models: Sequence[str], name: str) -> dict[str, tuple[list[float], list[float]]]:
    """Epochs and validation scores of every model that has any."""
    found = {}
    for model in models:
        path = models_folder / model / name
        if not path.exists():
            continue
        with path.open(encoding="utf-8", newline="") as file:
            rows = [(float(row["epoch"]), float(row[SCORE] or "nan")) for row in csv.DictReader(file)]
        if rows:
            found[model] = ([epoch for epoch, _ in rows], [score for _, score in rows])
    return found


def _training(histories: Mapping[str, Mapping[str, tuple[list[float], list[float]]]], models: Sequence[str]) -> Figure:
    from matplotlib.ticker import MaxNLocator

    tasks = [task for task, found in histories.items() if found]
    figure, axes = _figure(5.2 * len(tasks) + 0.6, 4.2, 1, len(tasks), sharey=True)
    for axis, task in zip(axes[0], tasks, strict=True):
        for model, (epochs, scores) in histories[task].items():
            axis.plot(epochs, scores, label=model, markersize=4, **_style(models.index(model)))
        axis.set_title(task)
        axis.set_xlabel("epoch")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.set_ylim(bottom=0)
    axes[0][0].set_ylabel(f"{INDEX} on validation storms")
    axes[0][0].legend(frameon=False, fontsize=9)
    return figure


def _reliability(view: View, models: Collection[str], temperatures: Temperatures) -> Figure:
    """Wet share against probability, before and after calibration, over how many cells are foretold what."""
    names, depth = list(models), min(depth for _, depth in view.keys(HISTOGRAM))
    figure, axes = _figure(9.0, 6.2, 2, 2, sharex=True, sharey="row", height_ratios=[3, 1])
    centres = (np.arange(SHOWN) + 0.5) / SHOWN
    for column, title in enumerate(("as trained", "after temperature scaling")):
        upper, lower = axes[0][column], axes[1][column]
        upper.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":", label="perfect")
        for index, name in enumerate(names):
            histogram = view.table((name, depth), HISTOGRAM).sum((0, 1)).reshape(2, BINS)
            temperature = temperatures.get((name, view.task, depth), 1.0) if column else 1.0
            table = reliability(histogram, temperature)
            label = f"{name}, T = {temperature:.2f}" if column else name
            filled = table.cells > 0
            style = _style(index)
            upper.plot(table.probability[filled], table.wet_share[filled], label=label, markersize=4, **style)
            lower.plot(centres[filled], table.cells[filled] / table.cells.sum(), markersize=3, linewidth=1, **style)
        upper.set_title(title)
        upper.set_xlim(0, 1)
        upper.set_ylim(0, 1)
        upper.legend(frameon=False, fontsize=8, loc="upper left")
        lower.set_yscale("log")
        lower.set_xlabel(f"foretold probability of {depth:g} m or more")
    axes[0][0].set_ylabel("share of these cells that are wet")
    axes[1][0].set_ylabel("share of cells")
    figure.suptitle(f"{view.task}, unseen storms over seen terrain")
    return figure


def _thresholds(
    shown: Mapping[str, View], models: Mapping[str, WaterModel], scores: Sequence[Mapping[str, Any]]
) -> Figure:
    """The index against the probability from which a cell is called wet; the threshold in use is marked."""
    splits = [split for split in (UNSEEN_STORMS, UNSEEN_TERRAIN) if split in shown]
    figure, axes = _figure(5.2 * len(splits) + 0.4, 4.4, 1, len(splits), sharey=True)
    for axis, split in zip(axes[0], splits, strict=True):
        view = shown[split]
        depth = min(depth for _, depth in view.keys(HISTOGRAM))
        ranked = [name for name, limit in view.keys(HISTOGRAM) if limit == depth and name in view.tables.chances]
        for name in [*models, *(name for name in ranked if name not in models)]:
            chance, index = _curve(view.table((name, depth), HISTOGRAM).sum((0, 1)).reshape(2, BINS))
            if name not in models:
                axis.plot(chance, index, color=GREY, linewidth=1, linestyle="--", label=name)
                continue
            style = _style(list(models).index(name))
            marker = style.pop("marker")
            axis.plot(chance, index, label=name, **style)
            used = models[name].threshold(view.task, models[name].wet_depths.index(depth))
            (row,) = _rows(scores, view.task, split, depth, name)
            axis.plot(used, row[SCORE], marker=marker, color=style["color"], markeredgecolor="black", markersize=7)
        best = _best_baseline(scores, view.task, split, depth, models)
        if best is not None:
            axis.axhline(
                best[SCORE], color="black", linewidth=1, linestyle=":", label=f"best baseline: {best['model']}"
            )
        axis.set_title(split.replace("_", " "))
        axis.set_xlabel(f"probability of {depth:g} m or more, from which a cell is called wet")
        axis.set_xlim(0, 1)
        axis.set_ylim(bottom=0)
        axis.legend(frameon=False, fontsize=8, loc="lower center")
    axes[0][0].set_ylabel(INDEX)
    figure.suptitle(shown[splits[0]].task)
    return figure


def _curve(histogram: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return sigmoid(EDGES), critical_success_index(tables_by_threshold(histogram))


def _scores(scores: Sequence[Mapping[str, Any]], task: str, models: Collection[str]) -> Figure:
    """Every model and baseline with its interval, by wet depth, the best at the top."""
    splits = [split for split in (UNSEEN_STORMS, UNSEEN_TERRAIN) if _rows(scores, task, split)]
    depths = sorted({row["wet_depth"] for row in scores if row["task"] == task})
    first = {row["model"]: row[SCORE] for row in _rows(scores, task, splits[0], depths[0])}
    names = sorted(first, key=lambda name: (np.nan_to_num(first[name], nan=-1.0), name))
    height = 0.9 + 0.22 * len(names) * max(len(depths), 2)
    figure, axes = _figure(5.0 * len(splits) + 1.2, height, 1, len(splits), sharey=True, sharex=True)
    for axis, split in zip(axes[0], splits, strict=True):
        for level, depth in enumerate(depths):
            rows = {row["model"]: row for row in _rows(scores, task, split, depth)}
            known = [name for name in names if name in rows]
            place = [names.index(name) + 0.5 * (len(depths) - 1 - 2 * level) / (len(depths) + 1) for name in known]
            values = np.array([[rows[name][key] for key in (SCORE, "low", "high")] for name in known], float)
            spread = np.nan_to_num(np.abs(values[:, 1:] - values[:, :1]), nan=0.0).T
            axis.errorbar(
                values[:, 0], place, xerr=spread, fmt=MARKERS[level], color=COLOURS[level], markersize=4, capsize=2,
                linewidth=1, label=f"{depth:g} m",
            )  # fmt: skip
        axis.set_title(split.replace("_", " "))
        axis.set_xlabel(f"{INDEX}, with 95 % interval")
        axis.set_yticks(range(len(names)), names)
        for label in axis.get_yticklabels():
            label.set_fontweight("bold" if label.get_text() in models else "normal")
    axes[0][0].set_xlim(left=-0.01)  # After all is drawn: a limit that is set ends the search for the other.
    axes[0][-1].legend(frameon=False, title="wet depth", loc="lower right")
    figure.suptitle(f"{task}; models in bold, baselines not")
    return figure


def _rows(
    scores: Sequence[Mapping[str, Any]], task: str, split: str, depth: float | None = None, model: str | None = None
) -> list[Mapping[str, Any]]:
    return [
        row
        for row in scores
        if (row["task"], row["split"]) == (task, split)
        and depth in (None, row["wet_depth"])
        and model in (None, row["model"])
    ]


def _best_baseline(
    scores: Sequence[Mapping[str, Any]], task: str, split: str, depth: float, models: Collection[str]
) -> Mapping[str, Any] | None:
    rows = [
        row
        for row in _rows(scores, task, split, depth)
        if row["model"] not in models and not row["model"].endswith(ORACLE) and np.isfinite(row[SCORE])
    ]
    return max(rows, key=lambda row: row[SCORE], default=None)
