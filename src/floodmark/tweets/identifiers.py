"""Everything in a raw archive that could name a person, collected from every field at any depth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

POINTS = frozenset({"coordinates", "bbox", "lat", "long", "latitude", "longitude"})
COUNTS = (("followers_count",), ("following_count", "friends_count"), ("tweet_count", "statuses_count"))
"""What v2 calls a user's counts, and v1.1."""
SKIPPED = frozenset({"__twarc", "context_annotations", "matching_rules"})
"""Notes of downloaders and of the API's own subjects: no person's data."""


@dataclass
class Identifiers:
    """Raw values, gathered to be scrubbed from texts and searched for in what was written.

    Attributes:
        ids: Of tweets, users, conversations, places, media and polls.
        usernames: As written.
        names: Display names.
        urls: Links, in full.
        coordinates: Decimal numbers of points and boxes, as JSON prints them.
        identities: Pairs of user id and user name; either may be unknown.
        metrics: By user id or, without one, lower-cased user name: followers, following, tweets.
    """

    ids: set[str] = field(default_factory=set)
    usernames: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    urls: set[str] = field(default_factory=set)
    coordinates: set[str] = field(default_factory=set)
    identities: set[tuple[str | None, str | None]] = field(default_factory=set)
    metrics: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    def collect(self, value: Any) -> None:
        """Walk a JSON value, without recursion: a hostile file may be deeper than Python's stack."""
        stack: list[tuple[str, Any]] = [("", value)]
        while stack:
            key, item = stack.pop()
            if isinstance(item, dict):
                if "username" in item or "screen_name" in item:
                    self._user(item)
                if "in_reply_to_screen_name" in item:
                    self._answered(item)
                stack.extend((name, inner) for name, inner in item.items() if name not in SKIPPED)
            elif isinstance(item, list):
                stack.extend((key, inner) for inner in item)
            elif isinstance(item, str):
                self._string(key, item)
            elif isinstance(item, float):
                if key in POINTS:
                    self.coordinates.add(repr(abs(item)))
            elif isinstance(item, int) and _is_id(key):
                self.ids.add(str(item))

    def _string(self, key: str, text: str) -> None:
        is_link = key == "display" or key.endswith("url")
        if text.startswith(("http://", "https://")) or (is_link and "/" in text and " " not in text):
            self.urls.add(text)
        elif _is_id(key):
            self.ids.add(text)
        elif key in ("username", "screen_name", "in_reply_to_screen_name"):
            self.usernames.add(text)
        elif key in POINTS and "." in text:
            self._decimal(text)

    def _decimal(self, text: str) -> None:
        try:
            self.coordinates.add(repr(abs(float(text))))
        except ValueError:
            return

    def _answered(self, tweet: dict[str, Any]) -> None:
        """Whom a tweet of v1.1 answers; the user itself may be nowhere in the archive."""
        user_id, username = _number(tweet, "in_reply_to_user_id"), tweet["in_reply_to_screen_name"]
        if isinstance(username, str) and username:
            self.identities.add((user_id, username))

    def _user(self, user: dict[str, Any]) -> None:
        name = user.get("username") or user.get("screen_name")
        username = name if isinstance(name, str) and name else None
        user_id = _number(user, "id")
        self.identities.add((user_id, username))
        if isinstance(user.get("name"), str):
            self.names.add(user["name"])
        counts = user.get("public_metrics")
        whose = user_id or (username.lower() if username else None)
        if whose is None:
            return
        # The largest of several readings, so that the order of files does not matter.
        read = counts if isinstance(counts, dict) else user
        now = [max(count(read.get(name)) or 0 for name in names) for names in COUNTS]
        old = self.metrics.get(whose, (0, 0, 0))
        self.metrics[whose] = (max(now[0], old[0]), max(now[1], old[1]), max(now[2], old[2]))


def _is_id(key: str) -> bool:
    return key in ("id", "contributors") or key.endswith(("_id", "_ids", "_key", "_keys", "id_str"))


def _number(raw: dict[str, Any], key: str) -> str | None:
    """An id, of v1.1 as it stands in the text beside the number, which programs that know only floats have rounded."""
    number = raw.get(f"{key}_str") or raw.get(key)
    return str(number) if isinstance(number, (str, int)) and str(number) else None


def count(value: Any) -> int | None:
    """A metric as a number that is not negative, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
