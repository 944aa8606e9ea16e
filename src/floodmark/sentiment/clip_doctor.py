"""Is this CLIP the one it is taken for? Fixed cosines of fixed pairs, and whether it tells colours apart.

A wrong preprocessing or a damaged file raises no error: embeddings only become worse. What gives it away is that the
cosines of pictures and captions that never change are no longer what they were when the weights were known to be right.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from PIL import Image, ImageDraw

from floodmark.errors import UserError
from floodmark.sentiment.clip import load_folder
from floodmark.storage import write_json

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

RECORD = "floodmark_cosines.json"
"""Lies beside the weights and travels with them."""
TOLERANCE = 0.005
"""On one machine the cosines repeat to 1e-6. Those of the demonstration's model move by 0.03 with ImageNet's channel
statistics, by 0.05 without cropping, by 0.16 with pixels up to 255, and by 0.002, unnoticed, with bilinear resizing."""
ANEW = "record anew, with --record, where you trust the model"
SIDE = 256
COLOURS = {"red": (220, 20, 20), "green": (20, 160, 40), "blue": (30, 60, 220), "yellow": (240, 220, 30)}
SHAPES = ("circle", "square", "triangle")


class Health(NamedTuple):
    """What was found.

    Attributes:
        pairs: Names of picture and caption.
        cosines: Of those pairs, in order.
        own_first: Share of the pictures whose own caption has the largest cosine; about 1/12 by chance.
        furthest: Largest distance from the recorded cosines, None without a record.
    """

    pairs: list[tuple[str, str]]
    cosines: NDArray[np.float64]
    own_first: float
    furthest: float | None


def pictures() -> dict[str, Image.Image]:
    """Coloured shapes by their caption: wide or tall, so that cropping and resizing matter too."""
    drawn = {}
    for number, (colour, value) in enumerate(COLOURS.items()):
        for shape in SHAPES:
            size = (SIDE + 64 * (number % 2), SIDE + 64 * (1 - number % 2))
            image = Image.new("RGB", size, (235, 235, 235))
            left, top = (size[0] - SIDE) // 2 + 48, (size[1] - SIDE) // 2 + 48
            box = (left, top, left + SIDE - 96, top + SIDE - 96)
            pen = ImageDraw.Draw(image)
            if shape == "circle":
                pen.ellipse(box, fill=value)
            elif shape == "square":
                pen.rectangle(box, fill=value)
            else:
                pen.polygon([(box[0], box[3]), (box[2], box[3]), ((box[0] + box[2]) // 2, box[1])], fill=value)
            drawn[f"a {colour} {shape}"] = image
    return drawn


def examine(folder: Path) -> Health:
    """Compare the model of a `local-dir:` folder with what is recorded of it.

    Raises:
        UserError: if the folder holds no model, its vectors are not finite, or its record cannot be read.
    """
    clip = load_folder(folder)
    drawn = pictures()
    with torch.inference_mode():
        images = clip.model.encode_image(torch.stack([clip.preprocess(image) for image in drawn.values()]))
        texts = clip.model.encode_text(clip.tokenize(list(drawn)))
    images_NE, texts_NE = (vectors.double() / vectors.double().norm(dim=1, keepdim=True) for vectors in (images, texts))
    cosines_NN = (images_NE @ texts_NE.T).numpy()
    if not np.isfinite(cosines_NN).all():
        raise UserError(f"{folder}: the model gives no finite vectors; its weights are damaged: fetch them again")
    own_first = float((cosines_NN.argmax(1) == np.arange(len(drawn))).mean())
    pairs = [(picture, caption) for picture in drawn for caption in drawn]
    known = _read(folder / RECORD, len(pairs))
    cosines = cosines_NN.ravel()
    return Health(pairs, cosines, own_first, None if known is None else float(abs(cosines - known).max()))


def record(folder: Path, health: Health) -> None:
    """Keep the cosines beside the weights."""
    write_json(folder / RECORD, {"cosines": [round(float(value), 6) for value in health.cosines]})


def _read(path: Path, count: int) -> NDArray[np.float64] | None:
    if not path.exists():
        return None
    try:
        found = np.array(json.loads(path.read_text(encoding="utf-8"))["cosines"], np.float64)
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} is no record of cosines ({error}): delete it, and record anew where you trust the model"
        ) from None
    if found.shape != (count,):
        raise UserError(
            f"{path} holds {found.size} cosines where {count} are expected: record anew where you trust the model"
        )
    return found
