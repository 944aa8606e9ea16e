"""A file of unknown origin to the pixels of a photo without faces: nothing else leaves, so no metadata can."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Hide = Callable[[Image.Image], tuple[Image.Image, int]]
    """A photo to the photo without its faces, and their number."""

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
"""What may be decoded; Pillow's other parsers are never given a stranger's file."""
MAX_BYTES = 64 * 2**20

USABLE, MISSING, UNREADABLE = "usable", "missing", "unreadable"
TOO_LARGE, NO_PHOTO, CORRUPT = "too large", "not a photo", "corrupt"
STATUSES = (USABLE, MISSING, UNREADABLE, TOO_LARGE, NO_PHOTO, CORRUPT)
"""What becomes of a reference: its photo is kept; there is no file of that name; the system cannot read it; it is more
than `MAX_BYTES` or megapixels; it is none of `FORMATS`; it is one that cannot be decoded to the end."""

DAMAGE = (
    OSError, SyntaxError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, EOFError, RuntimeError,
    AssertionError, MemoryError, struct.error, zlib.error,
)  # fmt: skip
"""What Pillow's decoders are known to raise over hostile bytes; what else goes wrong is a mistake of ours and shows."""

Image.init()  # `open` restricted to formats knows only those that are registered already


@dataclass(frozen=True)
class Photo:
    """What became of one file: width and height as shown, and pixels of shape (3, size, size), if it is usable."""

    status: str
    width: int = 0
    height: int = 0
    faces: int = 0
    pixels: NDArray[np.uint8] | None = None


def decode(path: Path, size: int, max_megapixels: float, hide: Hide) -> Photo:
    """Decode one photo as a person would see it: first frame, upright, opaque on white, in RGB, without faces.

    Faces are hidden at the photo's own size, in what is kept and as much around it. Then the shorter side is resized
    to `size` (bicubic) and the centre cut out, which is how CLIP's images are prepared (Radford et al. 2021).

    Args:
        path: The file.
        size: Side of the result, pixels.
        max_megapixels: Refuse larger photos by their header, before memory is asked for.
        hide: Takes the faces out.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            return Photo(TOO_LARGE)
        content = path.read_bytes()
    except OSError:
        return Photo(UNREADABLE)
    try:
        shown = _shown(content, max_megapixels)
    except UnidentifiedImageError:
        return Photo(NO_PHOTO)
    except (_TooLargeError, Image.DecompressionBombError):
        return Photo(TOO_LARGE)
    except DAMAGE:
        return Photo(CORRUPT)
    hidden, faces = hide(_middle(shown))
    return Photo(USABLE, *shown.size, faces, _square(hidden, size))


class _TooLargeError(Exception):
    """More pixels than are allowed."""


def _shown(content: bytes, max_megapixels: float) -> Image.Image:
    """The photo in RGB, as a person would see it."""
    with Image.open(io.BytesIO(content), formats=FORMATS) as file:
        if file.width * file.height > max_megapixels * 1e6:
            raise _TooLargeError
        if min(file.size) < 1:
            raise ValueError("a photo without pixels")
        file.load()
        return _opaque(_upright(file))


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF says; broken EXIF is no reason to lose a photo."""
    try:
        return ImageOps.exif_transpose(image)
    except DAMAGE:
        return image


def _opaque(image: Image.Image) -> Image.Image:
    """RGB, with white behind what is transparent; without anything else that the file said."""
    if image.mode in ("RGB", "L", "CMYK", "YCbCr", "1") and "transparency" not in image.info:
        return image.convert("RGB")
    if image.mode.startswith("I") or image.mode == "F":
        # Deep greys: the upper 8 of 16 bits.
        grey = np.clip(np.asarray(image), 0, 65535) // 257
        return Image.fromarray(grey.astype(np.uint8)).convert("RGB")
    layered = image.convert("RGBA")
    white = Image.new("RGBA", layered.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, layered).convert("RGB")


def _middle(image: Image.Image) -> Image.Image:
    """The middle of a strip, twice as long as wide: searched as a whole, its faces would be too small to be found."""
    spare = [max(0, side - 2 * min(image.size)) // 2 for side in image.size]
    return image.crop((spare[0], spare[1], image.width - spare[0], image.height - spare[1]))


def _square(image: Image.Image, size: int) -> NDArray[np.uint8]:
    scale = size / min(image.size)
    width, height = (max(size, round(side * scale)) for side in image.size)
    left, top = (width - size) // 2, (height - size) // 2
    # Only the square's part of a long strip is resized, however long it is.
    box = tuple(edge / scale for edge in (left, top, left + size, top + size))
    box = (box[0], box[1], min(box[2], image.width), min(box[3], image.height))
    resized = image.resize((size, size), Image.Resampling.BICUBIC, box=box)
    return np.ascontiguousarray(np.asarray(resized, np.uint8).transpose(2, 0, 1))
