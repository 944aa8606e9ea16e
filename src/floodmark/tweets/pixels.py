"""A file of unknown origin to the pixels of a photo: nothing but pixels leaves, so no metadata can."""

from __future__ import annotations

import struct
import warnings
import zlib
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
"""What may be decoded; Pillow's other parsers are never given a stranger's file."""
MAX_BYTES = 64 * 2**20
USABLE, MISSING, CORRUPT, NO_PHOTO = "usable", "missing", "corrupt", "not a photo"

DAMAGE = (
    OSError, SyntaxError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, EOFError, RuntimeError,
    MemoryError, struct.error, zlib.error, Image.DecompressionBombError,
)  # fmt: skip
"""What Pillow's decoders are known to raise over hostile bytes; what else goes wrong is a mistake of ours and shows."""

Image.init()  # `open` restricted to formats knows only those that are registered already

Decoded = tuple[str, int, int, "NDArray[np.uint8] | None"]
"""Status, width and height as shown, and pixels of shape (3, size, size) if usable."""


def decode(path: Path, size: int, max_megapixels: float) -> Decoded:
    """Decode one photo as a person would see it: first frame, upright, opaque on white, in RGB.

    The shorter side is resized to `size` (bicubic) and the centre cut out, which is how CLIP's images are prepared
    (Radford et al. 2021).

    Args:
        path: The file.
        size: Side of the result, pixels.
        max_megapixels: Refuse larger photos by their header, before memory is asked for.

    Returns:
        Status `usable` with pixels; `not a photo` if the file is none, or is too large; `corrupt` if it is one that
        cannot be decoded to the end. Width and height are 0 unless usable.
    """
    if path.stat().st_size > MAX_BYTES:
        return NO_PHOTO, 0, 0, None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as file:
                if file.width * file.height > max_megapixels * 1e6 or min(file.size) < 1:
                    return NO_PHOTO, 0, 0, None
                file.load()
                turned = _upright(file)
                return USABLE, *turned.size, _square(_opaque(turned), size)
    except UnidentifiedImageError:
        return NO_PHOTO, 0, 0, None
    except DAMAGE:
        return CORRUPT, 0, 0, None


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF says; broken EXIF is no reason to lose a photo."""
    try:
        return ImageOps.exif_transpose(image)
    except DAMAGE:
        return image


def _opaque(image: Image.Image) -> Image.Image:
    """RGB, with white behind what is transparent."""
    if image.mode in ("RGB", "L", "CMYK", "YCbCr", "1"):
        return image.convert("RGB")
    if image.mode.startswith("I") or image.mode == "F":
        # Deep greys: the upper 8 of 16 bits.
        grey = np.clip(np.asarray(image, np.float64) / 257.0, 0, 255).astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")
    layered = image.convert("RGBA")
    white = Image.new("RGBA", layered.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, layered).convert("RGB")


def _square(image: Image.Image, size: int) -> NDArray[np.uint8]:
    scale = size / min(image.size)
    width, height = (max(size, round(side * scale)) for side in image.size)
    left, top = (width - size) // 2, (height - size) // 2
    # Only the square's part of a long strip is resized, however long it is.
    box = tuple(edge / scale for edge in (left, top, left + size, top + size))
    box = (box[0], box[1], min(box[2], image.width), min(box[3], image.height))
    resized = image.resize((size, size), Image.Resampling.BICUBIC, box=box)
    return np.ascontiguousarray(np.asarray(resized, np.uint8).transpose(2, 0, 1))
