"""Archives of tweets as downloaders leave them: pages or one tweet a line, of API v2 or v1.1, gzipped or not, torn."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from floodmark.tweets.classic import is_classic, modern
from floodmark.tweets.identifiers import Identifiers
from floodmark.tweets.records import Includes, Tweet, read_place, read_tweet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from floodmark.tweets.places import Place

PROBLEM = frozenset({"errors", "error", "status"})
"""One of these, and no tweet beside it, is what the API answered instead of a page."""


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
        page: Any = item.get("data", item.get("statuses", item))
        if page is item and "id" not in item and not PROBLEM.isdisjoint(item):
            found.counts["error pages"] += 1
            continue
        for tweet in page if isinstance(page, list) else [page]:
            if not isinstance(tweet, dict):
                found.counts["dropped: no tweet"] += 1
                continue
            for one in modern(tweet) if is_classic(tweet) else (tweet,):
                yield one, includes, retrieved or _retrieved(tweet)


def _retrieved(value: dict[str, Any]) -> str:
    """When a downloader says it got this, as text that sorts by time."""
    origin = value.get("__twarc")
    return str(origin.get("retrieved_at", "")) if isinstance(origin, dict) else ""
