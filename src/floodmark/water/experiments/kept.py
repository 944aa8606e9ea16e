"""What came of a trial, kept in its folder of unfinished work: numbers alone, in files that hold no code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.storage import write_text
from floodmark.water.scoring import Tables
from floodmark.water.tallies import CASES, Tally

if TYPE_CHECKING:
    from pathlib import Path

NUMBERS, CONTENT = "tables.npz", "outcome.json"


@dataclass(frozen=True)
class Outcome:
    """What a trial gave.

    Attributes:
        history: A row per epoch; none of what is not trained.
        tables: Contingency tables over the test storms.
        storms: How many storms it learnt from.
    """

    history: list[dict[str, float]]
    tables: Tables
    storms: int


def only_cases(tables: Tables) -> Tables:
    """The contingency tables alone; histograms and depth errors are a hundred times as many numbers."""
    tallies = {
        key: Tally({place: table for place, table in tally.counts.items() if place[0] == CASES})
        for key, tally in tables.tallies.items()
    }
    return Tables(tallies, dict(tables.parameters), set())


def keep(folder: Path, outcome: Outcome) -> None:
    """Write an outcome; the file that `read_kept` looks for comes last."""
    tables = outcome.tables
    places = [(*key, *place) for key, tally in tables.tallies.items() for place in tally.counts]
    numbers = [table for tally in tables.tallies.values() for table in tally.counts.values()]
    np.savez(folder / NUMBERS, *numbers)
    content = {
        "history": [[[key, _plain(value)] for key, value in row.items()] for row in outcome.history],
        "places": places,
        "parameters": [[*key, size] for key, size in tables.parameters.items()],
        "storms": outcome.storms,
    }
    write_text(folder / CONTENT, json.dumps(content))


def read_kept(folder: Path) -> Outcome | None:
    """The outcome that was kept in a folder, the same to the last bit; None where there is none."""
    if not (folder / CONTENT).exists():
        return None
    content = json.loads((folder / CONTENT).read_text(encoding="utf-8"))
    tables = Tables()
    for name, depth, size in content["parameters"]:
        tables.of(name, depth, size)
    with np.load(folder / NUMBERS, allow_pickle=False) as numbers:
        for index, (name, depth, part, storm) in enumerate(content["places"]):
            tables.tallies[name, depth].counts[part, storm] = numbers[f"arr_{index}"]
    history = [dict(row) for row in content["history"]]
    return Outcome(history, tables, content["storms"])


def _plain(value: Any) -> Any:
    """A number of numpy as Python's, which JSON keeps to the last bit."""
    return value.item() if hasattr(value, "item") else value
