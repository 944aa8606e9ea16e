"""Reads a generated archive back, as plainly as JSON allows."""

import gzip
import json
from pathlib import Path
from typing import Any


def lines(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return file.read().split("\n")


def objects(path: Path) -> list[dict[str, Any]]:
    found = []
    for line in lines(path):
        try:
            found.append(json.loads(line.removeprefix("\N{BYTE ORDER MARK}")))
        except ValueError:
            continue
    return found


def tweets(folder: Path) -> list[dict[str, Any]]:
    """Every tweet object of both shapes, in the order of the files, repeated ids included."""
    found = []
    for path in sorted(folder.iterdir()):
        for item in objects(path):
            found += item.get("data", [item])
    return found


def text(folder: Path) -> str:
    """The whole raw archive as one text: tweets, labels, and names of the photos."""
    parts = ["\n".join(lines(path)) for path in sorted((folder / "tweets").iterdir())]
    parts += [path.read_text(encoding="utf-8") for path in sorted((folder / "labels").glob("*.csv"))]
    return "\n".join([*parts, *sorted(path.name for path in (folder / "media").iterdir())])
