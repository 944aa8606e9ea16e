"""The report's first half: rain, terrain, water, and how well it is predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from floodmark.report import html
from floodmark.report.contrast import contrast
from floodmark.report.files import read_metrics, read_rows
from floodmark.report.names import MODELS, words
from floodmark.report.water import models

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

EVENTS_SHOWN = 20


def land(outputs: Path) -> str:
    """Everything on the land, in the order water takes."""
    return (
        html.section("rain", "Rain and terrain", *_inputs(outputs))
        + html.section("water", "Simulated water", *_water(outputs))
        + html.section("models", "Water models against baselines", *models(outputs))
        + html.section("contrast", "What rain and water have in common", *contrast(outputs))
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


def _maps(outputs: Path) -> list[str]:
    """By event the last model of the order; of the first event the others too, folded: all would make a heavy page."""
    maps = sorted((outputs / "water/maps").glob("*.png"))
    if not maps:
        return [html.note("No map was drawn.")]
    events: dict[str, dict[str, Path]] = {}
    for path in maps:
        model, event = _model_and_event(path.stem)
        events.setdefault(event, {})[model] = path
    parts = [part for place, (event, drawn) in enumerate(events.items()) for part in _event(event, drawn, place == 0)]
    told = "The other models' maps of these events lie in outputs/water/maps."
    return [*parts, html.paragraph(told)] if len(events) > 1 and len(maps) > len(events) else parts


def _model_and_event(stem: str) -> tuple[str, str]:
    """The two halves of a map's name; one model's name may begin like another's."""
    for model in sorted(MODELS, key=len, reverse=True):
        if stem.startswith(f"{model}_"):
            return model, stem.removeprefix(f"{model}_")
    return "", stem


def _event(event: str, drawn: dict[str, Path], whole: bool) -> Sequence[str]:
    order = [name for name in reversed(MODELS) if name in drawn] + [name for name in drawn if name not in MODELS]
    shown = order if whole else order[:1]
    pictures = [html.picture(drawn[name], f"{words(name)} on {event}" if name else words(event)) for name in shown]
    rest = html.fold(f"The other models on {event}", "".join(pictures[1:])) if pictures[1:] else ""
    return [pictures[0], rest]
