"""One tweet in the making, and the clock that numbers it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from datetime import datetime

    from demo.circles import Media
    from demo.events import Flood
    from demo.identities import User
    from demo.sentences import Clarity


@dataclass
class Post:
    """One tweet before it becomes JSON.

    Attributes:
        number: Its id.
        time: When it was sent, UTC.
        author: Who sent it.
        flood: The flood it belongs to.
        text: What it says so far.
        language: Of the text.
        meant: The feeling behind it: -1, 0 or 1.
        emoji_class: The class of its emoji; 0 without.
        clarity: How plainly it tells its feeling.
        conversation: Id of the thread's first post.
        reference: What kind of post it is and to which it refers.
        media: What is attached.
        photo: Number of the photo, where one is attached.
        judged: Whether annotators may see it.
        mentions: Accounts named in the text.
        links: Short links of the text and what they stand for.
        extra: Further fields of the tweet object, as API v2 names them.
    """

    number: int
    time: datetime
    author: User
    flood: Flood
    text: str
    language: str
    meant: int
    emoji_class: int
    clarity: Clarity
    conversation: int
    reference: tuple[str, Post] | None = None
    media: Media = "none"
    photo: int | None = None
    judged: bool = False
    mentions: list[User] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)


class Clock:
    """Gives ids that carry their time, as the service's do, each once."""

    EPOCH = 1288834974657

    def __init__(self) -> None:
        self._used: set[int] = set()

    def number(self, rng: random.Random, time: datetime) -> int:
        """An unused id of a moment."""
        milliseconds = int(time.timestamp() * 1000) + rng.randrange(0, 1000, 10) - self.EPOCH
        number = (milliseconds << 22) | (rng.randrange(4) << 12)
        while number in self._used:
            number += 1
        self._used.add(number)
        return number
