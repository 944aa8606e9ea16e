"""Planted faces found by size, angle, cover and sight: our search at several sizes beside one at the photo's own.

    PYTHONPATH=src python benchmarks/faces.py FOLDER_OF_PHOTOS

The face is the portrait that scikit-image ships, in the public domain. The photos are what it is planted in, and those
without people tell how often a face is seen where none is; without a folder, gradients with noise are planted in and
nothing is said of false positives. A face counts as found where nine tenths of it would be blurred. Prints one JSON
line, last.
"""

from __future__ import annotations

import io
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from floodmark.settings.base import read_params, read_section
from floodmark.settings.ingest_media import IngestMedia
from floodmark.tweets.blur import enlarged
from floodmark.tweets.faces import FaceFinder

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from floodmark.tweets.faces import Boxes

SIZE = (480, 360)
HEIGHTS = (6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256)
TYPICAL = 24
"""Height of the faces that are turned, covered or badly seen, pixels."""
ANGLES = (45, 90, 180)
COVERS = ("sunglasses", "a mask", "sunglasses and a mask", "half beyond the edge")
SIGHTS = ("out of focus", "JPEG at quality 20", "a tenth as bright", "grey")
SHARE = 0.9
MIDDLE, HALF = (227, 126), (43, 54)
"""Of the face in the portrait, from hairline to chin, pixels."""
REACH = 125
"""Half a side of the square about its middle that holds the head, pixels."""
PEOPLE = {
    785, 790, 872, 1000, 1268, 1296, 2153, 2473, 5001, 7281, 8021, 8844, 9483, 10707, 11149, 11511, 12120, 12280,
    117425, 126107, 160012, 165518, 174375, 183709, 189775, 214753, 234748, 290843, 349860, 361919, 397133, 423617,
    431848, 433998, 458045, 463690, 511599, 519208,
}  # fmt: skip
"""Photos of the study of the Pennines (COCO's numbers) that show people, by eye."""


def head() -> Image.Image:
    """The portrait's head in a square about the middle of its face, clear around it."""
    from skimage import data

    x, y = MIDDLE
    square = Image.fromarray(data.astronaut()).crop((x - REACH, y - REACH, x + REACH, y + REACH))
    mask = Image.new("L", square.size)
    ImageDraw.Draw(mask).ellipse((REACH - 82, REACH - 112, REACH + 78, REACH + 70), fill=255)
    square.putalpha(mask.filter(ImageFilter.GaussianBlur(4)))
    return square


