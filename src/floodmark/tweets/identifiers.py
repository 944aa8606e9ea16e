"""Everything in a raw archive that could name a person, collected from every field at any depth."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

COUNTS = (("followers_count",), ("following_count", "friends_count"), ("tweet_count", "statuses_count"))
"""What v2 calls a user's counts, and v1.1."""
NOTES = frozenset({"__twarc", "context_annotations", "matching_rules"})
"""Notes of downloaders and of the API's own subjects: no person's data."""


ID, USERNAME, URL, POINT, SKIPPED = range(1, 6)
"""What a key says of its value; 0 is nothing."""
MOST_KEYS = 10_000


class _Roles(dict[str, int]):
    """The role of every key met, found out once."""

    def __missing__(self, key: str) -> int:
        if len(self) > MOST_KEYS:
            self.clear()
        if key in ("id", "contributors") or key.endswith(("_id", "_ids", "_key", "_keys", "id_str")):
            role = ID
        elif key in ("username", "screen_name", "in_reply_to_screen_name"):
            role = USERNAME
        elif key in ("coordinates", "bbox", "lat", "long", "latitude", "longitude"):
            role = POINT
        elif key in NOTES:
            role = SKIPPED
        else:
            role = URL if key == "display" or key.endswith("url") else 0
        self[key] = role
        return role


_ROLES = _Roles()


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
        metrics: By `person`: followers, following, tweets.
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
        roles = _ROLES
        stack: list[tuple[str, Any]] = [("", [value])]
        while stack:
            above, item = stack.pop()
            if type(item) is dict:
                if "username" in item or "screen_name" in item:
                    self._user(item)
                if "in_reply_to_screen_name" in item:
                    self._answered(item)
                pairs: Iterable[tuple[str, Any]] = item.items()
            else:
                pairs = zip(repeat(above), item, strict=False)
            # Millions of leaves pass here, hardly one of which is a link or under a telling key.
            for key, inner in pairs:
                kind = type(inner)
                if kind is str:
                    if roles[key] or inner[:1] == "h":
                        self._string(roles[key], inner)
                elif kind is dict or kind is list:
                    if roles[key] is not SKIPPED:
                        stack.append((key, inner))
                elif kind is float:
                    if roles[key] is POINT:
                        self.coordinates.add(repr(abs(inner)))
                elif kind is int and roles[key] is ID:
                    self.ids.add(str(inner))

    def _string(self, role: int, text: str) -> None:
        if role is SKIPPED:
            return
        if text.startswith(("http://", "https://")) or (role is URL and "/" in text and " " not in text):
            self.urls.add(text)
        elif role is ID:
            self.ids.add(text)
        elif role is USERNAME:
            self.usernames.add(text)
        elif role is POINT and "." in text:
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
        whose = person(user_id, username)
        if whose is None:
            return
        # The largest of several readings, so that the order of files does not matter.
        read = counts if isinstance(counts, dict) else user
        now = [max(count(read.get(name)) or 0 for name in names) for names in COUNTS]
        old = self.metrics.get(whose, (0, 0, 0))
        self.metrics[whose] = (max(now[0], old[0]), max(now[1], old[1]), max(now[2], old[2]))


def _number(raw: dict[str, Any], key: str) -> str | None:
    """An id, of v1.1 as it stands in the text beside the number, which programs that know only floats have rounded."""
    number = raw.get(f"{key}_str") or raw.get(key)
    return str(number) if isinstance(number, (str, int)) and str(number) else None


def person(user_id: str | None, username: str | None) -> str | None:
    """How a user is known in one place: by name, in lower case, else by `#` and the id."""
    return username.lower() if username else f"#{user_id}" if user_id else None


def count(value: Any) -> int | None:
    """A metric as a number that is not negative, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
