"""One painter for each thing a photo can show, well or badly off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL.Image import Transpose

from demo.canvas import FULL, Canvas, Colour, shade

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from PIL.Image import Image

    from demo.scenes import Scene

SKIN: tuple[Colour, ...] = ((236, 190, 150), (190, 135, 95), (110, 72, 48))


def picture(rng: random.Random, scene: Scene) -> Image:
    """Paint a scene: RGB, 96 by 96 pixels."""
    canvas = Canvas(rng, scene)
    canvas.sun() if scene.good else canvas.clouds()
    PAINTERS[scene.thing](canvas)
    if not scene.good and scene.thing != "sofa":
        canvas.rain()
    image = canvas.finish()
    return image.transpose(Transpose.FLIP_LEFT_RIGHT) if rng.random() < 0.5 else image


def house(c: Canvas) -> None:
    """A house with a roof, windows and a door; flowers before it, or water to its windows."""
    c.meadow() if c.scene.good else c.water(c.horizon, good=False)
    x, w = c.rng.randrange(28, 70), c.rng.randrange(76, 96)
    y, h = c.horizon - c.rng.randrange(10, 24), 74
    c.draw.rectangle((x, y, x + w, y + h), fill=c.paint)
    c.draw.polygon([(x - 8, y), (x + w // 2, y - 40), (x + w + 8, y)], fill=c.lit((112, 62, 48)))
    glass = (255, 226, 120) if c.scene.light == "night" else c.lit((185, 215, 235))
    for left in (x + 10, x + w - 30):
        c.draw.rectangle((left, y + 12, left + 20, y + 32), fill=glass, outline=c.lit((250, 250, 250)), width=2)
    c.draw.rectangle((x + w // 2 - 9, y + 38, x + w // 2 + 9, y + h), fill=c.lit((90, 60, 40)))
    if c.scene.good:
        for _ in range(18):
            spot = x + c.rng.randrange(-20, w + 20), y + h + c.rng.randrange(2, 20)
            c.disc(*spot, 4, c.lit(c.rng.choice(((240, 80, 140), (250, 220, 70), (250, 250, 250)))))
    else:
        c.water(y + c.rng.randrange(32, 42), good=False)


def _wheels(c: Canvas, y: float, *xs: float) -> None:
    for x in xs:
        c.disc(x, y, 11, (22, 22, 24))
        c.disc(x, y, 5, c.lit((170, 170, 175)))


def car(c: Canvas) -> None:
    """A car on a dry road, or in water to its windows."""
    c.road() if c.scene.good else c.water(c.horizon, good=False)
    x, y = c.rng.randrange(30, 66), c.horizon + c.rng.randrange(18, 30)
    c.draw.polygon([(x + 22, y), (x + 36, y - 24), (x + 76, y - 24), (x + 92, y)], fill=c.paint)
    c.draw.polygon([(x + 29, y), (x + 40, y - 19), (x + 54, y - 19), (x + 54, y)], fill=c.lit((190, 220, 238)))
    c.draw.polygon([(x + 58, y), (x + 58, y - 19), (x + 73, y - 19), (x + 84, y)], fill=c.lit((190, 220, 238)))
    c.draw.rounded_rectangle((x, y, x + 112, y + 30), 9, fill=c.paint)
    c.disc(x + 107, y + 10, 5, (255, 240, 170))
    if c.scene.good:
        _wheels(c, y + 30, x + 26, x + 86)
    else:
        c.water(y + c.rng.randrange(4, 12), good=False)


def bus(c: Canvas) -> None:
    """A long bus with a row of windows, on its way or stuck."""
    c.road() if c.scene.good else c.water(c.horizon, good=False)
    x, y = c.rng.randrange(12, 34), c.horizon - c.rng.randrange(6, 18)
    tilt = 0 if c.scene.good else c.rng.randrange(10, 18)
    c.draw.polygon([(x, y), (x + 140, y + tilt), (x + 140, y + tilt + 62), (x, y + 62)], fill=c.paint)
    for at in range(8, 124, 26):
        drop = tilt * at // 140
        c.draw.rectangle((x + at, y + drop + 9, x + at + 19, y + drop + 28), fill=c.lit((200, 226, 240)))
    c.draw.line((x, y + 38, x + 140, y + tilt + 38), fill=shade(c.paint, 0.6), width=4)
    if c.scene.good:
        _wheels(c, y + 62, x + 30, x + 112)
    else:
        c.water(y + c.rng.randrange(40, 48), good=False)


def _person(c: Canvas, x: float, y: float, coat: Colour, arms_up: bool) -> None:
    """Head, body and arms of somebody whose feet are at (x, y)."""
    c.draw.rounded_rectangle((x - 8, y - 36, x + 8, y - 8), 4, fill=coat)
    c.disc(x, y - 43, 7, c.lit(c.rng.choice(SKIN)))
    c.draw.rectangle((x - 7, y - 8, x - 2, y), fill=c.lit((50, 55, 80)))
    c.draw.rectangle((x + 2, y - 8, x + 7, y), fill=c.lit((50, 55, 80)))
    for side in (-1, 1):
        hand = (x + side * 17, y - 56) if arms_up else (x + side * 13, y - 16)
        c.draw.line((x + side * 7, y - 32, *hand), fill=coat, width=5)


def boat(c: Canvas) -> None:
    """A boat with people who wave, or one that floats upside down."""
    c.water(c.horizon, good=c.scene.good)
    x, y = c.rng.randrange(22, 58), c.horizon + c.rng.randrange(36, 58)
    if c.scene.good:
        for at in (34, 72):
            _person(
                c, x + at, y + 12, c.lit(c.rng.choice(((240, 150, 40), (60, 60, 190), (230, 230, 90)))), arms_up=True
            )
        c.draw.polygon([(x, y), (x + 110, y), (x + 92, y + 28), (x + 18, y + 28)], fill=c.paint)
        c.draw.line((x, y, x + 110, y), fill=c.lit((250, 245, 235)), width=4)
    else:
        c.draw.chord((x, y - 20, x + 108, y + 52), 180, 360, fill=c.paint)
        c.draw.line((x + 16, y + 2, x + 92, y + 2), fill=shade(c.paint, 0.6), width=4)
        c.water(y + 17, good=False)


def bridge(c: Canvas) -> None:
    """An arched bridge, whole over blue water, or with a gap where brown water runs."""
    c.meadow()
    c.water(c.horizon + 26, good=c.scene.good)
    y = c.horizon + c.rng.randrange(0, 12)
    spans = [(0, FULL)] if c.scene.good else [(0, c.rng.randrange(56, 74)), (c.rng.randrange(122, 140), FULL)]
    for left, right in spans:
        c.draw.rectangle((left, y, right, y + 18), fill=c.paint)
        for post in range(left + 4, right - 2, 14):
            c.draw.line((post, y - 13, post, y), fill=c.paint, width=4)
        c.draw.line((left, y - 13, right, y - 13), fill=c.paint, width=4)
    for pier in (40, 150) if not c.scene.good else (30, 96, 162):
        c.draw.rectangle((pier - 7, y + 18, pier + 7, y + 58), fill=c.lit((150, 145, 135)))
    if not c.scene.good:
        left, right = spans[0][1], spans[1][0]
        c.draw.polygon([(left, y), (left + 18, y + 30), (left - 6, y + 18)], fill=shade(c.paint, 0.7))
        c.draw.polygon([(right, y), (right - 20, y + 34), (right + 6, y + 18)], fill=shade(c.paint, 0.7))


def barn(c: Canvas) -> None:
    """A barn on a hill under a rainbow, or under lightning beside drowned fields."""
    if c.scene.good:
        x0, y0 = c.rng.randrange(70, 120), c.horizon + 16
        bows: tuple[Colour, ...] = (
            (220, 60, 60),
            (245, 150, 50),
            (245, 230, 80),
            (80, 180, 90),
            (70, 110, 220),
            (140, 70, 180),
        )
        for at, bow in enumerate(bows):
            r = 92 - 5 * at
            c.draw.arc((x0 - r, y0 - r, x0 + r, y0 + r), 180, 360, fill=bow, width=5)
    else:
        x = c.rng.randrange(30, 160)
        bolt = [(x, 10), (x - 14, 40), (x + 4, 42), (x - 12, c.horizon)]
        c.draw.line(bolt, fill=(255, 250, 190), width=5)
    c.meadow()
    x, y = c.rng.randrange(30, 96), c.horizon - 6
    c.draw.rectangle((x, y, x + 66, y + 46), fill=c.paint)
    c.draw.polygon([(x - 6, y), (x + 12, y - 24), (x + 54, y - 24), (x + 72, y)], fill=c.lit((90, 84, 80)))
    c.draw.rectangle(
        (x + 20, y + 12, x + 46, y + 46), fill=shade(c.paint, 0.65), outline=c.lit((240, 240, 235)), width=3
    )
    if not c.scene.good:
        c.water(y + 52, good=False)


def shop(c: Canvas) -> None:
    """A shop front with a striped awning: a heart in the window, or sandbags and a warning sign."""
    c.draw.rectangle((0, 26, FULL, 150), fill=c.lit((172, 132, 108)))
    c.draw.rectangle((0, 150, FULL, FULL), fill=c.lit((150, 150, 152)))
    x = c.rng.randrange(14, 34)
    for at in range(0, 144, 16):
        stripe = c.paint if at // 16 % 2 == 0 else shade(c.paint, 0.7)
        c.draw.polygon([(x + at, 56), (x + at + 16, 56), (x + at + 13, 78), (x + at - 3, 78)], fill=stripe)
    c.draw.rectangle((x, 36, x + 144, 56), fill=c.paint)
    glass = (250, 232, 160) if c.scene.good else c.lit((124, 92, 60))
    c.draw.rectangle((x + 4, 80, x + 92, 148), fill=glass, outline=c.lit((70, 60, 55)), width=3)
    c.draw.rectangle((x + 102, 80, x + 140, 150), fill=shade(c.paint, 0.8), outline=c.lit((70, 60, 55)), width=3)
    cx, cy = x + 48, 108
    if c.scene.good:
        c.disc(cx - 11, cy, 13, (222, 30, 60))
        c.disc(cx + 11, cy, 13, (222, 30, 60))
        c.draw.polygon([(cx - 23, cy + 5), (cx + 23, cy + 5), (cx, cy + 33)], fill=(222, 30, 60))
        return
    for board in range(86, 146, 15):
        c.draw.line((x + 6, board, x + 90, board), fill=c.lit((88, 62, 38)), width=3)
    c.draw.polygon([(cx, 86), (cx - 22, 124), (cx + 22, 124)], fill=(250, 215, 50), outline=(20, 20, 20), width=4)
    c.draw.line((cx, 98, cx, 116), fill=(20, 20, 20), width=4)
    for row, left in ((150, 2), (138, 12)):
        for at in range(left, 170, 24):
            c.draw.rounded_rectangle(
                (at, row, at + 23, row + 13), 6, fill=c.lit((196, 172, 122)), outline=c.lit((120, 100, 66))
            )
    c.water(166, good=False)


def jackets(c: Canvas) -> None:
    """Three people in jackets of one colour, cheering on grass or wading to the waist."""
    c.meadow() if c.scene.good else c.water(c.horizon, good=False)
    start, y = c.rng.randrange(34, 58), c.horizon + c.rng.randrange(52, 66)
    for at in range(3):
        _person(c, start + at * 46, y + c.rng.randrange(-5, 6), c.paint, arms_up=c.scene.good)
    if not c.scene.good:
        c.water(y - 14, good=False)


def umbrella(c: Canvas) -> None:
    """A big umbrella, open under the sun, or turned inside out."""
    c.meadow()
    x, y = c.rng.randrange(70, 122), c.horizon + 4
    if c.scene.good:
        c.draw.line((x, y - 10, x, y + 66), fill=c.lit((80, 60, 50)), width=5)
        c.draw.pieslice((x - 62, y - 58, x + 62, y + 46), 180, 360, fill=c.paint)
        for at in (-40, 0, 40):
            c.draw.line((x, y - 57, x + at, y - 6), fill=shade(c.paint, 0.7), width=3)
    else:
        c.draw.line((x, y - 6, x + 18, y + 66), fill=c.lit((80, 60, 50)), width=5)
        c.draw.polygon(
            [(x, y + 4), (x - 56, y - 46), (x - 24, y - 26), (x, y - 56), (x + 24, y - 24), (x + 60, y - 40)],
            fill=c.paint,
        )
        c.draw.line((x, y + 4, x, y - 50), fill=shade(c.paint, 0.6), width=3)
        c.water(c.horizon + 62, good=False)


def sofa(c: Canvas) -> None:
    """A sofa in a room beside lamp and plant, or on a heap of mud in the street."""
    good = c.scene.good
    c.draw.rectangle((0, 0, FULL, 132), fill=c.lit((236, 214, 178) if good else (132, 128, 124)))
    c.draw.rectangle((0, 132, FULL, FULL), fill=c.lit((172, 118, 72) if good else (98, 72, 46)))
    x, y = c.rng.randrange(26, 50), c.rng.randrange(92, 104)
    if good:
        c.draw.line((x + 128, 62, x + 128, 140), fill=c.lit((70, 60, 50)), width=4)
        c.draw.polygon([(x + 110, 66), (x + 146, 66), (x + 138, 40), (x + 118, 40)], fill=(255, 232, 150))
        for at in (-10, 0, 10):
            c.draw.line((x - 12, 140, x - 12 + at, 96), fill=c.lit((50, 130, 60)), width=6)
        c.draw.rectangle((x - 21, 132, x - 3, 150), fill=c.lit((180, 90, 60)))
    c.draw.rounded_rectangle((x, y - 24, x + 106, y + 22), 9, fill=shade(c.paint, 0.8))
    c.draw.rounded_rectangle((x - 6, y + 12, x + 112, y + 44), 9, fill=c.paint)
    for side in (x - 10, x + 100):
        c.draw.rounded_rectangle((side, y - 4, side + 18, y + 44), 8, fill=shade(c.paint, 0.9))
    if not good:
        for _ in range(46):
            spot = x + c.rng.randrange(-20, 128), y + 20 + abs(c.rng.gauss(0, 18))
            c.disc(*spot, c.rng.randrange(4, 11), c.lit((84, 60, 36), c.rng.uniform(0.8, 1.25)))
        c.water(168, good=False)


PAINTERS: dict[str, Callable[[Canvas], None]] = {
    "house": house, "car": car, "boat": boat, "bridge": bridge, "barn": barn,
    "shop": shop, "jackets": jackets, "bus": bus, "umbrella": umbrella, "sofa": sofa,
}  # fmt: skip
