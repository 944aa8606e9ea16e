"""Who talks with whom: small circles of people around one flood, and what each of their posts will be.

Replies, retweets and shared photos stay within a circle. So posts hang together as they do in life, yet fall into
some thousands of groups that a split can keep whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from demo.chance import shared_out, stream
from demo.events import FLOODS, Flood
from demo.scenes import draw_scene

if TYPE_CHECKING:
    from demo.identities import User
    from demo.scenes import Scene
    from demo.sizes import Sizes

Media = Literal["none", "photo", "missing", "video", "empty"]

POSTS_IN_CIRCLE = 15
POSTS_OF_USER = 4


@dataclass
class Slot:
    """One post to be written.

    Attributes:
        emoji: Whether it is to have emoji of one class.
        media: What is attached.
        photo: Number of the photo, where one is attached.
        judged: Whether annotators may see it.
    """

    emoji: bool
    media: Media = "none"
    photo: int | None = None
    judged: bool = False


@dataclass
class Circle:
    """People who write about one flood in the same days."""

    number: int
    flood: Flood
    slots: list[Slot] = field(default_factory=list)
    users: list[User] = field(default_factory=list)


def draw_circles(sizes: Sizes) -> tuple[list[Circle], list[Scene]]:
    """Plan every original post.

    Returns:
        The circles with their slots, none empty, and the scene of each photo.
    """
    rng = stream("circles")
    shares = [flood.share for flood in FLOODS]
    circles = [Circle(i, rng.choices(FLOODS, shares)[0]) for i in range(max(6, sizes.originals // POSTS_IN_CIRCLE))]
    weights = [rng.lognormvariate(0, 0.6) for _ in circles]

    scenes = [draw_scene(rng, good=i % 2 == 0) for i in range(sizes.photos)]
    hosts = rng.sample(range(len(circles)), min(len(circles), int(sizes.photos * 0.8)))
    with_emoji = shared_out(rng, sizes.emoji_photos, sizes.photos)
    plain = shared_out(rng, sizes.plain_photos, sizes.photos)
    for photo in range(sizes.photos):
        circle = circles[hosts[photo % len(hosts)]]
        circle.slots += [Slot(True, "photo", photo) for _ in range(with_emoji[photo])]
        circle.slots += [Slot(False, "photo", photo) for _ in range(plain[photo])]

    others = [Slot(True) for _ in range(sizes.emoji - sizes.emoji_photos)]
    others += [Slot(False) for _ in range(sizes.originals - sizes.emoji - sizes.plain_photos)]
    rng.shuffle(others)
    kinds: tuple[tuple[Media, int], ...] = (
        ("missing", sizes.missing),
        ("video", sizes.videos),
        ("empty", sizes.empty_media),
    )
    at = 0
    for media, count in kinds:
        for slot in others[at : at + count]:
            slot.media = media
        at += count
    for slot, circle in zip(others, rng.choices(circles, weights, k=len(others)), strict=True):
        circle.slots.append(slot)

    circles = [circle for circle in circles if circle.slots]
    for circle in circles:
        rng.shuffle(circle.slots)
    _choose_judged(circles, sizes)
    return circles, scenes


def _choose_judged(circles: list[Circle], sizes: Sizes) -> None:
    """Set whole circles apart for the annotators, so that judging costs the training data little else."""
    rng = stream("judged")
    wanted = 1.35 * sizes.labelled
    for circle in rng.sample(circles, len(circles)):
        if wanted <= 0:
            return
        wanted -= len(circle.slots)
        for slot in circle.slots:
            slot.judged = True


def users_of(circle: Circle) -> int:
    """How many people a circle has."""
    return max(2, round(len(circle.slots) / POSTS_OF_USER))
