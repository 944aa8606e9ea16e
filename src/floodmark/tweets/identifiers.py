"""Everything in a raw archive that could name a person, collected from every field at any depth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

POINTS = frozenset({"coordinates", "bbox", "lat", "long", "latitude", "longitude"})
NOTES = frozenset({"description", "location"})
"""What users say of themselves, perhaps how to reach them."""
USERNAMES = frozenset({"username", "screen_name", "in_reply_to_screen_name"})
SUBJECTS = "context_annotations"
"""Where the API says what a tweet is about."""
SKIPPED = frozenset({"__twarc", SUBJECTS, "matching_rules"})
"""Notes of downloaders and of the API's own subjects: of these only persons are read."""
PEOPLE = frozenset(
    {
        "Person",
        "Politician",
        "Musician",
        "Actor",
        "Athlete",
        "Author",
        "Coach",
        "Digital Creator",
        "Entertainment Personality",
        "Journalist",
        "Sports Personality",
    }
)
"""Domains of the API's subjects that are persons."""
SHORTEST_ID = 7
"""An id of fewer characters, such as `12`, cannot be told from any other number."""
MOST_COUNT = 10**15
LEAST_ID = 10 ** (SHORTEST_ID - 1)
MOST_KEYS = 10_000
"""Names of fields that are remembered; a hostile archive may have any number."""


OTHER, SKIP, ID, USERNAME, LINK, POINT, NOTE = range(7)
"""What a field holds, told by its name."""
_kinds: dict[str, int] = {}


def _kind(name: str) -> int:
    """Worked out once for each name of a field."""
    kind = OTHER
    if name in SKIPPED:
        kind = SKIP
    elif name in ("id", "contributors") or name.endswith(("_id", "_ids", "_key", "_keys", "id_str")):
        kind = ID
    elif name in USERNAMES:
        kind = USERNAME
    elif name == "display" or name.endswith("url"):
        kind = LINK
    elif name in POINTS:
        kind = POINT
    elif name in NOTES:
        kind = NOTE
    if len(_kinds) < MOST_KEYS:
        _kinds[name] = kind
    return kind


LINKS = ("http://", "https://")


def annotated(tweet: dict[str, Any]) -> Iterator[str]:
    """Persons whom the API's annotations name in a tweet, or say that it is about."""
    entities = tweet.get("entities")
    named = entities.get("annotations") if isinstance(entities, dict) else None
    for item in named if isinstance(named, list) else ():
        if isinstance(item, dict):
            yield from _annotated(item)
    yield from _subjects(tweet.get(SUBJECTS))


def _annotated(item: dict[str, Any]) -> Iterator[str]:
    name = item.get("normalized_text")
    if item.get("type") == "Person" and isinstance(name, str) and name:
        yield name


def _subjects(subjects: Any) -> Iterator[str]:
    for item in subjects if isinstance(subjects, list) else ():
        if isinstance(item, dict) and _name(item.get("domain")) in PEOPLE and (name := _name(item.get("entity"))):
            yield name


@dataclass
class Identifiers:
    """Raw values, gathered to be scrubbed from texts and searched for in what was written.

    Attributes:
        ids: Of tweets, users, conversations, places, media and polls.
        usernames: As written.
        emails: E-mail addresses, as written.
        phones: Telephone numbers, as written.
        names: Display names, and persons whom the API annotates.
        notes: What users say of themselves.
        urls: Links, in full.
        coordinates: Decimal numbers of points and boxes, as JSON prints them.
        identities: Pairs of user id and user name; either may be unknown.
        metrics: By `person`: followers, following, tweets.
    """

    ids: set[str] = field(default_factory=set)
    usernames: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    emails: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    notes: set[str] = field(default_factory=set)
    urls: set[str] = field(default_factory=set)
    coordinates: set[str] = field(default_factory=set)
    identities: set[tuple[str | None, str | None]] = field(default_factory=set)
    metrics: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    def collect(self, value: Any) -> None:
        """Walk a JSON value, without recursion: a hostile file may be deeper than Python's stack."""
        stack: list[dict[str, Any] | tuple[str, list[Any]]] = [("", [value])]
        push, pop, known, add, link = stack.append, stack.pop, _kinds.get, self.ids.add, self.urls.add
        while stack:
            container = pop()
            if type(container) is dict:
                if "username" in container or "screen_name" in container:
                    self._user(container)
                if "in_reply_to_screen_name" in container:
                    self._answered(container)
                if "normalized_text" in container:
                    self.names.update(_annotated(container))
                inside: Iterable[tuple[str, Any]] = container.items()
            else:
                key, items = container
                inside = [(key, item) for item in items]
            for name, item in inside:
                what = type(item)
                if what is str:
                    kind = known(name)
                    if kind is None:
                        kind = _kind(name)
                    if item[:4] == "http" and item.startswith(LINKS) and kind != SKIP:
                        link(item)
                    elif kind == ID:
                        add(item)
                    elif kind:
                        self._string(kind, item)
                elif what is int:
                    # Most numbers are counts, and too small to be told from any other.
                    if item >= LEAST_ID and (known(name) or _kind(name)) == ID:
                        add(str(item))
                elif what is dict:
                    if item and name not in SKIPPED:
                        push(item)
                elif what is list:
                    if name == SUBJECTS:
                        self.names.update(_subjects(item))
                    elif item and name not in SKIPPED:
                        push((name, item))
                elif what is float and name in POINTS:
                    self.coordinates.add(repr(abs(item)))

    def _string(self, kind: int, text: str) -> None:
        if kind == USERNAME:
            self.usernames.add(text)
        elif kind == LINK and "/" in text and " " not in text:
            self.urls.add(text)
        elif kind == POINT and "." in text:
            self._decimal(text)
        elif kind == NOTE:
            self.notes.add(text)

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
        get = user.get
        name = get("username") or get("screen_name")
        username = name if isinstance(name, str) and name else None
        user_id = _number(user, "id")
        self.identities.add((user_id, username))
        if isinstance(get("name"), str):
            self.names.add(user["name"])
        whose = person(user_id, username)
        if whose is None:
            return
        counts = get("public_metrics")
        read = counts.get if isinstance(counts, dict) else get
        numbers = (
            count(read("followers_count")) or 0,
            # What v2 calls it, and v1.1.
            count(read("following_count")) or count(read("friends_count")) or 0,
            count(read("tweet_count")) or count(read("statuses_count")) or 0,
        )
        # The largest of several readings, so that the order of files does not matter.
        old = self.metrics.get(whose)
        self.metrics[whose] = (
            numbers if old is None else (max(old[0], numbers[0]), max(old[1], numbers[1]), max(old[2], numbers[2]))
        )


def _name(raw: Any) -> str:
    """What an object calls itself, or nothing."""
    name = raw.get("name") if isinstance(raw, dict) else None
    return name if isinstance(name, str) else ""


def _number(raw: dict[str, Any], key: str) -> str | None:
    """An id, of v1.1 as it stands in the text beside the number, which programs that know only floats have rounded."""
    number = raw.get(f"{key}_str") or raw.get(key)
    return str(number) if isinstance(number, (str, int)) and str(number) else None


def person(user_id: str | None, username: str | None) -> str | None:
    """How a user is known in one place: by name, in lower case, else by `#` and the id."""
    return username.lower() if username else f"#{user_id}" if user_id else None


def count(value: Any) -> int | None:
    """A metric as a number that is not negative, or None; one that no table holds is as large as the largest."""
    return min(value, MOST_COUNT) if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
