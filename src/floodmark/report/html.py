"""The few pieces of HTML that the report is made of; everything is escaped here."""

from __future__ import annotations

import base64
import html
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

STYLE = """
:root { color-scheme: light dark; --line: #8886; --accent: #0b6aa2; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin-bottom: 0; } h2 { border-bottom: 2px solid var(--accent); margin-top: 3rem; }
nav a { margin-right: 1rem; } a { color: var(--accent); }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td.number { text-align: right; } caption { text-align: left; font-weight: 600; padding: .25rem 0; }
figure { margin: 1rem 0; background: #fff; color: #111; padding: .5rem; border-radius: .5rem; }
figure img, figure svg { max-width: 100%; height: auto; } figcaption { font-size: .9rem; }
.wide { overflow-x: auto; } .note { border-left: 4px solid var(--accent); padding-left: 1rem; }
details { margin: .5rem 0; }
"""


def escape(value: Any) -> str:
    """A value as text that HTML shows unchanged; floats with four significant digits, None as a dash."""
    if value is None or (isinstance(value, float) and value != value):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return html.escape(f"{value:.4g}")
    if isinstance(value, int):
        return f"{value:,}".replace(",", "&#8239;")
    return html.escape(str(value))


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], caption: str = "") -> str:
    """A table; numbers are set right."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join("<tr>" + "".join(_cell(value) for value in row) + "</tr>" for row in rows)
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f'<div class="wide"><table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>\n'


def _cell(value: Any) -> str:
    kind = ' class="number"' if isinstance(value, (int, float)) and not isinstance(value, bool) else ""
    return f"<td{kind}>{escape(value)}</td>"


def tree(values: Mapping[str, Any], caption: str) -> str:
    """A nested mapping of numbers as a two-column table, keys joined by dots."""
    return table(["quantity", "value"], _leaves("", values), caption)


def _leaves(prefix: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [
            leaf for key, item in value.items() for leaf in _leaves(f"{prefix}.{key}" if prefix else str(key), item)
        ]
    if isinstance(value, list):
        return [(prefix, ", ".join(str(item) for item in value))]
    return [(prefix, value)]


def picture(path: Path, caption: str) -> str:
    """A PNG file inside the page."""
    data = base64.b64encode(path.read_bytes()).decode()
    image = f'<img alt="{escape(caption)}" src="data:image/png;base64,{data}">'
    return f"<figure>{image}<figcaption>{escape(caption)}</figcaption></figure>\n"


def drawing(svg: str, caption: str) -> str:
    """An SVG drawing inside the page."""
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>\n"


def section(anchor: str, title: str, *parts: str) -> str:
    """A titled part of the page; empty parts are left out."""
    return f'<section id="{anchor}"><h2>{escape(title)}</h2>\n{"".join(parts)}</section>\n'


def note(text: str) -> str:
    """A remark that must not be missed."""
    return f'<p class="note">{escape(text)}</p>\n'


def paragraph(text: str) -> str:
    """Running text."""
    return f"<p>{escape(text)}</p>\n"


def fold(title: str, content: str) -> str:
    """Detail that opens on a click."""
    return f"<details><summary>{escape(title)}</summary>{content}</details>\n"
