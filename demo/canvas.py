"""Where a scene is painted: palettes of light, sky, ground, water, rain and grain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

if TYPE_CHECKING:
    import random

    from demo.scenes import Scene

Colour = tuple[int, int, int]

SIDE = 96
"""Pixels of a photo's side; painted at twice that and reduced."""

FULL = 2 * SIDE

PAINT: dict[str, Colour] = {
    "red": (205, 35, 35), "blue": (40, 80, 205), "yellow": (235, 205, 40), "green": (30, 145, 60),
    "white": (238, 238, 232), "orange": (240, 130, 25), "purple": (135, 50, 160), "black": (32, 32, 36),
}  # fmt: skip

SKY_GOOD: dict[str, tuple[Colour, Colour]] = {
    "day": ((90, 160, 235), (190, 222, 248)), "dusk": ((120, 95, 165), (250, 180, 110)),
    "night": ((12, 18, 52), (40, 52, 100)),
}  # fmt: skip
SKY_BAD: dict[str, tuple[Colour, Colour]] = {
    "day": ((110, 115, 122), (165, 168, 170)), "dusk": ((92, 72, 78), (168, 112, 80)),
    "night": ((10, 11, 16), (36, 36, 44)),
}  # fmt: skip
BRIGHTNESS = {"day": 1.0, "dusk": 0.86, "night": 0.62}


def shade(colour: Colour, factor: float) -> Colour:
    """A colour made lighter or darker."""
    red, green, blue = (max(0, min(255, round(part * factor))) for part in colour)
    return red, green, blue


class Canvas:
    """A square picture in the making, in pixels of twice the final size."""

    def __init__(self, rng: random.Random, scene: Scene) -> None:
        """Paint the sky of a scene.

        Args:
            rng: Source of every jitter.
            scene: What is to be shown.
        """
        self.rng = rng
        self.scene = scene
        self.light = BRIGHTNESS[scene.light] * rng.uniform(0.92, 1.06)
        self.horizon = rng.randrange(80, 108)
        self.image = Image.new("RGB", (FULL, FULL))
        self.draw = ImageDraw.Draw(self.image)
        top, bottom = (SKY_GOOD if scene.good else SKY_BAD)[scene.light]
        wobble = [rng.uniform(0.9, 1.1) for _ in range(3)]
        for row in range(self.horizon + 20):
            share = row / (self.horizon + 20)
            parts = [round((a + (b - a) * share) * w) for a, b, w in zip(top, bottom, wobble, strict=True)]
            self.draw.line((0, row, FULL, row), fill=(parts[0], parts[1], parts[2]))

    @property
    def paint(self) -> Colour:
        """The colour of the scene's object in its light; less dimmed than the rest, so that it can be told."""
        return self.lit(PAINT[self.scene.colour], 0.5 + 0.5 / self.light if self.light < 1 else 1.0)

    def lit(self, colour: Colour, factor: float = 1.0) -> Colour:
        """A colour in the scene's light, jittered a little."""
        return shade(colour, self.light * factor * self.rng.uniform(0.95, 1.05))

    def sun(self) -> None:
        """A sun, a low sun, or moon and stars."""
        x, y = self.rng.randrange(20, FULL - 20), self.rng.randrange(16, 44)
        if self.scene.light == "night":
            for _ in range(14):
                star = self.rng.randrange(FULL), self.rng.randrange(self.horizon - 10)
                self.draw.ellipse((*star, star[0] + 2, star[1] + 2), fill=(235, 235, 210))
            self.disc(x, y, 10, (238, 236, 205))
        elif self.scene.light == "dusk":
            self.disc(x, self.horizon - 12, 15, (255, 205, 90))
        else:
            self.disc(x, y, 13, (255, 240, 130))

    def clouds(self) -> None:
        """A lid of dark cloud."""
        base = 70 if self.scene.light == "day" else 44 if self.scene.light == "dusk" else 22
        for _ in range(11):
            x, y, r = self.rng.randrange(FULL), self.rng.randrange(-8, 34), self.rng.randrange(16, 34)
            tone = base + self.rng.randrange(-12, 14)
            self.draw.ellipse((x - r, y - r // 2, x + r, y + r // 2), fill=(tone, tone, tone + 5))

    def meadow(self) -> None:
        """Dry green ground with a hedge."""
        self.draw.rectangle((0, self.horizon, FULL, FULL), fill=self.lit((96, 168, 74)))
        for x in range(0, FULL, 14):
            r = self.rng.randrange(8, 16)
            self.disc(x, self.horizon, r, self.lit((50, 112, 52)))
        for _ in range(30):
            x, y = self.rng.randrange(FULL), self.rng.randrange(self.horizon + 14, FULL)
            self.draw.line((x, y, x + 1, y - 5), fill=self.lit((70, 140, 60)), width=2)

    def road(self) -> None:
        """A dry road with a white line, across the meadow."""
        self.meadow()
        top = self.horizon + 38
        self.draw.rectangle((0, top, FULL, top + 44), fill=self.lit((118, 118, 122)))
        for x in range(self.rng.randrange(-20, 0), FULL, 34):
            self.draw.rectangle((x, top + 20, x + 18, top + 23), fill=self.lit((240, 240, 235)))

    def water(self, top: int, good: bool) -> None:
        """Calm blue water, or brown water in waves, from a row down to the edge."""
        base: Colour = (70, 140, 210) if good else (128, 92, 54)
        self.draw.rectangle((0, top, FULL, FULL), fill=self.lit(base))
        step = 13 if good else 8
        for y in range(top + 3, FULL, step):
            phase, height = self.rng.uniform(0, 6.28), 1.0 if good else 3.4
            crest = [(x, y + height * float(np.sin(x / 9 + phase))) for x in range(0, FULL + 4, 4)]
            self.draw.line(crest, fill=self.lit(base, 1.22 if good else 1.3), width=1 if good else 3)

    def rain(self) -> None:
        """Slanting streaks over everything painted so far."""
        for _ in range(55):
            x, y = self.rng.randrange(-10, FULL), self.rng.randrange(FULL)
            self.draw.line((x, y, x + 5, y + 15), fill=self.lit((196, 202, 212), 1.05), width=1)

    def disc(self, x: float, y: float, r: float, fill: Colour) -> None:
        """A filled circle."""
        self.draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)

    def finish(self) -> Image.Image:
        """Reduce, blur a little and add the grain of a phone's camera."""
        image = self.image.resize((SIDE, SIDE), Image.Resampling.BOX)
        image = image.filter(ImageFilter.GaussianBlur(self.rng.uniform(0.2, 0.6)))
        grain = np.random.default_rng(self.rng.getrandbits(32)).normal(0, self.rng.uniform(1.5, 3.5), (SIDE, SIDE, 1))
        pixels = np.asarray(image, np.float64) * self.rng.uniform(0.93, 1.07) + grain
        return Image.fromarray(np.clip(np.round(pixels), 0, 255).astype(np.uint8))
