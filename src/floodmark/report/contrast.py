"""What the report says of the contrast: is there a relation between rain with terrain and water that can be learnt?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from floodmark.report import figures, html
from floodmark.report.files import read_metrics, read_rows
from floodmark.report.names import Row, known, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

VERDICTS = {
    "yes": "Yes: on storms that were not learnt from, the encoders find the water that belongs to rain with terrain, "
    "and the rain that belongs to water, more often than every null does; the interval of the difference from the best "
    "null is above zero among windows of any ground and among windows of the same ground.",
    "no": "No: on storms that were not learnt from, in at least one set of candidates the encoders do not find the "
    "right partner more often than the best null does, or not by more than chance allows.",
    "undecided": "Undecided: there are too few wet windows of unseen storms to tell.",
}
PLACES = {
    "anywhere": "candidates of any ground",
    "same_place": "candidates of the same ground, where terrain is no help",
}
DIRECTIONS = ("water_for_rain", "rain_for_water")


def contrast(outputs: Path) -> list[str]:
    """The verdict in words, the tables behind it, training, and the map of the embeddings."""
    folder = outputs / "water/contrastive"
    summary = read_metrics(folder / "retrieval.json")
    if not summary:
        return [html.note("No encoders of rain and water were trained.")]
    told = VERDICTS.get(summary.get("verdict", ""), VERDICTS["undecided"])
    rows = read_rows(folder / "retrieval.csv")
    return [
        html.paragraph("Is there a relation between rain with terrain and water that a model can learn?"),
        html.note(told),
        _decisions(summary),
        *(_table(rows, name) for name in dict.fromkeys(row["candidates"] for row in rows)),
        *_training(read_rows(folder / "history.csv")),
        *_map(folder / "embedding_map.png"),
    ]


def _decisions(summary: dict[str, Any]) -> str:
    body = []
    for name, found in summary.get("candidates", {}).items():
        above = found.get("above_best_null", {})
        bounds = [above.get(key) for key in ("value", "low", "high")]
        difference = f"{bounds[0]:+.3f} ({bounds[1]:+.3f} to {bounds[2]:+.3f})" if all(map(known, bounds)) else "–"
        recall, best = found.get("recall_at_1", {}), str(found.get("best_null", "–"))
        chance = found.get("permuted_pairs", {}).get("recall_at_1", {}).get("p_value")
        body.append(
            [PLACES.get(name, name), found.get("mean_candidates"), recall.get("model"), words(best), recall.get(best),
             difference, chance, found.get("verdict")]
        )  # fmt: skip
    columns = (
        "among",
        "candidates",
        "recall@1",
        "best null",
        "its recall@1",
        "difference",
        "p, pairs permuted",
        "verdict",
    )
    counts = ", ".join(f"{summary[key]} {key}" for key in ("windows", "storms", "places") if key in summary)
    return html.table(columns, body, f"Recall@1, mean of both directions, on unseen storms: {counts}")


def _table(rows: Sequence[Row], candidates: str) -> str:
    """Matchers in rows, k and direction in columns."""
    chosen = [row for row in rows if row["candidates"] == candidates]
    amounts = sorted({row["k"] for row in chosen})
    columns = [(direction, k) for direction in DIRECTIONS for k in amounts]
    cells = {(row["matcher"], row["direction"], row["k"]): _interval(row) for row in chosen}
    body = [
        [words(matcher), *(cells.get((matcher, *column), "–") for column in columns)]
        for matcher in dict.fromkeys(row["matcher"] for row in chosen)
    ]
    head = ["matcher", *(f"{words(direction)} @{k}" for direction, k in columns)]
    return html.table(head, body, f"Recall (95 % intervals over storms), {PLACES.get(candidates, candidates)}")


def _interval(row: Row) -> str:
    if not known(row["recall"]):
        return "–"
    bounds = f" ({row['low']:.3f}–{row['high']:.3f})" if known(row["low"]) and known(row["high"]) else ""
    return f"{row['recall']:.3f}{bounds}"


def _training(history: Sequence[Row]) -> list[str]:
    if not history:
        return []
    scores = [float(row["recall_at_1"]) if known(row["recall_at_1"]) else math.nan for row in history]
    lines = {"recall@1 on validation storms": scores}
    return [html.drawing(figures.curves(lines, "recall@1", "Encoders: training"), "Retrieval by epoch")]


def _map(path: Path) -> list[str]:
    told = "Embeddings of unseen storms (UMAP), coloured by event: rain with terrain, and water"
    return [html.picture(path, told)] if path.is_file() else []
