"""The personal data planted in the embedded dataset, by kind."""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).parents[1]


def planted(listing: Path) -> dict[str, list[str]]:
    """Planted values by kind, from the generator's own listing."""
    return {kind: [str(value) for value in values] for kind, values in json.loads(listing.read_text("utf-8")).items()}
