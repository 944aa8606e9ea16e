"""Archives of tweets as downloaders leave them: API v2 pages or one tweet a line, gzipped or not, whole or torn."""

from __future__ import annotations

import gzip
import json
import zlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from floodmark.progress import say, track
from floodmark.tweets.identifiers import Identifiers
from floodmark.tweets.records import Includes, Place, Tweet, read_place, read_tweet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROBLEMS_SHOWN = 5
BOM = b"\xef\xbb\xbf"


@dataclass
class Archive:
    """Everything read from one folder.

    Attributes:
        tweets: By id; of a tweet met twice, the later state.
        places: By id.
        identifiers: What could name a person, from every field of every line.
        counts: Lines, tweets and what was dropped, by reason.
    """

    tweets: dict[str, Tweet] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    identifiers: Identifiers = field(default_factory=Identifiers)
    counts: Counter[str] = field(default_factory=Counter)


def read_archive(folder: Path) -> Archive:
    """Read every `*.jsonl` and `*.jsonl.gz` under a folder; the result does not depend on their order.

    What cannot be read is counted, and its file and line are told; nothing in an archive is fatal.
    """
    archive = Archive()
    files = sorted([*folder.rglob("*.jsonl"), *folder.rglob("*.jsonl.gz")])
    for path in track(files, "reading tweets"):
        archive.counts["files"] += 1
        for value in _values(path, archive.counts):
            for tweet, includes, retrieved in _tweets(value, archive):
                _keep(tweet, includes, retrieved, archive)
    return archive


def _values(path: Path, counts: Counter[str]) -> Iterator[Any]:
    """The JSON values of one file, telling what is broken."""
    broken = 0
    for number, line in _lines(path):
        value = _parse(line) if line is not None else None
        if value is not None:
            counts["lines"] += 1
            yield value
            continue
        broken += 1
        if broken <= PROBLEMS_SHOWN:
            say(f"{path}:{number}: {'no JSON' if line is not None else 'the file ends too early'}, skipped")
    counts["broken lines"] += broken
    if broken > PROBLEMS_SHOWN:
        say(f"{path}: {broken - PROBLEMS_SHOWN} more lines skipped")


def _lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines that are not blank; None in place of what a torn file has lost."""
    number = 0
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        try:
            for number, raw in enumerate(file, 1):
                line = raw.removeprefix(BOM).strip()
                if line:
                    yield number, line
        except (EOFError, zlib.error, gzip.BadGzipFile):
            yield number + 1, None


def _parse(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        pass
    try:  # The standard parser takes lone surrogates and NaN, which some downloaders write.
        return json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _tweets(value: Any, archive: Archive) -> Iterator[tuple[dict[str, Any], Includes, str]]:
    """The tweets of one line, each with what its page includes and when it was retrieved."""
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, dict):
            archive.counts["dropped: no tweet"] += 1
            continue
        archive.identifiers.collect(item)
        retrieved = _retrieved(item)
        includes = Includes.of(item.get("includes"))
        for place in includes.places:
            archive.places[place.id] = max(place, archive.places.get(place.id, place))
        page = item.get("data", item)
        for tweet in page if isinstance(page, list) else [page]:
            if isinstance(tweet, dict):
                yield tweet, includes, retrieved or _retrieved(tweet)
            else:
                archive.counts["dropped: no tweet"] += 1


def _retrieved(value: dict[str, Any]) -> str:
    """When a downloader says it got this, as text that sorts by time."""
    origin = value.get("__twarc")
    return str(origin.get("retrieved_at", "")) if isinstance(origin, dict) else ""


def _keep(raw: dict[str, Any], includes: Includes, retrieved: str, archive: Archive) -> None:
    tweet = read_tweet(raw, includes, retrieved)
    if tweet is None:
        archive.counts["dropped: no tweet"] += 1
        return
    place = read_place(raw.get("geo"))
    if place is not None:
        archive.places[place.id] = max(place, archive.places.get(place.id, place))
    archive.counts["tweets"] += 1
    known = archive.tweets.get(tweet.id)
    if known is not None:
        archive.counts["dropped: duplicate"] += 1
    if known is None or tweet.state() > known.state():
        archive.tweets[tweet.id] = tweet
