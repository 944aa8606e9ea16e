"""Writes what documents itself: params, columns, the picture of the pipeline, the README's table of the systems.

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
from floodmark.tweets import schema
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


TABLES = {
    "tweets.parquet": (schema.TWEETS, "A tweet a row, the latest state of each."),
    "users.parquet": (schema.USERS, "A user of the archive a row, also those who stand in no tweet that was kept."),
    "places.parquet": (schema.PLACES, "A place a row of those that a tweet kept."),
    "human.parquet": (schema.HUMAN, "A judgement of a person a row."),
}
AUDIT = {
    "read": "files; lines; tweets, repeated ones included; broken_lines, no JSON; error_pages, answers of the API that "
    "are errors; rows of human_labels",
    "kept": "rows of each table",
    "dropped": "duplicate: earlier states of a tweet; no_tweet: values that are no tweet, such as users, places and "
    "compliance records; human_labels: rows without a text or a known label",
    "texts_with": "tweets whose text had each kind of placeholder",
    "k_anonymity": "groups of equal hour, place and language that left, the persons of the smallest, and how many "
    "tweets lost which of these (`suppressed`)",
    "searched": "identifiers of each kind that the tables were searched for; ordinary_names: names that were not, for "
    "many people use them as words or they are too short",
    "leaks": "identifiers found in the tables; `anonymise` fails unless it is 0",
}


def columns_page() -> str:
    """docs/reference/columns.md: every column that leaves the gate, why, and what was done to it."""
    lines = [
        "# Columns that leave the gate",
        "",
        "Written by `make docs` from `src/floodmark/tweets/schema.py`: a column that is not here does not leave. A "
        "keyed hash is [a pseudonym](anonymisation.md#who-is-who). "
        "Bins double: bin 1 holds 1, bin 2 holds 2 and 3, bin 3 holds 4 to 7, bin 11 holds 1,024 to 2,047.",
    ]
    for name, (columns, what) in TABLES.items():
        lines += ["", f"## {name}", "", what, "", "| column | type | why | what was done |", "|---|---|---|---|"]
        lines += [
            f"| `{key}` | {_type(column.type)} | {column.reason} | {column.rule} |" for key, column in columns.items()
        ]
    lines += ["", "## audit.json", "", "| key | counts |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{key}` | {what} |" for key, what in AUDIT.items())]) + "\n"


def _type(kind: Any) -> str:
    return str(kind).replace("time_unit=", "").replace("time_zone=", "").replace("'", "")


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
        "docs/reference/columns.md": columns_page(),
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
