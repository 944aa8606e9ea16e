"""What the finished demonstration must keep to: `python -m tests.pipeline.promises` in its root.

Sizes of the embedded dataset as the stages see them, the water model's margin over climatology, the share of tweets
with a candidate photo, the time the stages took, and no planted or raw identifier in anything that was written.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from floodmark.dag import read_stages
from tests.pipeline.headline import wet_storms_of_folds
from tests.planted import planted
from tests.secrets import leaks, raw_identifiers

TEST_STORMS, WET_CELLS = 20, 200
VALIDATION_TWEETS = 2200
CANDIDATES = (0.2, 0.8)
MARGINS = {"unseen_storms": 0.18, "unseen_terrain": 0.22}
"""Critical success index of a U-Net above climatology's that is known to be within reach."""
MINUTES = 12


def promises(project: Path) -> Iterator[tuple[bool, str]]:
    """(kept, what was found) of every promise."""
    outputs = project / "outputs"
    wet = [int(row["wet_cells"]) for row in _rows(outputs / "water/ledger.csv") if row["event"].startswith("2013")]
    storms = sum(cells >= WET_CELLS for cells in wet)
    tested = _json(outputs / "windows.json")["events"]["test"]
    yield min(storms, tested) >= TEST_STORMS, f"{tested} test storms, {storms} of them with {WET_CELLS} wet cells"
    wettest, scored = wet_storms_of_folds(project, 0.1)
    yield wettest >= TEST_STORMS, f"{wettest} of {scored} test storms have {WET_CELLS} wet cells on ground held out"
    scores = {
        (row["model"], row["split"]): float(row["critical_success_index"])
        for row in _rows(outputs / "water/scores.csv")
        if row["task"] == "emulate" and float(row["wet_depth"]) == 0.1
    }
    for split, margin in MARGINS.items():
        gained = scores["unet", split] - scores["climatology", split]
        yield gained >= margin, f"U-Net {gained:+.3f} above climatology on {split}, wanted {margin:+.2f}"
    tweets = {
        _json(path).get("validation", {}).get("tweets") for path in (outputs / "sentiment").glob("*/*/train.json")
    }
    shared = len(tweets) == 1 and min(tweets) >= VALIDATION_TWEETS
    yield shared, f"validation tweets of the models: {sorted(tweets, key=str)}, wanted {VALIDATION_TWEETS} shared"
    share = _json(outputs / "augment/accounting.json")["share_with_candidate"]
    yield CANDIDATES[0] <= share <= CANDIDATES[1], f"{share:.0%} of tweets without a photo have a candidate"
    seconds = sum(_json(project / f"timings/{address}.json")["seconds"] for address in read_stages(project))
    yield seconds <= MINUTES * 60, f"stages took {seconds / 60:.1f} minutes, allowed {MINUTES}"
    yield from _privacy(project)


def _privacy(project: Path) -> Iterator[tuple[bool, str]]:
    listed = [value for values in planted(project / "demo/planted.json").values() for value in values]
    raw = [value for values in raw_identifiers(project / "data").values() for value in values]
    for name in ("outputs", "mlartifacts", "mlflow.db"):
        if (project / name).exists():
            found = leaks(project / name, [*listed, *raw])
            yield not found, f"{len(listed) + len(raw)} identifiers searched in {name}, found {found[:3]}"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _json(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def main(project: Path) -> int:
    """Print every promise; returns how many are broken."""
    broken = 0
    for kept, found in promises(project):
        print("kept  " if kept else "BROKEN", found, flush=True)
        broken += not kept
    return broken


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
