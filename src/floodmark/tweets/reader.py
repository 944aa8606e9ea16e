"""Archives of tweets as downloaders leave them: API v2 pages or one tweet a line, gzipped or not, whole or torn."""

from __future__ import annotations

import gzip
import json
import zlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from floodmark.tweets.identifiers import Identifiers
from floodmark.tweets.records import Includes, Place, Tweet, read_place, read_tweet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BOM = b"\xef\xbb\xbf"


@dataclass
class Found:
    """What lines hold besides tweets.

    Attributes:
        places: By id.
        identifiers: What could name a person, from every field.
        counts: Tweets and what was dropped, by reason.
    """

    places: dict[str, Place] = field(default_factory=dict)
    identifiers: Identifiers = field(default_factory=Identifiers)
    counts: Counter[str] = field(default_factory=Counter)


def read_value(value: Any, found: Found) -> Iterator[Tweet]:
    """The tweets of one line."""
    for raw, includes, retrieved in _tweets(value, found):
        tweet = read_tweet(raw, includes, retrieved)
        if tweet is None:
            found.counts["dropped: no tweet"] += 1
            continue
        _place(read_place(raw.get("geo")), found)
        found.counts["tweets"] += 1
        yield tweet


def _place(place: Place | None, found: Found) -> None:
    if place is not None:
        found.places[place.id] = max(place, found.places.get(place.id, place))


def files(folder: Path) -> list[Path]:
    """The files of an archive, in the order of their paths."""
    return sorted([*folder.rglob("*.jsonl"), *folder.rglob("*.jsonl.gz")])


def lines(path: Path) -> Iterator[tuple[int, bytes | str]]:
    """Numbered lines that are not blank; a text says what a torn file has lost."""
    number = 0
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        try:
            for number, raw in enumerate(file, 1):
                line = raw.removeprefix(BOM).strip()
                if line:
                    yield number, line
        except (EOFError, zlib.error, gzip.BadGzipFile):
            yield number + 1, "the file ends too early"


def parse(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        pass
    try:  # The standard parser takes lone surrogates and NaN, which some downloaders write.
        return json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _tweets(value: Any, found: Found) -> Iterator[tuple[dict[str, Any], Includes, str]]:
    """The tweets of one line, each with what its page includes and when it was retrieved."""
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, dict):
            found.counts["dropped: no tweet"] += 1
            continue
        found.identifiers.collect(item)
        retrieved = _retrieved(item)
        includes = Includes.of(item.get("includes"))
        for place in includes.places:
            _place(place, found)
        page = item.get("data", item)
        for tweet in page if isinstance(page, list) else [page]:
            if isinstance(tweet, dict):
                yield tweet, includes, retrieved or _retrieved(tweet)
            else:
                found.counts["dropped: no tweet"] += 1


def _retrieved(value: dict[str, Any]) -> str:
    """When a downloader says it got this, as text that sorts by time."""
    origin = value.get("__twarc")
    return str(origin.get("retrieved_at", "")) if isinstance(origin, dict) else ""
