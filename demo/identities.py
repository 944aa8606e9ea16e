"""The accounts that write: names, habits, and for some a profile full of personal data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from demo.chance import stream
from demo.private import FIRST, LAST_HEAD, LAST_TAIL, handle, person

if TYPE_CHECKING:
    import random

    from demo.events import Flood
    from demo.planted import Planted

STYLES = {"plain": 10, "lower": 5, "short": 2, "shouting": 1, "stretched": 2}
"""How people type, and how many do."""

SOURCES = {"Twitter for iPhone": 8, "Twitter for Android": 8, "Twitter Web Client": 4, "TweetDeck": 1, "Instagram": 1}

BIOS = ("", "", "", "views my own", "rain again", "walks, dogs, tea", "local news", "football and weather", "retired")


@dataclass
class User:
    """One account.

    Attributes:
        number: Its id.
        username: Its handle, without the sign.
        name: Its display name.
        style: A key of `STYLES`.
        source: The program it posts with.
        language: What it writes in.
        metrics: Followers, following, tweets, listed.
        profile: Further fields of the user object.
    """

    number: int
    username: str
    name: str
    style: str
    source: str
    language: str
    metrics: tuple[int, int, int, int]
    profile: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The user object of API v2."""
        followers, following, tweets, listed = self.metrics
        return {
            "id": str(self.number),
            "username": self.username,
            "name": self.name,
            **self.profile,
            "public_metrics": {
                "followers_count": followers,
                "following_count": following,
                "tweet_count": tweets,
                "listed_count": listed,
            },
        }


class Accounts:
    """Makes accounts that differ in id and handle."""

    def __init__(self) -> None:
        self._rng = stream("accounts")
        self._handles: set[str] = set()
        self._numbers: set[int] = set()

    def make(self, flood: Flood) -> User:
        """A new account near a flood."""
        rng = self._rng
        name = person(rng)
        username = self._free_handle(rng, name)
        followers = min(int(rng.lognormvariate(5.4, 1.5)), 2_000_000)
        metrics = (followers, int(rng.lognormvariate(5.5, 0.9)), int(rng.lognormvariate(7.5, 1.3)), followers // 60)
        languages = flood.languages
        language = rng.choices(list(languages), list(languages.values()))[0]
        style = rng.choices(list(STYLES), list(STYLES.values()))[0]
        source = rng.choices(list(SOURCES), list(SOURCES.values()))[0]
        profile: dict[str, Any] = {}
        if rng.random() < 0.3:
            profile["location"] = rng.choice((*flood.towns, flood.country[0]))
        if bio := rng.choice(BIOS):
            profile["description"] = bio
        return User(self._number(rng), username, name.split()[0], style, source, language, metrics, profile)

    def _free_handle(self, rng: random.Random, name: str) -> str:
        while (username := handle(rng, name)) in self._handles:
            pass
        self._handles.add(username)
        # Four accounts in ten write their handle with capitals; mentions of them vary anyway.
        return "_".join(part.capitalize() for part in username.split("_")) if rng.random() < 0.4 else username

    def _number(self, rng: random.Random) -> int:
        while (number := rng.randrange(10_000_000, 2_000_000_000)) in self._numbers:
            pass
        self._numbers.add(number)
        return number


def expose(users: list[User], planted: Planted, count: int) -> None:
    """Give some accounts a profile of personal data and note all of it.

    Args:
        users: Accounts that write at least one tweet.
        planted: Where the values are noted.
        count: How many of the accounts.
    """
    rng = stream("exposed")
    for user in rng.sample(users, count):
        first, last = rng.choice(FIRST), rng.choice(LAST_HEAD) + rng.choice(LAST_TAIL)
        tail = rng.randrange(1000, 10000)
        user.name = planted.note("display_name", f"{first} {last}-{rng.choice(LAST_HEAD)}{rng.choice(LAST_TAIL)}")
        site = planted.note("user_url", f"https://{last.lower()}{tail}.example.org/{first.lower()}")
        user.profile = {
            "location": planted.note("user_location", f"Flat {rng.randrange(1, 99)}, {last} House {tail}, Low Town"),
            "description": planted.note(
                "user_description", f"{first} of {last} {tail}, mother of two, nurse at ward {tail % 97}"
            ),
            "url": site,
            "profile_image_url": planted.note(
                "profile_image_url", f"https://pics.example.org/{user.number}/{last}{tail}.jpg"
            ),
            "created_at": f"20{rng.randrange(7, 12):02d}-0{rng.randrange(1, 10)}-1{rng.randrange(10)}T08:00:00.000Z",
            "verified": rng.random() < 0.1,
            "protected": False,
            "pinned_tweet_id": str(rng.randrange(10**17, 3 * 10**17)),
            "entities": {"url": {"urls": [{"url": f"https://t.co/{last[:4]}{tail}", "expanded_url": site}]}},
        }
        planted.note("username", user.username)
        planted.note("user_id", str(user.number))
