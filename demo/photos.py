"""The photos as files: names, formats, what cameras write into them, and some that cannot be used."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from demo.chance import stream
from demo.painters import picture
from demo.private import person

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from demo.planted import Planted
    from demo.scenes import Scene

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
QUALITY = 74
COPIED = 0.05
"""Share of the photos that also go round under a second name."""

ARTIST, MAKE, EXIF_FOLDER, GPS_FOLDER, SERIAL = 0x013B, 0x010F, 0x8769, 0x8825, 0xA431


@dataclass(frozen=True)
class Photos:
    """File names of all photos.

    Attributes:
        names: For each photo the names it goes by, one or two.
        broken: Names of files that hold no usable photo.
    """

    names: list[list[str]]
    broken: list[str]


def media_name(rng: random.Random) -> str:
    """A name such as the service gives: 15 letters and digits."""
    return "".join(rng.choices(ALPHABET, k=15))


def name_photos(count: int, planted: Planted, exposed: int) -> Photos:
    """Choose the file names; those of `exposed` photos hold a person's name."""
    rng = stream("photo names")
    names = [[media_name(rng) + (".png" if photo == 0 else ".jpg")] for photo in range(count)]
    for photo in rng.sample(range(1, count), min(exposed, count // 4)):
        first, last = person(rng).lower().split()
        stem = planted.note("file_name", f"IMG_{first}_{last}_{rng.randrange(1000, 10000)}")
        names[photo] = [f"{stem}.jpg"]
    for photo in rng.sample(range(2, count), max(1, int(count * COPIED))):
        names[photo].append(media_name(rng) + ".jpg")
    return Photos(names, [media_name(rng) + ".jpg" for _ in range(3)])


def write_photos(folder: Path, scenes: list[Scene], photos: Photos, planted: Planted, exposed: int) -> None:
    """Paint and write every photo.

    Args:
        folder: Where to; it exists.
        scenes: What each photo shows.
        photos: Their names.
        planted: Where camera data are noted.
        exposed: How many photos carry a position, a serial number and the photographer's name.
    """
    rng = stream("camera")
    telling = set(rng.sample(range(2, len(scenes)), min(exposed, len(scenes) // 3)))
    for number, (scene, names) in enumerate(zip(scenes, photos.names, strict=True)):
        image = picture(stream("photo", number), scene)
        buffer = io.BytesIO()
        if number == 0:
            text = PngInfo()
            for key in ("Author", "Comment"):
                text.add_text(key, planted.note("png_text", f"{person(rng)} {rng.randrange(10**7, 10**8)}"))
            image.convert("RGBA").save(buffer, "PNG", pnginfo=text, optimize=True)
        elif number == 1:
            image.convert("CMYK").save(buffer, "JPEG", quality=QUALITY, optimize=True)
        else:
            exif = camera_data(rng, planted) if number in telling else Image.Exif()
            image.save(buffer, "JPEG", quality=QUALITY, optimize=True, progressive=number % 7 == 0, exif=exif)
        for name in names:
            (folder / name).write_bytes(buffer.getvalue())
    _write_broken(folder, photos.broken, scenes)


def camera_data(rng: random.Random, planted: Planted) -> Image.Exif:
    """EXIF with a position, a camera's serial number and an artist, all noted."""
    exif = Image.Exif()
    exif[MAKE] = "Ferncombe"
    exif[ARTIST] = planted.note("exif_artist", f"{person(rng)} {rng.randrange(1000, 10000)}")
    exif.get_ifd(EXIF_FOLDER)[SERIAL] = planted.note("exif_serial", f"FC{rng.randrange(10**9, 10**10)}")
    position = exif.get_ifd(GPS_FOLDER)
    place = []
    for tag, letter, low, high in ((1, "N", 40, 58), (3, "E", 2, 14)):
        parts = rng.randrange(low, high), rng.randrange(60), rng.randrange(60 * 10**4) / 10**4
        position[tag], position[tag + 1] = letter, parts
        place.append(f"{parts[0]} {parts[1]} {parts[2]:.4f}")
    planted.note("exif_gps", ", ".join(place))
    return exif


def _write_broken(folder: Path, names: list[str], scenes: list[Scene]) -> None:
    """A photo cut off in its first third, one overwritten with noise, and an error page under a photo's name."""
    rng = stream("broken photos")
    buffer = io.BytesIO()
    picture(rng, scenes[0]).save(buffer, "JPEG", quality=QUALITY)
    whole = buffer.getvalue()
    (folder / names[0]).write_bytes(whole[: len(whole) // 3])
    (folder / names[1]).write_bytes(whole[:2] + rng.randbytes(900))
    (folder / names[2]).write_bytes(b"<html><body><h1>404 Not Found</h1></body></html>\n")
