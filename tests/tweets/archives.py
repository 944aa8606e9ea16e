"""Small raw archives for the tests, and a gate to send them through."""

import csv
import json
from pathlib import Path
from types import SimpleNamespace

import polars as pl

from floodmark.settings.anonymise import Anonymise
from floodmark.tweets.anonymise import anonymise

KEY = bytes(range(32))
SETTINGS = Anonymise(time_floor_minutes=60, common_authors=1, ordinary_authors=20, place_level="city", k=1)
TABLES = ("tweets", "users", "places", "human")


def tweet(number=1, text="the river is rising", **fields):
    """A raw tweet with an id of its own."""
    return {"id": str(345_678_901_234_567_000 + number), "text": text, **fields}


def write(folder, *lines, name="a.jsonl"):
    """Write JSON Lines."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return folder


def write_labels(folder, rows, name="labels.csv"):
    """Write a CSV with the columns of its first row."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder


def gate(folder: Path, *lines, labels=(), key=KEY, settings=SETTINGS, raw=None):
    """Anonymise some lines, or a folder of files; the tables by name, `audit`, and `everything` as one text."""
    raw, out = raw or folder / "raw", folder / "out"
    out.mkdir(parents=True, exist_ok=True)
    if lines:
        write(raw / "tweets", *lines)
    if labels:
        write_labels(raw / "labels", labels)
    paths = tuple(out / f"{name}.parquet" for name in TABLES)
    anonymise(raw / "tweets", raw / "labels", key, (*paths, out / "audit.json"), settings)
    found = {path.stem: pl.read_parquet(path) for path in paths}
    cells = "\n".join(json.dumps(table.to_dicts(), default=str, ensure_ascii=False) for table in found.values())
    audit = (out / "audit.json").read_text(encoding="utf-8")
    return SimpleNamespace(**found, audit=json.loads(audit), everything=f"{cells}\n{audit}".lower())
