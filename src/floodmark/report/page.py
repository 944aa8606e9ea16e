"""The page itself: one file, nothing loaded from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from floodmark.report import html, systems
from floodmark.report.land import land
from floodmark.report.people import people
from floodmark.storage import write_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from floodmark.settings.report import Report

ANCHORS = (
    "systems", "rain", "water", "models", "contrast", "maps", "tweets", "images", "sentiment", "human", "topics",
)  # fmt: skip


def write_page(outputs: Path, page: Path, settings: Report, confidences: Sequence[str]) -> None:
    """Write the report of the outputs that lie in a folder, and the CLIP models of these confidences."""
    links = "".join(f'<a href="#{anchor}">{anchor}</a>' for anchor in ANCHORS)
    warning = html.note(
        "This is the demonstration: synthetic storms over a real heightmap, synthetic tweets, rendered photos, "
        "simulated annotators. Its scores show that the pipeline works; they are no findings about floods or people."
    )
    body = (
        f"<h1>{html.escape(settings.title)}</h1>\n<nav>{links}</nav>\n"
        + (warning if settings.is_demonstration else "")
        + html.section("systems", "The systems", html.table(systems.COLUMNS, systems.rows(outputs, confidences)))
        + land(outputs)
        + people(outputs, confidences)
    )
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(settings.title)}</title><style>{html.STYLE}</style>"
    )
    write_text(page, f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{body}</body></html>\n')
