"""The tables of findings in the docs, written from the committed results, so that no figure in them is typed by hand.

A table stands between `<!-- table: KIND FILE | ARGUMENT | ... -->` and `<!-- end of table -->`.
`python -m tests.house.findings` says which pages are out of date; with `--write`, as in `make docs`, they are written.
"""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from floodmark.report.names import MODELS, ORACLE, SCORE, SPLITS
from floodmark.report.systems import JUDGES
from tests.tweets.marked import NO_RULE, parse, score, wilson

MARKER = re.compile(r"(<!-- table: (\w+) ([^|\n]+?)(?: \| ([^\n]*?))? -->\n).*?(<!-- end of table -->)", re.DOTALL)
BASELINE = "vader_without_emoji"
NAMES = JUDGES | {"vader": "VADER, emoji left in", "sentence_dense": "sentence encoder, two dense layers"}
PAGES = ("README.md", "docs/explanation/images-and-sentiment.md", "docs/explanation/water-models.md",
         "docs/reference/scrubbing.md")  # fmt: skip
ENDS = ("low", "high")
Row = dict[str, Any]
Reader = Callable[[str], str]
"""The text of a file by its path."""


def working(name: str) -> str:
    """A file as it is in the working tree."""
    return Path(name).read_text(encoding="utf-8")


def committed(name: str) -> str:
    """A file as it was committed last."""
    return subprocess.run(["git", "show", f"HEAD:{name}"], capture_output=True, text=True, check=True).stdout


def read(name: str, reader: Reader) -> list[Row]:
    """The rows of a CSV file, numbers as numbers.

    Raises:
        ValueError: if there is none: a table of nothing would say that nothing was found.
    """
    rows = [{key: number(value) for key, value in row.items()} for row in csv.DictReader(io.StringIO(reader(name)))]
    if not rows:
        raise ValueError(f"{name} holds no row")
    return rows


def number(text: str) -> Any:
    """A cell as a number, if it is one; None where it is empty."""
    try:
        return float(text)
    except ValueError:
        return text or None


def markdown(head: list[str], rows: list[list[str]]) -> str:
    """A table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def interval(row: Row | None, value: str, *, signed: bool = False, strong: bool = False) -> str:
    """A value with its bounds; bold where it is a difference whose bounds leave zero out."""
    if row is None or not isinstance(row[value], (int, float)):
        return "–"
    if not isinstance(row["low"], (int, float)):
        return f"{row[value]:.2f}"
    shape = "+.2f" if signed else ".2f"
    number, low, high = (f"{row[name]:{shape}}".replace("-", "−") for name in (value, "low", "high"))
    text = f"{number} ({low} to {high})" if signed else f"{number} ({low}–{high})"
    return f"**{text}**" if strong and (row["low"] > 0 or row["high"] < 0) else text


def judged(name: str, arguments: list[str], reader: Reader) -> str:
    """Every model and baseline by source; with the argument `differences`, what it is above VADER and mean vectors."""
    kept = [row for row in read(name, reader) if row["neutral"] == "left_out" and row["event"] == "all"]
    pairs = read(str(Path(name).with_name("comparisons.csv")), reader)
    sources = [*sorted({row["source"] for row in kept} - {"all"}), "all"]
    counts = {row["source"]: row["n"] for row in kept}
    found = {(row["model"], row["source"]): row for row in kept}
    head = ["model", *(f"{source}, {counts[source]:g} texts" for source in sources)]
    rivals = {"VADER": BASELINE, "mean vectors": "mean_vectors"} if arguments == ["differences"] else {}
    head += [f"above {name}, {source}" for source in sources for name in rivals]
    rows = []
    for model in dict.fromkeys(row["model"] for row in kept):
        cells = [interval(found.get((model, source)), "balanced_accuracy") for source in sources]
        cells += [above(pairs, source, model, rival) for source in sources for rival in rivals.values()]
        rows.append([NAMES.get(model, model), *cells])
    return markdown(head, rows)


def above(pairs: list[Row], source: str, model: str, other: str) -> str:
    """The paired difference of balanced accuracy of one model less another's."""
    for row in pairs:
        if row["neutral"] != "left_out" or row["source"] != source:
            continue
        if (row["first"], row["second"]) == (model, other):
            return interval(row, "difference", signed=True, strong=True)
        if (row["first"], row["second"]) == (other, model):
            turned = {"difference": -row["difference"], "low": -row["high"], "high": -row["low"]}
            return interval(turned, "difference", signed=True, strong=True)
    return "–"


def effects(name: str, arguments: list[str], reader: Reader) -> str:
    """Differences by effect and confidence, a column a set of rows; arguments: the sets, then perhaps the effects."""
    sets = arguments[0].split("; ")
    rows = [row for row in read(name, reader) if row["scored_on"] in sets]
    if len(arguments) > 1:
        rows = [row for row in rows if row["effect"] in arguments[1].split("; ")]
    counts = {row["scored_on"]: row["n"] for row in rows}
    found = {(row["effect"], row["confidence"], row["scored_on"]): row for row in rows}
    keys = dict.fromkeys((row["effect"], row["confidence"]) for row in rows)
    cells = [
        [
            effect,
            shown(confidence),
            *(interval(found.get((effect, confidence, one)), "difference", signed=True, strong=True) for one in sets),
        ]
        for effect, confidence in keys
    ]
    return markdown(["effect", "confidence", *(f"{one}, {counts.get(one, 0):g} rows" for one in sets)], cells)


