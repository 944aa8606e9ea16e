"""What in a raw archive could name a person, collected from every object and list at any depth.

The name of a field says what stands in it, wherever the field is: ids, user names, links, coordinates, e-mail
addresses, telephones, and what people say, in which some of these may stand. Under any other name a value is known by
its shape: e-mail addresses, telephones that begin with `+`, `@name`, media keys, links, and points of two decimals,
in a text or a list. A display name is one beside a user name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

POINTS = frozenset(
    {"coordinates", "bbox", "lat", "lon", "lng", "long", "latitude", "longitude", "point", "gps", "centroid", "x", "y"}
)
LATITUDES, LONGITUDES = ("lat", "latitude", "y"), ("lon", "lng", "long", "longitude", "x")
NOTES = frozenset({"description", "location", "bio", "about", "contact"})
"""What users say of themselves, perhaps how to reach them."""
USERNAMES = frozenset(
    {
        "username", "usernames", "screen_name", "in_reply_to_screen_name", "user_name", "userName", "screenName",
        "handle", "twitter",
    }
)  # fmt: skip
IDS = frozenset({"id", "contributors"})
IDS_END = ("_id", "_ids", "_key", "_keys", "id_str")
CODES, CODES_END = frozenset({"ids", "uid", "owner"}), ("Id", "Ids")
"""What other programs call an id, or a gauge and its authority: only what no words are counts."""
TWEETS = frozenset({"quoted_status", "quoted_tweet", "referenced_tweets", "tweets"})
"""Tweets beside or within another, which may be nobody's own in the archive: their texts are read like notes."""
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
        "eSports Player",
        "Esports Player",
        "Journalist",
        "Sports Personality",
        "Video Game Personality",
    }
)
"""Domains of the API's subjects that are persons."""
SHORTEST_ID = 7
"""An id of fewer characters, such as `12`, cannot be told from any other number."""
MOST_COUNT = 10**15
LEAST_ID = 10 ** (SHORTEST_ID - 1)
MOST_KEYS = 10_000
"""Names of fields that are remembered; a hostile archive may have any number."""


OTHER, SKIP, ID, USERNAME, LINK, POINT, NOTE, EMAIL, PHONE, DETAIL, TWEET, CODE = range(12)
"""What a field holds, told by its name."""
_kinds: dict[str, int] = {}
_MEDIA_KEY = re.compile(r"\d{1,3}_\d{7,}")
_POINT = re.compile(r"-?\d{1,3}\.\d{4,},\s*-?\d{1,3}\.\d{4,}")
_PHONE = re.compile(r"\+[\d\s().-]{8,24}")
_DECIMAL = re.compile(r"(?<!\d)\d{1,3}\.\d{1,20}")
_IN_BRACKETS = re.compile(r": \[(\w{1,20})\]")
"""Whom the API did not find: `Could not find user with username: [orla_quill7].`"""
SHAPED = frozenset("0123456789+-")
"""First signs of telephones, media keys and points."""
POINT_DECIMALS = 5
"""Of one of two numbers that are a point under no name."""
FARTHEST = 180
"""Degrees of a longitude."""


