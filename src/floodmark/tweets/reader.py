"""Archives of tweets as downloaders leave them: pages or one tweet a line, of API v2 or v1.1, gzipped or not, torn."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from floodmark.progress import track
from floodmark.tweets import json_files
from floodmark.tweets.classic import is_classic, modern
from floodmark.tweets.identifiers import Identifiers
from floodmark.tweets.records import Includes, Place, Tweet, read_place, read_tweet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROBLEM = frozenset({"errors", "error", "status"})
"""One of these, and no tweet beside it, is what the API answered instead of a page."""


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
    """Read every `*.jsonl`, `*.json` and gzip of one under a folder; the result does not depend on their order.

    What cannot be read is counted, and its file and line are told; nothing in an archive is fatal.
    """
    archive = Archive()
    for path in track(json_files.find(folder), "reading tweets"):
        archive.counts["files"] += 1
        for value in json_files.values(path, archive.counts):
            for tweet, includes, retrieved in _tweets(value, archive):
                _keep(tweet, includes, retrieved, archive)
    return archive


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
        page: Any = item.get("data", item.get("statuses", item))
        if page is item and "id" not in item and not PROBLEM.isdisjoint(item):
            archive.counts["error pages"] += 1
            continue
        for tweet in page if isinstance(page, list) else [page]:
            if not isinstance(tweet, dict):
                archive.counts["dropped: no tweet"] += 1
                continue
            for one in modern(tweet) if is_classic(tweet) else (tweet,):
                yield one, includes, retrieved or _retrieved(tweet)


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
