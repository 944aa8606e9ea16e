"""The emoji that people put behind their words: of one class, of both, or of none."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

POSITIVE = {
    "👍": 9, "❤️": 12, "👏": 8, "😊": 9, "💪": 6, "😍": 5, "🎉": 5, "💙": 6, "😃": 4, "🤗": 4, "💕": 3, "😎": 3, "🙂": 3,
    "☺️": 3, "💚": 2, "🥰": 2, "😄": 3, "👏🏽": 2, "👍🏾": 2, "💪🏼": 2, "👌": 2, "💖": 2, "✅": 1, "🌞": 1, "😀": 3,
}  # fmt: skip
NEGATIVE = {
    "😢": 9, "😭": 11, "😡": 9, "😠": 7, "💔": 7, "😱": 6, "😞": 6, "😨": 4, "😰": 4, "😩": 4, "😔": 6, "🤬": 3,
    "👎": 4, "😣": 2, "😟": 3, "😤": 3, "😫": 3, "👎🏻": 2, "😖": 2, "🙁": 3, "☹️": 2, "😥": 3,
}  # fmt: skip
PLAIN = ("☔", "📷", "🚗", "🏠", "🌧️", "🚒", "🇬🇧", "👀", "📍", "🚁", "🛶", "🐑", "🧱", "👨‍👩‍👧")
"""Emoji that say nothing about feelings; some are sequences of several characters."""

NOISE = 0.085
"""Share of the emoji that contradict what their author means."""


def decorate(rng: random.Random, text: str, emoji_class: int, style: str) -> str:
    """Put emoji of one class (1 or -1) into a text, mostly at its end."""
    pool = POSITIVE if emoji_class > 0 else NEGATIVE
    chosen = rng.choices(list(pool), list(pool.values()), k=rng.choices((1, 2, 3), (6, 2, 1))[0])
    if style == "stretched":
        chosen = chosen[:1] * rng.randrange(1, 4)
    if rng.random() < 0.12:
        chosen.insert(rng.randrange(len(chosen) + 1), rng.choice(PLAIN))
    cluster = "".join(chosen)
    place = rng.random()
    if place < 0.8:
        return f"{text} {cluster}" if place < 0.6 else text + cluster
    if place < 0.92 and " " in text:
        at = rng.choice([index for index, letter in enumerate(text) if letter == " "])
        return f"{text[:at]} {cluster}{text[at:]}"
    return f"{cluster} {text}"


def mixed(rng: random.Random, text: str) -> str:
    """As many emoji of one class as of the other: a tie, which has no class."""
    both = [rng.choice(list(POSITIVE)), rng.choice(list(NEGATIVE))]
    rng.shuffle(both)
    return f"{text} {''.join(both)}"


def class_given(rng: random.Random, feeling: int) -> int:
    """The class of emoji that an author uses: what is meant, but for the noise."""
    if feeling == 0:
        return rng.choice((1, -1))
    return -feeling if rng.random() < NOISE else feeling
