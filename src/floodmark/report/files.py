"""What the report reads: metrics, tables and training curves, an absent or empty file being no error."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def read_metrics(path: Path) -> dict[str, Any]:
    """A metrics file, or nothing."""
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def read_rows(path: Path) -> list[dict[str, Any]]:
    """A CSV file with its numbers as numbers, or nothing."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [{key: _number(value) for key, value in row.items()} for row in csv.DictReader(file)]


def _number(text: str) -> Any:
    try:
        value = float(text)
    except ValueError:
        return text or None
    return int(value) if value.is_integer() and "." not in text and "e" not in text else value


def read_histories(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The training curves of every model below a folder, by the model's folder name."""
    return {path.parent.name: rows for path in sorted(folder.glob("*/history.csv")) if (rows := read_rows(path))}