def scores(name: str, arguments: list[str], reader: Reader) -> str:
    """Balanced accuracy by variant and confidence, a column a set; arguments: the sets, then perhaps confidences."""
    sets = arguments[0].split("; ")
    rows = [row for row in read(name, reader) if row["scored_on"] in sets]
    if len(arguments) > 1:
        rows = [row for row in rows if shown(row["confidence"]) in arguments[1].split("; ")]
    found = {(row["variant"], row["confidence"], row["scored_on"]): row for row in rows}
    keys = {(row["variant"], row["confidence"]): row["training_tweets"] for row in rows}
    cells = [
        [variant, shown(confidence), f"{tweets:g}" if tweets else "–",
         *(interval(found.get((variant, confidence, one)), "balanced_accuracy") for one in sets)]
        for (variant, confidence), tweets in keys.items()
    ]  # fmt: skip
    return markdown(["variant", "confidence", "training tweets", *sets], cells)


def rows(name: str, arguments: list[str], reader: Reader) -> str:
    """Chosen columns of chosen rows; arguments: the columns, then filters as `column=value; value`."""
    table = read(name, reader)
    for argument in arguments[1:]:
        column, _, values = argument.partition("=")
        table = [row for row in table if shown(row[column]) in values.split("; ")]
    cells = []
    for row in table:
        line = []
        for column in arguments[0].split("; "):
            bounds = {end: row.get(f"{column}_{end}", row.get(end) if column == SCORE else None) for end in ENDS}
            if isinstance(bounds["low"], (int, float)):
                signed = column.startswith(("above", "below", "lost", "difference"))
                line.append(interval({column: row[column], **bounds}, column, signed=signed, strong=signed))
            else:
                value = row[column]
                fraction = isinstance(value, float) and not value.is_integer()
                line.append(f"{value:.3f}" if fraction else shown(value) or "–")
        cells.append(line)
    return markdown([column.replace("_", " ") for column in arguments[0].split("; ")], cells)


def water(name: str, arguments: list[str], reader: Reader) -> str:
    """Models, baselines and oracles of water, the best of each first; arguments: the task and the wet depth, m."""
    task, depth = arguments
    kept = [row for row in read(name, reader) if (row["task"], shown(row["wet_depth"])) == (task, depth)]
    splits = [split for split in SPLITS if any(row["split"] == split for row in kept)]
    found = {(row["model"], row["split"]): row for row in kept}

    kinds = ["model", "baseline", "oracle"]

    def kind(model: str) -> str:
        return "model" if model in MODELS else "oracle" if model.endswith(ORACLE) else "baseline"

    def rank(model: str) -> tuple[int, float, str]:
        score = found.get((model, splits[0]), {}).get(SCORE)
        return kinds.index(kind(model)), -(score or 0.0), model

    names = sorted({row["model"] for row in kept}, key=rank)
    counts = {row["model"]: row["parameters"] for row in kept}
    passed = checks(name, reader)
    cells = [
        [f"`{model}`", kind(model), *(interval(found.get((model, split)), SCORE) for split in splits),
         f"{counts[model]:,.0f}", *([passed.get(model, "")] if passed else [])]
        for model in names
    ]  # fmt: skip
    head = ["", "kind", *(split.replace("_", " ") for split in splits), "numbers learnt"]
    return markdown([*head, *(["checks passed"] if passed else [])], cells)


def checks(name: str, reader: Reader) -> dict[str, str]:
    """How many checks each network passed, where they stand beside the scores: results have them, outputs have not."""
    if not name.startswith("results/"):
        return {}
    told: dict[str, list[bool]] = {}
    for row in read(str(Path(name).with_name("checks.csv")), reader):
        told.setdefault(row["model"], []).append(row["passed"] == "yes")
    return {model: f"{sum(each)} of {len(each)}" for model, each in told.items()}


def scrubbed(name: str, arguments: list[str], reader: Reader) -> str:
    """Recall and precision of the scrubber by kind, on a labelled corpus of tweets; all kinds with a rule last."""

    def share(hits: int, of: int) -> str:
        low, high = wilson(hits, of)
        return f"{hits} of {of}, {hits / of:.2f} ({low:.2f}–{high:.2f})" if of else "–"

    found = score(parse(reader(name)))
    known = [one for kind, one in found.items() if kind not in NO_RULE]
    cells = [[f"`{kind}`", share(one.removed, one.marked), share(one.right, one.put)] for kind, one in found.items()]
    fields = ("removed", "marked", "right", "put")
    removed, marked, right, put = (sum(getattr(one, field) for one in known) for field in fields)
    cells.append(["every kind that has a rule", share(removed, marked), share(right, put)])
    return markdown(["kind", "removed, of those marked", "right, of the placeholders put"], cells)


def shown(value: Any) -> str:
    """A cell as it stands in the file."""
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


KINDS: dict[str, Callable[[str, list[str], Reader], str]] = {
    "judged": judged,
    "effects": effects,
    "scores": scores,
    "rows": rows,
    "water": water,
    "scrubbed": scrubbed,
}


def filled(text: str, reader: Reader = working) -> str:
    """A page with every table as the results have it."""

    def fill(match: re.Match[str]) -> str:
        arguments = match[4].split(" | ") if match[4] else []
        return match[1] + KINDS[match[2]](match[3], arguments, reader) + match[5]

    return MARKER.sub(fill, text)


def main(write: bool) -> int:
    """Compare, or write; returns the number of pages that differ."""
    differ = 0
    for name in PAGES:
        path = Path(name)
        text = path.read_text(encoding="utf-8")
        if filled(text) != text:
            differ += 1
            print(f"{name}: its tables are out of date: run `make docs`")
            if write:
                path.write_text(filled(text), encoding="utf-8")
    return differ


if __name__ == "__main__":
    sys.exit(0 if main("--write" in sys.argv) == 0 or "--write" in sys.argv else 1)
