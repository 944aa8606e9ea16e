"""The report's first half: rain, terrain, water, and how well it is predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from floodmark.report import figures, html
from floodmark.report.files import read_histories, read_metrics, read_rows

if TYPE_CHECKING:
    from pathlib import Path

SCORE_COLUMNS = ("model", "task", "split", "wet_depth", "critical_success_index", "low", "high", "parameters")
EVENTS_SHOWN = 20


def land(outputs: Path) -> str:
    """Everything on the land, in the order water takes."""
    return (
        html.section("rain", "Rain and terrain", *_inputs(outputs))
        + html.section("water", "Simulated water", *_water(outputs))
        + html.section(
            "models", "Water models against baselines", _windows(outputs), *_scores(outputs), *_training(outputs)
        )
        + html.section("maps", "Truth against prediction", *_maps(outputs))
    )


def _inputs(outputs: Path) -> list[str]:
    names = {"radar.json": "Radar archive", "storms.json": "Generated storms", "terrain.json": "Terrain"}
    return [html.tree(read_metrics(outputs / name), title) for name, title in names.items()]


def _water(outputs: Path) -> list[str]:
    summary = html.tree(read_metrics(outputs / "water/ledger.json"), "Mass ledger of all events")
    events = read_rows(outputs / "water/ledger.csv")
    if not events:
        return [summary, html.note("No event was simulated.")]
    shown = [list(row.values()) for row in events[:EVENTS_SHOWN]]
    title = f"Ledger by event ({min(EVENTS_SHOWN, len(events))} of {len(events)}; all in outputs/water/ledger.csv)"
    return [summary, html.fold(title, html.table(list(events[0]), shown))]


def _windows(outputs: Path) -> str:
    return html.tree(read_metrics(outputs / "windows.json"), "What is learnt from and what is held out")


def _scores(outputs: Path) -> list[str]:
    rows = read_rows(outputs / "water/scores.csv")
    parts = []
    for split in sorted({row["split"] for row in rows}):
        chosen = [row for row in rows if row["split"] == split and _complete(row)]
        lines = [
            (f"{row['model']}, {row['task']}, {row['wet_depth']:g} m", *(row[k] for k in SCORE_COLUMNS[4:7]))
            for row in chosen
        ]
        if lines:
            title = f"Critical success index, {split.replace('_', ' ')} (95 % intervals)"
            parts.append(html.drawing(figures.intervals(lines, "critical success index", title), title))
    table = html.table(SCORE_COLUMNS, ([row[key] for key in SCORE_COLUMNS] for row in rows), "All scores")
    return [*parts, table if rows else html.note("No event was held out for testing, so nothing is scored.")]


def _complete(row: dict[str, Any]) -> bool:
    return all(isinstance(row[key], (int, float)) for key in SCORE_COLUMNS[4:7])


def _training(outputs: Path) -> list[str]:
    histories = read_histories(outputs / "water/models")
    losses = {name: [row["loss"] for row in rows] for name, rows in histories.items()}
    if not losses:
        return []
    return [html.drawing(figures.curves(losses, "training loss", "Water models: training"), "Training loss by epoch")]


def _maps(outputs: Path) -> list[str]:
    maps = sorted((outputs / "water/maps").glob("*.png"))
    if not maps:
        return [html.note("No map was drawn.")]
    return [html.picture(path, path.stem.replace("_", " ")) for path in maps]
