"""What the report says of the models of water: scores beside every baseline, differences, calibration, training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from floodmark.report import figures, html
from floodmark.report.files import read_histories, read_metrics, read_rows
from floodmark.report.names import MODELS, ORACLE, SCORE, SPLITS, TASKS, Row, known, present, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SCORE_COLUMNS = ("model", "task", "split", "wet_depth", SCORE, "low", "high", "parameters")
ALL = "all"
DRAWN_HERE = "scores_"
"""Figures of evaluate_water that show the scores once more, which the page draws with all splits and depths."""

FIGURES = {
    "training": "Training curves of all models: score on validation storms by epoch",
    "reliability": "Reliability, as trained and after temperature scaling",
    "thresholds": "Score against the probability from which a cell is called wet; the dot is the threshold in use",
}
"""What the figures of evaluate_water show, by the first word of their names."""


def models(outputs: Path) -> list[str]:
    """Windows and splits, then everything that is known of how well models do."""
    folder = outputs / "water"
    windows = html.tree(read_metrics(outputs / "windows.json"), "Windows: what is learnt from and what is held out")
    return [
        windows,
        *_scores(read_rows(folder / "scores.csv")),
        *_comparisons(read_rows(folder / "comparisons.csv")),
        *_verification(read_rows(folder / "verification.csv")),
        _calibration(read_metrics(folder / "calibration.json")),
        *_figures(folder / "figures"),
        *_losses(folder / "models"),
    ]


def _scores(rows: Sequence[Row]) -> list[str]:
    """A chart per task and wet depth, a panel per split; the numbers are folded."""
    if not rows:
        return [html.note("No event was held out for testing, so nothing is scored.")]
    parts = []
    for task in present((row["task"] for row in rows), TASKS):
        for depth in sorted({row["wet_depth"] for row in rows if row["task"] == task}):
            chosen = [row for row in rows if (row["task"], row["wet_depth"]) == (task, depth) and known(row[SCORE])]
            panels = {
                words(split): [_line(row) for row in chosen if row["split"] == split]
                for split in present((row["split"] for row in chosen), SPLITS)
            }
            if panels:
                title = f"Critical success index, {task}, {depth:g} m (95 % intervals)"
                parts.append(html.drawing(figures.standings(panels, "critical success index", title), title))
    table = html.table(SCORE_COLUMNS, ([row[key] for key in SCORE_COLUMNS] for row in rows))
    return [*parts, html.fold(f"All scores ({len(rows)} rows)", table)]


def _line(row: Row) -> figures.Standing:
    name = str(row["model"])
    kind = figures.MODEL if name in MODELS else figures.ORACLE if name.endswith(ORACLE) else figures.BASELINE
    bounds = (row["low"], row["high"]) if known(row["low"]) and known(row["high"]) else (row[SCORE], row[SCORE])
    return figures.Standing(words(name), kind, float(row[SCORE]), float(bounds[0]), float(bounds[1]))


def _comparisons(rows: Sequence[Row]) -> list[str]:
    """A table per task, wet depth and split, models against baselines; the shallowest of the first task is open."""
    parts = []
    for task in present((row["task"] for row in rows), TASKS):
        for depth in sorted({row["wet_depth"] for row in rows if row["task"] == task}):
            for split in present((row["split"] for row in rows), SPLITS):
                cells = {
                    (row["model"], row["baseline"]): _signed(row)
                    for row in rows
                    if (row["task"], row["wet_depth"], row["split"]) == (task, depth, split)
                }
                if not cells:
                    continue
                names = present((model for model, _ in cells), list(MODELS))
                body = [
                    [words(rival), *(cells.get((name, rival), "–") for name in names)]
                    for rival in dict.fromkeys(rival for _, rival in cells)
                ]
                told = f"Paired difference of the score from every baseline, {task}, {depth:g} m, {words(split)}"
                table = html.table(["above", *(words(name) for name in names)], body)
                parts.append(html.fold(told, table))
    intro = "Every model against every baseline on the same draws of storms and blocks; oracles are no baselines."
    return [html.paragraph(intro), *parts] if parts else []


def _signed(row: Row) -> str:
    if not known(row["difference"]):
        return "–"
    value = f"{row['difference']:+.3f}"
    return f"{value} ({row['low']:+.3f} to {row['high']:+.3f})" if known(row["low"]) and known(row["high"]) else value


def _verification(rows: Sequence[Row]) -> list[str]:
    """By task and split at the shallowest wet depth: all scores on all cells, and the first score by subset."""
    parts = []
    for task in present((row["task"] for row in rows), TASKS):
        depth = min(row["wet_depth"] for row in rows if row["task"] == task)
        for split in present((row["split"] for row in rows), SPLITS):
            chosen = [r for r in rows if (r["task"], r["wet_depth"], r["split"]) == (task, depth, split)]
            whole = {(r["model"], r["score"]): r["value"] for r in chosen if r["subset"] == ALL}
            parted = {(r["model"], r["subset"]): r["value"] for r in chosen if r["score"] == SCORE}
            if chosen:
                where = f"{task}, {depth:g} m, {words(split)}"
                parts.append(html.fold(f"All scores, {where}", _matrix(whole)))
                parts.append(html.fold(f"Critical success index by rain and kind of cell, {where}", _matrix(parted)))
    return parts


def _matrix(cells: dict[tuple[Any, Any], Any]) -> str:
    """Models in rows; what the second key says, in columns."""
    names = present((str(model) for model, _ in cells), list(MODELS))
    columns = list(dict.fromkeys(column for _, column in cells))
    body = ([words(name), *(cells.get((name, column)) for column in columns)] for name in names)
    return html.table(["model", *(words(str(column)) for column in columns)], body)


def _calibration(found: dict[str, Any]) -> str:
    """Temperatures and what they do on unseen storms over seen ground."""
    keys = ("brier_score", "expected_calibration_error")
    body = [
        [words(name), task, f"{depth} m", entry.get("temperature"),
         *(entry.get(when, {}).get(key) for key in keys for when in ("before", "after"))]
        for name, by_task in found.items()
        for task, by_depth in by_task.items()
        for depth, entry in by_depth.items()
    ]  # fmt: skip
    if not body:
        return ""
    scores = [f"{words(key)} {when}" for key in keys for when in ("before", "after")]
    title = "Calibration: temperatures fitted on validation storms; scores on unseen storms over seen terrain"
    return html.table(["model", "task", "wet depth", "temperature", *scores], body, title)


def _figures(folder: Path) -> list[str]:
    parts = []
    for path in sorted(folder.glob("*.svg")):
        if not path.stem.startswith(DRAWN_HERE):
            kind, _, task = path.stem.partition("_")
            told = FIGURES.get(kind, kind)
            parts.append(html.drawing(path.read_text(encoding="utf-8"), f"{told}: {task}" if task else told))
    return parts


def _losses(folder: Path) -> list[str]:
    histories = read_histories(folder)
    lines = {
        words(name): [row["loss"] for row in histories[name]] for name in present(histories, list(MODELS))
    }  # fmt: skip
    if not lines:
        return []
    caption = "Training loss by epoch (emulate), each model by its own loss: heights do not compare between models"
    return [html.drawing(figures.curves(lines, "training loss", "Water models: training"), caption)]
