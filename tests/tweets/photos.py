"""A portrait to plant in photos, and the settings that the tests read photos with."""

from functools import cache

import numpy as np
from PIL import Image
from skimage import data

from floodmark.settings.ingest_media import IngestMedia

SETTINGS = IngestMedia(size=16, max_megapixels=1, face_score=0.3, face_margin=0.3, face_side=512, alike_bits=10)

FACE = (184, 72, 270, 180)
"""Left, top, right and bottom of the face in the portrait, pixels: from hairline to chin."""


@cache
def portrait() -> Image.Image:
    """Eileen Collins by NASA, in the public domain; 512 pixels square."""
    return Image.fromarray(data.astronaut())


def landscape(width, height, seed=0):
    """Hills under a sky, without anybody in them."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(60, 200, (4, 5, 3), np.uint8)
    fine = rng.integers(0, 256, (height, width, 3), np.uint8)
    wide = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    return Image.blend(wide, Image.fromarray(fine), 0.1)