def plant(
    photo: Image.Image, person: Image.Image, height: int, angle: float, how: str, rng: np.random.Generator
) -> tuple[Image.Image, NDArray[np.bool_]]:
    """A photo with the head in it, and where its face is, shape (h, w)."""
    face = Image.new("L", person.size)
    across, down = HALF
    left, top, right, bottom = REACH - across, REACH - down, REACH + across, REACH + down
    ImageDraw.Draw(face).ellipse((left, top, right, bottom), fill=255)
    person = person.copy()
    if "sunglasses" in how:
        ImageDraw.Draw(person).rectangle((left, REACH - 22, right, REACH + 2), fill=(20, 20, 25, 255))
    if "a mask" in how:
        ImageDraw.Draw(person).rectangle((left, REACH + 8, right, bottom), fill=(150, 180, 200, 255))
    side = round(REACH * height / down)
    layers = [layer.rotate(angle, Image.Resampling.BICUBIC).resize((side, side), Image.Resampling.LANCZOS)
              for layer in (person, face)]  # fmt: skip
    if rng.random() < 0.5:
        layers = [layer.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for layer in layers]
    x, y = (int(rng.integers(max(1, free - side))) for free in photo.size)
    place = (-side // 2 if how == "half beyond the edge" else x, y)
    photo, where = photo.copy(), Image.new("L", photo.size)
    photo.paste(layers[0], place, layers[0])
    where.paste(layers[1], place, layers[1])
    light = rng.uniform(0.6, 1.2)
    return seen(photo.point(lambda level: min(255, level * light)), how, height), np.asarray(where) > 127


def seen(photo: Image.Image, how: str, height: int) -> Image.Image:
    """A photo as a worse camera would have taken it."""
    if how == "out of focus":
        return photo.filter(ImageFilter.GaussianBlur(height / 16))
    if how == "JPEG at quality 20":
        file = io.BytesIO()
        photo.save(file, "JPEG", quality=20)
        return Image.open(file).convert("RGB")
    if how == "a tenth as bright":
        return photo.point(lambda level: level // 10)
    return photo.convert("L").convert("RGB") if how == "grey" else photo


def backgrounds(folder: Path | None) -> list[Image.Image]:
    """Photos to plant in, at one size."""
    if folder is not None:
        paths = sorted(folder.glob("*.jpg"))
        return [Image.open(path).convert("RGB").resize(SIZE, Image.Resampling.BICUBIC) for path in paths]
    rng = np.random.default_rng(0)
    found = []
    for _ in range(20):
        coarse = Image.fromarray(rng.integers(40, 220, (4, 5, 3), np.uint8)).resize(SIZE, Image.Resampling.BICUBIC)
        noise = Image.fromarray(rng.integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8))
        found.append(Image.blend(coarse, noise, 0.1))
    return found


def covered(boxes: Boxes, margin: float, face: NDArray[np.bool_]) -> bool:
    """Whether what is blurred holds enough of the face."""
    blurred = np.zeros_like(face)
    for left, top, right, bottom in (enlarged(box, margin, SIZE) for box in boxes.tolist()):
        blurred[top:bottom, left:right] = True
    return bool((blurred & face).sum() >= SHARE * face.sum())


def cases(trials: int) -> list[tuple[str, str, int, float, str]]:
    """Table, row, height, angle and state of every planted face."""
    rows = [("height", str(height), height, 0.0, "") for height in HEIGHTS]
    rows += [("turned", str(angle), TYPICAL, float(angle), "") for angle in ANGLES]
    rows += [(table, how, TYPICAL, 0.0, how) for table, hows in (("covered", COVERS), ("seen", SIGHTS)) for how in hows]
    return [row for row in rows for _ in range(trials)]


def recall(photos: list[Image.Image], trials: int, margin: float, find: Callable[[Image.Image], Boxes]) -> Any:
    """Share of planted faces that are found, by table and row."""
    person, rng = head(), np.random.default_rng(1)
    hits: dict[str, dict[str, list[bool]]] = {}
    for number, (table, row, height, angle, how) in enumerate(cases(trials)):
        photo = photos[number % len(photos)]
        planted, face = plant(photo, person, height, angle + rng.uniform(-8, 8), how, rng)
        hits.setdefault(table, {}).setdefault(row, []).append(covered(find(planted), margin, face))
    return {
        table: {row: round(float(np.mean(found)), 3) for row, found in rows.items()} for table, rows in hits.items()
    }


def false_positives(folder: Path, find: Callable[[Image.Image], Boxes]) -> dict[str, int]:
    """Boxes in the photos that show nobody, at their own size, and in how many of them."""
    paths = [path for path in sorted(folder.glob("*.jpg")) if not (path.stem.isdecimal() and int(path.stem) in PEOPLE)]
    counts = [len(find(Image.open(path).convert("RGB"))) for path in paths]
    return {"photos": len(paths), "boxes": sum(counts), "photos_with_boxes": sum(count > 0 for count in counts)}


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
@click.option("--trials", default=4, show_default=True, help="Planted faces a row.")
def main(folder: Path | None, trials: int) -> None:
    """Print recall and false positives as one JSON object, on the last line."""
    settings = read_section(read_params(Path("params.yaml")), "ingest_media", IngestMedia, "params.yaml")
    finder, photos, started = FaceFinder(settings.face_score, settings.face_side), backgrounds(folder), time.monotonic()
    ours = recall(photos, trials, settings.face_margin, finder.find)
    seconds = time.monotonic() - started
    peer = recall(photos, trials, settings.face_margin, lambda photo: finder.find_at(photo, 1.0)[0])
    found, once = (float(np.mean(list(table["height"].values()))) for table in (ours, peer))
    if folder is None:
        click.echo("no folder of photos was given: nothing is said of false positives")
    click.echo(
        json.dumps(
            {
                "ours": round(found, 3),
                "peer": round(once, 3),
                "peer_name": "CenterFace at each photo's own size",
                "unit": "recall over the heights",
                "ratio": round(found / once, 2),
                "recall": ours,
                "recall_of_peer": peer,
                "trials": trials,
                "seconds_a_photo": round(seconds / len(cases(trials)), 3),
                **({} if folder is None else {"without_people": false_positives(folder, finder.find)}),
            }
        )
    )


if __name__ == "__main__":
    main()
