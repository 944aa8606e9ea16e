"""Everything in a raw archive that could name a person, collected from every field at any depth."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

SKIPPED = frozenset({"__twarc", "context_annotations", "matching_rules"})
"""Notes of downloaders and of the API's own subjects: no person's data."""


class Role(Enum):
    """What a key says of its value."""

    NONE, ID, USERNAME, URL, POINT = range(5)


class _Roles(dict[str, Role]):
    """The role of every key met, found out once."""

    def __missing__(self, key: str) -> Role:
        if len(self) > MOST_KEYS:
            self.clear()
        if key == "id" or key.endswith(("_id", "_ids", "_key", "_keys", "id_str")):
            role = Role.ID
        elif key in ("username", "screen_name"):
            role = Role.USERNAME
        elif key in ("coordinates", "bbox", "lat", "long", "latitude", "longitude"):
            role = Role.POINT
        else:
            role = Role.URL if key.endswith("url") else Role.NONE
        self[key] = role
        return role


MOST_KEYS = 10_000
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
        stack: list[Any] = [(value,)]
        while stack:
            item = stack.pop()
            if type(item) is dict:
                if "username" in item or "screen_name" in item:
                    self._user(item)
                pairs: Iterable[tuple[str, Any]] = item.items()
            else:
                pairs = ((item[0], inner) for inner in item[1]) if len(item) == 2 else (("", item[0]),)
            for key, inner in pairs:
                kind = type(inner)
                if kind is str:
                    if (role := _ROLES[key]) is not Role.NONE or inner[:4] == "http":
                        self._string(role, inner)
                elif kind is dict:
                    if key not in SKIPPED:
                        stack.append(inner)
                elif kind is list:
                    if key not in SKIPPED:
                        stack.append((key, inner))
                elif kind is float:
                    if _ROLES[key] is Role.POINT:
                        self.coordinates.add(repr(abs(inner)))
                elif kind is int and _ROLES[key] is Role.ID:
                    self.ids.add(str(inner))

    def _string(self, role: Role, text: str) -> None:
        if text.startswith(("http://", "https://")) or (role is Role.URL and "/" in text and " " not in text):
            self.urls.add(text)
        elif role is Role.ID:
            self.ids.add(text)
        elif role is Role.USERNAME:
            self.usernames.add(text)

    def _user(self, user: dict[str, Any]) -> None:
        name = user.get("username") or user.get("screen_name")
        username = name if isinstance(name, str) and name else None
        number = user.get("id")
        user_id = str(number) if isinstance(number, (str, int)) and str(number) else None
        self.identities.add((user_id, username))
        if isinstance(user.get("name"), str):
            self.names.add(user["name"])
        counts = user.get("public_metrics")
        whose = person(user_id, username)
        if whose is None:
            return
        # The largest of several readings, so that the order of files does not matter.
        read = counts if isinstance(counts, dict) else {}
        now = [count(read.get(f"{what}_count")) or 0 for what in ("followers", "following", "tweet")]
        old = self.metrics.get(whose, (0, 0, 0))
        self.metrics[whose] = (max(now[0], old[0]), max(now[1], old[1]), max(now[2], old[2]))


def person(user_id: str | None, username: str | None) -> str | None:
    """How a user is known in one place: by name, in lower case, else by `#` and the id."""
    return username.lower() if username else f"#{user_id}" if user_id else None


def count(value: Any) -> int | None:
    """A metric as a number that is not negative, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
