"""Faces made unknowable: what is left of one is a few colours."""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from floodmark.tweets.faces import Boxes

CELLS = 4
"""Colours along each side of a blurred face, beyond it included."""
LEAST_CELL = 3
"""Pixels along a cell, so that a small face leaves fewer colours than it had pixels."""


def blur(photo: Image.Image, faces: Boxes, margin: float) -> Image.Image:
    """A copy of a photo without its faces.

    Each face's rectangle, enlarged, is averaged over a few cells, and nothing but these averages is drawn back,
    softened. It is no filter that could be inverted: McPherson et al. 2016 (https://arxiv.org/abs/1609.00408) recognise
    people behind mild blur, and behind mosaics of many cells.

    Args:
        photo: RGB.
        faces: Left, top, right and bottom of each, pixels.
        margin: What is blurred beyond a face on each side, as a share of the face's own side.
    """
    blurred = photo.copy()
    for face in faces.tolist():
        box = enlarged(face, margin, photo.size)
        across, down = box[2] - box[0], box[3] - box[1]
        if min(across, down) < 1:
            continue
        cells = [max(1, min(CELLS, side // LEAST_CELL)) for side in (across, down)]
        mosaic = blurred.resize(cells, Image.Resampling.BOX, box=box)
        blurred.paste(mosaic.resize((across, down), Image.Resampling.BICUBIC), box)
    return blurred


def enlarged(face: Sequence[float], margin: float, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is blurred for one face, whole pixels within a photo of this size."""
    left, top, right, bottom = face
    across, down = margin * (right - left), margin * (bottom - top)
    low = max(0, floor(left - across)), max(0, floor(top - down))
    return *low, min(size[0], ceil(right + across)), min(size[1], ceil(bottom + down))
