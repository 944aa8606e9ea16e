"""The training curve as a CSV that DVC and MLflow draw: one row per epoch, numbers only."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from floodmark.storage import write_text

if TYPE_CHECKING:
    from pathlib import Path


def write_history(path: Path, rows: list[dict[str, float]]) -> None:
    """Write the rows, columns in the order of the first; floats with 8 significant digits."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: value if isinstance(value, int) else f"{value:.8g}" for key, value in row.items()})
    write_text(path, buffer.getvalue())
