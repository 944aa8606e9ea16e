"""From what an author means to what is written: feelings, facts and scenes joined into a post."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from demo import lexicon
from demo.chance import weighted
from demo.grammar import expand
from demo.languages import PHRASES
from demo.scenes import Mention, Scene, mention
from demo.topics import COMMON

if TYPE_CHECKING:
    import random

    from demo.events import Flood
    from demo.topics import Topic

Clarity = Literal["clear", "mixed", "weak", "ironic"]

CLARITY: dict[Clarity, float] = {"clear": 0.66, "mixed": 0.16, "weak": 0.11, "ironic": 0.07}
"""How plainly the text of a post with a feeling tells it."""

CLARITY_BESIDE_PHOTO: dict[Clarity, float] = {"clear": 0.46, "mixed": 0.15, "weak": 0.33, "ironic": 0.06}
"""The same where a photo is attached: it often speaks instead."""

DENIED = 0.2
"""Share of the feelings that are told by denying their opposite, so that the order of the words matters."""


@dataclass(frozen=True)
class Meaning:
    """What an author wants to say.

    Attributes:
        feeling: -1, 0 or 1.
        topic: What about.
        flood: Which flood.
        language: A key of `PHRASES`, or ``en``.
        clarity: How plainly.
        scene: What is seen, if anything.
        mention: How much of the scene the text tells.
    """

    feeling: int
    topic: Topic
    flood: Flood
    language: str
    clarity: Clarity
    scene: Scene | None
    mention: Mention


def compose(rng: random.Random, meaning: Meaning) -> str:
    """The text of one post, without hashtags, names and links, at most about 200 characters."""
    if meaning.language != "en":
        return _elsewhere(rng, meaning)
    parts = [_opinion(rng, meaning)] if meaning.feeling or rng.random() < 0.3 else []
    if not parts or meaning.clarity == "weak" or rng.random() < 0.4:
        parts.append(_fill(rng, meaning, rng.choice(meaning.topic.facts)))
    if meaning.scene is not None and (meaning.mention != "none" or rng.random() < 0.5):
        parts.append(mention(rng, meaning.scene, meaning.mention))
    rng.shuffle(parts)
    text = parts[0]
    for part in parts[1:]:
        if len(text) + len(part) < 200:
            text += rng.choice(lexicon.JOINERS) + part
    return text


def _opinion(rng: random.Random, meaning: Meaning) -> str:
    """The clause that carries the feeling, or hides it."""
    if meaning.feeling == 0 or meaning.clarity == "weak":
        return _fill(rng, meaning, rng.choice(lexicon.UNCLEAR))
    if meaning.clarity == "ironic":
        return _fill(rng, meaning, rng.choice(lexicon.IRONIC_SAD if meaning.feeling > 0 else lexicon.IRONIC_GLAD))
    meant = _fill(rng, meaning, _feeling(rng, meaning.feeling))
    if meaning.clarity == "clear":
        return meant
    other = _fill(rng, meaning, _feeling(rng, -meaning.feeling))
    return rng.choice(lexicon.BUT).replace("{first}", other).replace("{second}", meant)


def _feeling(rng: random.Random, feeling: int) -> str:
    if rng.random() < DENIED:
        return rng.choice(lexicon.DENIED_BAD if feeling > 0 else lexicon.DENIED_GOOD)
    return rng.choice(lexicon.POSITIVE if feeling > 0 else lexicon.NEGATIVE)


def _fill(rng: random.Random, meaning: Meaning, template: str) -> str:
    return expand(rng, template, meaning.topic.lexicon, meaning.flood.lexicon, COMMON, lexicon.FEELING)


def _elsewhere(rng: random.Random, meaning: Meaning) -> str:
    """A shorter grammar for the other languages: an opinion or none, and a fact."""
    phrases = PHRASES[meaning.language]
    told = meaning.feeling if meaning.clarity in ("clear", "mixed") else 0
    templates = {1: phrases.good, 0: phrases.plain, -1: phrases.bad}[told]
    names = {slot: tuple(name.removeprefix("the ") for name in found) for slot, found in meaning.flood.lexicon.items()}
    text = expand(rng, rng.choice(templates), phrases.lexicon, names, COMMON)
    if rng.random() < 0.6:
        text += ". " + expand(rng, rng.choice(phrases.plain), phrases.lexicon, names, COMMON)
    return text


def choose_clarity(rng: random.Random, photo: bool) -> Clarity:
    """How plainly the next post tells its feeling."""
    return weighted(rng, CLARITY_BESIDE_PHOTO if photo else CLARITY)


def in_style(rng: random.Random, text: str, style: str) -> str:
    """The same words as one author types them."""
    if style == "lower":
        return text.lower()
    if style == "shouting":
        return text.upper() if rng.random() < 0.3 else text.capitalize() + "!!"
    if style == "short":
        for word, short in (("you", "u"), ("please", "pls"), (" and ", " & "), ("tonight", "2nite"), ("before", "b4")):
            text = text.replace(word, short)
        return text
    text = text[0].upper() + text[1:]
    if style == "stretched":
        for word, long in ((" so ", " sooo "), (" really ", " reallyyy "), ("love", "loooove"), (" no ", " nooo ")):
            text = text.replace(word, long)
        return text
    return text + rng.choice((".", "", "!", "", "..."))
