"""What a photo can show, and how a tweet mentions it: an object, its colour, the light, and how it fares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from demo.grammar import words

if TYPE_CHECKING:
    import random

Mention = Literal["none", "partial", "full"]
"""How much of a scene a text tells: nothing, the object only, or its state too."""

COLOURS = ("red", "blue", "yellow", "green", "white", "orange", "purple", "black")
LIGHTS = ("day", "dusk", "night")

NOUNS = {
    "house": words("house|cottage|family home"),
    "car": words("car|hatchback|little car"),
    "boat": words("boat|rowing boat|dinghy"),
    "bridge": words("bridge|footbridge|old bridge"),
    "barn": words("barn|barn on the hill|hay barn"),
    "shop": words("shop|corner shop|bakery"),
    "jackets": words("jackets|raincoats|anoraks"),
    "bus": words("bus|school bus|double decker"),
    "umbrella": words("umbrella|big umbrella|brolly"),
    "sofa": words("sofa|couch|settee"),
}

FARING: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "house": (
        words("dry with flowers in the garden|standing dry in the sun|with a green garden again"),
        words("half under brown water|with water up to the windows|drowned to the door handles"),
    ),
    "car": (
        words("back on a dry road|driving on clear tarmac|parked safe on dry ground"),
        words("under water to the windows|floating in brown water|submerged in the street"),
    ),
    "boat": (
        words("full of people waving|with two waving passengers|gliding over calm water"),
        words("capsized in the torrent|upside down in brown water|overturned and drifting"),
    ),
    "bridge": (
        words("still standing over blue water|open with clear water below|whole and dry"),
        words("broken in the middle|torn apart by brown water|with its arch washed away"),
    ),
    "barn": (
        words("under a rainbow|with a rainbow above green fields|and a rainbow behind it"),
        words("under lightning|with lightning above flooded fields|beneath black clouds and lightning"),
    ),
    "shop": (
        words("open with a big heart in the window|with a heart on the door|open and dry with a heart poster"),
        words("boarded up behind sandbags|with sandbags and a warning sign|shut, sandbags at the door"),
    ),
    "jackets": (
        words("in a row with arms in the air|cheering on dry grass|arms up beside a dry wall"),
        words("wading to the waist in brown water|deep in brown water|struggling through the rain waist deep"),
    ),
    "bus": (
        words("running again on a dry road|on a clear road by green trees|on time on dry tarmac"),
        words("stuck and tilted in brown water|stranded with water at its doors|leaning in the flood"),
    ),
    "umbrella": (
        words("up against a bright sun|open under a big sun|a dot in the sunshine"),
        words("turned inside out by the gale|blown inside out in the rain|wrecked by the rain"),
    ),
    "sofa": (
        words("clean beside the lamp and the plant|back by the lamp, all dry|dry by the lamp with a plant"),
        words("thrown out in the mud|on the pavement caked in mud|soaked on a heap of mud"),
    ),
}

LIGHT_WORDS = {
    "day": words("in daylight|at midday|in the morning"),
    "dusk": words("at dusk|at sunset|as the sun goes down"),
    "night": words("at night|in the dark|after midnight"),
}

FRAMES = words("""
    look at the {what}|photo of the {what}|the {what}|my picture: the {what}|that {what}|here is the {what}
    saw the {what}|passing the {what}|this is the {what} now|just took this, the {what}
""")

POINTERS = words("""
    look at this|photo from just now|this is what it looks like|my view|see for yourself|picture says it all
    from my window|this is where we are|took this on the way|here you go|what I woke up to|this, just this
""")


@dataclass(frozen=True)
class Scene:
    """The content of one photo.

    Attributes:
        thing: A key of `NOUNS`.
        good: Whether it fares well.
        colour: One of `COLOURS`.
        light: One of `LIGHTS`.
    """

    thing: str
    good: bool
    colour: str
    light: str


def draw_scene(rng: random.Random, good: bool) -> Scene:
    """Any scene of one valence."""
    return Scene(rng.choice(list(NOUNS)), good, rng.choice(COLOURS), rng.choices(LIGHTS, (5, 3, 3))[0])


def mention(rng: random.Random, scene: Scene, how: Mention) -> str:
    """A clause about a scene; a partial one does not tell how the object fares, `none` only points at a picture."""
    if how == "none":
        return rng.choice(POINTERS)
    what = rng.choice(NOUNS[scene.thing])
    if rng.random() < 0.88:
        what = f"{scene.colour} {what}"
    if how == "full":
        what += " " + rng.choice(FARING[scene.thing][0 if scene.good else 1])
    if rng.random() < 0.7:
        what += " " + rng.choice(LIGHT_WORDS[scene.light])
    return rng.choice(FRAMES).replace("{what}", what)