def _kind(name: str) -> int:
    """Worked out once for each name of a field."""
    kind = OTHER
    if name in SKIPPED:
        kind = SKIP
    elif name in IDS or name.endswith(IDS_END):
        kind = ID
    elif name in CODES or name.endswith(CODES_END):
        kind = CODE
    elif name in USERNAMES:
        kind = USERNAME
    elif name == "display" or name.endswith("url"):
        kind = LINK
    elif name in POINTS:
        kind = POINT
    elif name in NOTES:
        kind = NOTE
    elif name in TWEETS:
        kind = TWEET
    elif name == "detail":
        kind = DETAIL
    elif name.lower().endswith("mail"):
        kind = EMAIL
    elif name.lower().endswith(("phone", "phone_number", "phonenumber", "mobile")) or name == "tel":
        kind = PHONE
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
        notes: What users say of themselves, and texts of tweets that stand beside others or within them.
        urls: Links, in full.
        coordinates: Decimal numbers of points and boxes, as JSON prints them.
        points: Two such numbers that are one place, with a blank between, in both orders.
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
    points: set[str] = field(default_factory=set)
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
                if "parameter" in container:
                    self._missing(container)
                inside: Iterable[tuple[str, Any]] = container.items()
            else:
                key, items = container
                inside = [(key, item) for item in items]
                if len(items) == 2 and type(items[0]) is float and type(items[1]) is float:
                    self._pair(key, *items)
                if key in TWEETS:
                    for item in items:
                        self._said(item)
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
                    elif "@" in item or item[:1] in SHAPED:
                        self._shaped(item)
                elif what is int:
                    # Most numbers are counts, and too small to be told from any other.
                    if item >= LEAST_ID:
                        self._integer(known(name) or _kind(name), item)
                elif what is dict:
                    if item and name not in SKIPPED:
                        push(item)
                        if name in TWEETS:
                            self._said(item)
                elif what is list:
                    if name == SUBJECTS:
                        self.names.update(_subjects(item))
                    elif item and name not in SKIPPED:
                        push((name, item))
                elif what is float and name in POINTS:
                    self.coordinates.add(repr(abs(item)))
                    if type(container) is dict and name in LATITUDES:
                        self._place(item, container)

    def _string(self, kind: int, text: str) -> None:
        if kind == USERNAME:
            self.usernames.add(text.removeprefix("@"))
        elif kind == LINK and "/" in text and " " not in text:
            self.urls.add(text)
        elif kind == POINT and "." in text:
            self._decimals(text)
        elif kind == NOTE:
            self.notes.add(text)
        elif kind == EMAIL and "@" in text:
            self.emails.add(text.strip())
        elif kind == PHONE:
            self.phones.add(text)
        elif kind == CODE and " " not in text and any(letter.isdecimal() for letter in text):
            self.ids.add(text)
        elif kind == DETAIL:
            for item in _IN_BRACKETS.findall(text):
                (self.ids if item.isdecimal() else self.usernames).add(item)

    def _integer(self, kind: int, number: int) -> None:
        if kind in (ID, CODE):
            self.ids.add(str(number))
        elif kind == PHONE:
            self.phones.add(str(number))

    def _shaped(self, text: str) -> None:
        """What only its shape tells."""
        if "@" in text:
            # A pattern says later whether it is an e-mail address or a user.
            if " " not in text:
                self.notes.add(text)
        elif _MEDIA_KEY.fullmatch(text):
            self.ids.add(text)
        elif _PHONE.fullmatch(text):
            self.phones.add(text)
        elif _POINT.fullmatch(text):
            self._decimals(text)

    def _decimals(self, text: str) -> None:
        numbers = [repr(float(number)) for number in _DECIMAL.findall(text)]
        self.coordinates.update(numbers)
        if len(numbers) == 2:
            self._point(*numbers)

    def _pair(self, key: str, first: float, second: float) -> None:
        """Two decimals in a list, which are a point if their name says so or if they are exact enough."""
        numbers = [repr(abs(number)) for number in (first, second) if abs(number) <= FARTHEST]
        if len(numbers) != 2:
            return
        if key in POINTS:
            self._point(*numbers)
        elif max(len(number.partition(".")[2]) for number in numbers) >= POINT_DECIMALS:
            self.coordinates.update(numbers)
            self._point(*numbers)

    def _place(self, latitude: float, container: dict[str, Any]) -> None:
        """A latitude whose longitude stands beside it."""
        beside = [value for name in LONGITUDES if type(value := container.get(name)) is float]
        if beside:
            self._point(repr(abs(latitude)), repr(abs(beside[0])))

    def _point(self, first: str, second: str) -> None:
        self.points.update((f"{first} {second}", f"{second} {first}"))

    def _said(self, tweet: Any) -> None:
        """The texts of a tweet beside or within another."""
        if not isinstance(tweet, dict):
            return
        for part in (tweet, tweet.get("extended_tweet"), tweet.get("note_tweet")):
            if isinstance(part, dict):
                self.notes.update(text for name in ("text", "full_text") if isinstance(text := part.get(name), str))

    def _missing(self, error: dict[str, Any]) -> None:
        """Whom or what the API did not find, by the parameter that named it."""
        value, parameter = error.get("value"), error["parameter"]
        if isinstance(value, str) and isinstance(parameter, str):
            kind = _kind(parameter.rpartition(".")[2])
            if kind == ID:
                self.ids.add(value)
            elif kind == USERNAME:
                self.usernames.add(value)

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
