"""Writes what documents itself: the params reference, the picture of the pipeline, the README's table of the systems.

`python -m tests.house.reference` says what is out of date, with `--write` it is written.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, get_args

from ruamel.yaml import YAML

from floodmark.report.systems import COLUMNS, rows
from floodmark.settings.augment import Confidences
from floodmark.settings.base import Section, read_params, read_section
from floodmark.settings.every import sections
from tests.house.picture import draw

START, END = "<!-- systems: written by `make docs` -->", "<!-- end of systems -->"


def params_page() -> str:
    """docs/reference/params.md: every key with its demonstration value and meaning."""
    values = YAML(typ="safe").load(Path("params.yaml").read_text(encoding="utf-8"))
    lines = [
        "# Params",
        "",
        "Written by `make docs` from `src/floodmark/settings/`. The value is the demonstration's.",
        "`dvc exp run -S key=value` tries another; `params.schema.json` holds the bounds for editors.",
    ]
    for name in values:
        model = sections()[name]
        summary = (model.__doc__ or "").strip().splitlines()[0]
        lines += ["", f"## {name}", "", summary, "", "| key | value | meaning |", "|---|---|---|"]
        lines += [f"| `{key}` | `{value}` | {meaning} |" for key, value, meaning in _fields(name, model, values[name])]
    return "\n".join(lines) + "\n"


def _fields(prefix: str, model: type[Section], values: dict[str, Any]) -> list[tuple[str, str, str]]:
    found = []
    for name, field in model.model_fields.items():
        kind, value = field.annotation, values[name]
        meaning = (field.description or "").replace("|", "\\|")
        named = next((item for item in get_args(kind) if isinstance(item, type) and issubclass(item, Section)), None)
        if isinstance(kind, type) and issubclass(kind, Section):
            found += _fields(f"{prefix}.{name}", kind, value)
        elif named is not None:
            found.append((f"{prefix}.{name}", ", ".join(value) or "{}", f"{meaning}; each has"))
            for entry, inner in value.items():
                found += _fields(f"{prefix}.{name}.{entry}", named, inner)
        else:
            found.append((f"{prefix}.{name}", _as_yaml(value), meaning))
    return found


def _as_yaml(value: Any) -> str:
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False).replace('"', "")
    shown = shown.replace("|", "\\|")
    return shown if len(shown) <= 60 else shown[:57] + "..."


def readme() -> str:
    """README.md with the table of the systems for the committed metrics."""
    text = Path("README.md").read_text(encoding="utf-8")
    before, rest = text.split(START)
    after = rest.split(END)[1]
    params = read_params(Path("params.yaml"))
    confidences = read_section(params, "augment", Confidences, "params.yaml").names()
    head = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"
    table = rows(Path("outputs"), confidences)
    body = "".join(f"| {name} | `{how}` | {score} | {base} |\n" for name, how, score, base in table)
    return f"{before}{START}\n{head}{body.replace('`to come`', '*to come*')}{END}{after}"


def main(write: bool) -> int:
    """Compare, or write; returns the number of files that differ."""
    wanted = {
        "docs/reference/params.md": params_page(),
        "docs/pipeline.svg": draw(Path(".")),
        "README.md": readme(),
    }
    differ = 0
    for name, text in wanted.items():
        path = Path(name)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            differ += 1
            print(f"{name} is out of date: run `make docs`")
            if write:
                path.write_text(text, encoding="utf-8")
    return differ


if __name__ == "__main__":
    sys.exit(0 if main("--write" in sys.argv) == 0 or "--write" in sys.argv else 1)
