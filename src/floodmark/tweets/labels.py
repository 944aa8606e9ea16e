"""Human labels: CSV files in the project's layout, or as crowd-working platforms export them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from floodmark.errors import UserError
from floodmark.progress import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

STEPS = ("negative", "slightly negative", "neutral", "slightly positive", "positive")
"""The labels that are known: a scale of five steps, of which three or two may be used. Which class a step stands for is
for `evaluate_human` to say; nothing else that a file calls a label passes."""
ALIASES = {"text": "input.text", "label": "answer.sentiment.label", "annotator": "workerid"}
"""Those of our column names that Amazon Mechanical Turk's results write otherwise."""
COLUMNS = ("id", "text", "label", "annotator", "source")
"""Columns that are read; any other is left alone."""

LONGEST_SHOWN = 24
"""Letters of a label that is told as it stands."""
OVERFULL = "more cells than columns"


@dataclass(frozen=True, slots=True)
class HumanLabel:
    """One judgement of one annotator: still secret, never written."""

    text: str
    label: str
    tweet: str | None
    annotator: str | None
    source: str | None


def read_labels(folder: Path) -> tuple[list[HumanLabel], int]:
    """Every judgement in the `*.csv` files of a folder, and how many rows were dropped.

    Raises:
        UserError: if a file lacks the columns `text` and `label`, or is no CSV or cannot be read.
    """
    labels: list[HumanLabel] = []
    dropped = 0
    for path in sorted(path for path in folder.rglob("*.csv") if not path.is_dir()):
        before, lost = len(labels), 0
        for number, row in _rows(path):
            judged = " ".join((row.get("label") or "").casefold().split())
            text = row.get("text") or ""
            if judged not in STEPS or not text.strip():
                lost += 1
                say(f"{path}:{number}: {_problem(row, judged)}: row dropped")
                continue
            labels.append(
                HumanLabel(text, judged, row.get("id") or None, row.get("annotator") or None, row.get("source") or None)
            )
        dropped += lost
        if lost and len(labels) == before:
            say(f"{path}: no row of this file is left: none of its {lost} has a text and a label that is known")
    return labels, dropped


def _problem(row: dict[str, str], judged: str) -> str:
    """Why a row says nothing: its label is quoted, unless so much was taken for it that it may be a person's words."""
    if not judged and "\n" in row.get("text", "").strip():
        return "a text over several lines without a label; most likely a quotation mark in it is never closed"
    if not row.get("text", "").strip():
        return "no text"
    if not judged:
        return "no label"
    shown = f"`{judged}`" if len(judged) <= LONGEST_SHOWN and OVERFULL not in row else "what stands for a label"
    why = "; the row has more cells than columns, as if a comma in its text were not quoted" if OVERFULL in row else ""
    return f"{shown} is none of the labels {', '.join(STEPS)}{why}"


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows by lower-cased column names, aliases resolved, with their line numbers."""
    before = 0
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            reader = csv.DictReader(file)
            wanted = _wanted(path, reader.fieldnames or ())
            before = reader.line_num
            for row in reader:
                before = reader.line_num
                cells = {ours: row[theirs] or "" for ours, theirs in wanted.items()}
                yield before, cells | ({OVERFULL: ""} if None in row else {})
    except csv.Error as error:
        raise UserError(
            f"{path}: the row behind line {before} is no CSV ({error}): most likely a quotation mark in it is "
            "never closed. Close it, or double it where it belongs to the text"
        ) from None
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}): restore it, or take it away") from None


def _wanted(path: Path, header: Sequence[str]) -> dict[str, str]:
    """Our columns and what the file calls them.

    Raises:
        UserError: if `text` or `label` is missing; quotes no unknown name, for in a file without a header line the
            first line is a person's tweet.
    """
    names = {name.strip().casefold(): name for name in header}
    for ours, theirs in ALIASES.items():
        if ours not in names and theirs in names:
            names[ours] = names[theirs]
    wanted = {ours: names[ours] for ours in COLUMNS if ours in names}
    if not {"text", "label"} <= wanted.keys():
        known = ", ".join(f"`{ours}`" for ours in wanted) or "none"
        raise UserError(
            f"{path}: the first line must name the columns `text` and `label` (or `{ALIASES['text']}` and "
            f"`{ALIASES['label']}`): of its {len(header)} columns, known are {known}"
        )
    return wanted
