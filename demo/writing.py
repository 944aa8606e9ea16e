"""The posts themselves: feelings drawn, texts composed, replies threaded."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from demo import emoji
from demo.chance import stream, weighted
from demo.circles import Circle, Slot, users_of
from demo.echoes import write_copies, write_retweets
from demo.posts import Clock, Post
from demo.scenes import Mention, Scene, draw_scene
from demo.sentences import Clarity, Meaning, choose_clarity, compose, in_style
from demo.topics import TOPICS

if TYPE_CHECKING:
    import random

    from demo.identities import Accounts, User
    from demo.sizes import Sizes

AGREEMENT = 0.9
"""How often the content of a photo, or what a text says it sees, agrees with what is meant."""

SCENES_IN_TEXT = 0.5
"""Share of the posts without a photo that describe something seen."""

PLAIN_FEELINGS = {-1: 0.31, 0: 0.42, 1: 0.27}
"""Feelings of the posts without emoji."""


def write_posts(circles: list[Circle], scenes: list[Scene], accounts: Accounts, sizes: Sizes) -> list[Post]:
    """Write all posts: originals, copies and retweets, sorted by flood and time."""
    clock = Clock()
    posts: list[Post] = []
    for circle in circles:
        circle.users = [accounts.make(circle.flood) for _ in range(users_of(circle))]
        posts += _write_circle(circle, scenes, clock)
    originals = list(posts)
    posts += write_copies(originals, accounts, clock, sizes.copies)
    posts += write_retweets(originals, accounts, clock, sizes.retweets)
    return sorted(posts, key=lambda post: (post.flood.start, post.number))


def _write_circle(circle: Circle, scenes: list[Scene], clock: Clock) -> list[Post]:
    rng = stream("circle", circle.number)
    # Writing about a flood fades: most circles meet in its first days.
    begin = circle.flood.start + timedelta(days=min(rng.expovariate(4 / circle.flood.days), circle.flood.days - 1.0))
    minutes = sorted(int(rng.expovariate(1 / 400)) for _ in circle.slots)
    topic_of_circle = weighted(rng, {topic: topic.share for topic in TOPICS})
    posts: list[Post] = []
    for slot, minute in zip(circle.slots, minutes, strict=True):
        time = (begin + timedelta(minutes=minute, seconds=rng.randrange(60))).replace(microsecond=0)
        author = rng.choice(circle.users)
        topic = topic_of_circle if rng.random() < 0.45 else weighted(rng, {topic: topic.share for topic in TOPICS})
        scene = scenes[slot.photo] if slot.photo is not None else None
        feeling = _draw_feeling(rng, slot, scene, topic.positive)
        clarity = choose_clarity(rng, photo=slot.photo is not None)
        seen, how = _what_is_seen(rng, scene, feeling, clarity)
        text = compose(rng, Meaning(feeling, topic, circle.flood, author.language, clarity, seen, how))
        text = in_style(rng, text, author.style)
        emoji_class = emoji.class_given(rng, feeling) if slot.emoji else 0
        number = clock.number(rng, time)
        post = Post(number, time, author, circle.flood, text, author.language, feeling, emoji_class, clarity, number,
                    media=slot.media, photo=slot.photo, judged=slot.judged)  # fmt: skip
        _address(rng, post, posts, circle)
        if rng.random() < 0.55:
            tags = [f"#{circle.flood.tag}", rng.choice(topic.tags), rng.choice(("#flood", "#floods", "#flooding"))]
            post.text += " " + " ".join(rng.sample(tags, rng.choices((1, 2, 3), (6, 3, 1))[0]))
        _add_emoji(rng, post)
        posts.append(post)
    return posts


def _draw_feeling(rng: random.Random, slot: Slot, scene: Scene | None, positive: float) -> int:
    """What is meant: in line with the photo where there is one, else as the topic has it."""
    if not slot.emoji and rng.random() < PLAIN_FEELINGS[0]:
        return 0
    if scene is not None:
        agrees = rng.random() < AGREEMENT
        return 1 if scene.good == agrees else -1
    return 1 if rng.random() < 0.15 + 0.75 * positive else -1


def _what_is_seen(
    rng: random.Random, scene: Scene | None, feeling: int, clarity: Clarity
) -> tuple[Scene | None, Mention]:
    """The scene that a text may mention, and how much of it."""
    if scene is not None:
        if clarity == "weak":
            return scene, rng.choices(("none", "partial", "full"), (3, 6, 1))[0]
        return scene, rng.choices(("none", "partial", "full"), (3, 6, 14))[0]
    if rng.random() >= SCENES_IN_TEXT:
        return None, "none"
    good = feeling > 0 if feeling and rng.random() < AGREEMENT else rng.random() < 0.5
    return draw_scene(rng, good), rng.choices(("partial", "full"), (3, 2) if clarity == "weak" else (2, 3))[0]


def _address(rng: random.Random, post: Post, earlier: list[Post], circle: Circle) -> None:
    """Make a post a reply, a quotation, or name somebody in it."""
    draw = rng.random()
    if earlier and draw < 0.3:
        target = rng.choice(earlier[-8:])
        post.reference, post.conversation = ("replied_to", target), target.conversation
        post.mentions = [target.author]
        post.text = f"{_called(rng, target.author)} {post.text}"
    elif earlier and draw < 0.33:
        post.reference = ("quoted", rng.choice(earlier))
    elif draw < 0.42:
        other = rng.choice(circle.users)
        post.mentions = [other]
        name = _called(rng, other)
        post.text = rng.choice(
            (f"{post.text} {name}", f"{post.text} ({name})", f".{name}: {post.text}", f"{post.text} cc {name}!")
        )


def _called(rng: random.Random, user: User) -> str:
    """A mention, in the capitals of the day."""
    name = user.username
    return "@" + rng.choices((name, name.lower(), name.upper()), (8, 2, 1))[0]


def _add_emoji(rng: random.Random, post: Post) -> None:
    if post.emoji_class:
        post.text = emoji.decorate(rng, post.text, post.emoji_class, post.author.style)
    elif rng.random() < 0.02:
        post.text = emoji.mixed(rng, post.text)
    elif rng.random() < 0.1:
        post.text += " " + rng.choice(emoji.PLAIN)
