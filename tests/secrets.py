"""Looks for secrets in what files say."""

from __future__ import annotations

import gzip
import html
import json
import re
from typing import TYPE_CHECKING, Any

import polars as pl

from floodmark.tweets.decode import everything

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SHORTEST = 6
ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


def leaks(root: Path, secrets: Iterable[str]) -> list[tuple[str, str]]:
    """Where which secret is said under a folder; whole numbers and words only, in any case."""
    wanted = sorted({form.lower() for secret in secrets for form in forms(secret)})
    said = [
        (" ".join(found.where), form.lower())
        for found in everything(root)
        for text in ["\n".join(found.texts.drop_nulls())]
        for form in {text, html.unescape(text), ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), text)}
    ]
    hits = pl.Series([text for _, text in said], dtype=pl.String).str.extract_many(wanted, overlapping=True)
    return [
        (where, hit)
        for (where, text), some in zip(said, hits, strict=True)
        for hit in sorted(set(some))
        if _stands_alone(hit, text)
    ]


def forms(secret: str) -> Iterator[str]:
    """A secret as written, and without its blanks and hyphens where it is mostly digits."""
    if len(secret) >= SHORTEST:
        yield secret
    bare = re.sub(r"[\s().-]", "", secret)
    if bare != secret and sum(c.isdigit() for c in bare) >= 10 and not re.search(r"\d\.\d", secret):
        yield bare


def _stands_alone(secret: str, text: str) -> bool:
    """Not a stretch of a longer word or number: `0.1234567890` does not say the id `1234567890`."""
    return re.search(rf"(?<![\w.]){re.escape(secret)}(?![\w])", text) is not None or (
        not secret[0].isalnum() and secret in text
    )


def raw_identifiers(data: Path) -> dict[str, set[str]]:
    """What names people in the raw archive, read anew: nothing here relies on the code that is tested."""
    found: dict[str, set[str]] = {
        "id": set(),
        "username": set(),
        "name": set(),
        "url": set(),
        "file": set(),
        "label": set(),
    }
    for path in sorted((data / "tweets").glob("*.jsonl*")):
        raw = path.read_bytes()
        for line in (gzip.decompress(raw) if path.suffix == ".gz" else raw).splitlines():
            try:
                value = json.loads(line.decode("utf-8-sig"))
            except ValueError:
                continue
            _walk(value, "", found)
    found["file"] = {path.stem for path in (data / "media").iterdir() if len(path.stem) > SHORTEST}
    for path in sorted((data / "labels").glob("*.csv")):
        table = pl.read_csv(path, infer_schema=False)
        for column in {"id", "annotator"} & set(table.columns):
            found["label"] |= set(table[column].drop_nulls())
    return found


def _walk(value: Any, key: str, found: dict[str, set[str]]) -> None:
    if isinstance(value, list):
        for item in value:
            _walk(item, key, found)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in ("context_annotations", "__twarc"):
                _walk(item, name, found)
        # A bare first name is also a word of every vocabulary, and names nobody.
        if "username" in value and isinstance(value.get("name"), str) and " " in value["name"]:
            found["name"].add(value["name"])
    elif isinstance(value, str):
        if key == "username":
            found["username"].add(value)
        elif key == "id" or key.endswith(("_id", "_ids", "_key", "_keys")):
            found["id"].add(value)
        elif value.startswith("http"):
            found["url"] |= {
                value,
                *(part for part in value.split("/")[3:] if len(part) > 8 and re.search(r"\d", part)),
            }
