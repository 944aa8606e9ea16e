"""Photos of the tweets, found, decoded and kept as pixels under pseudonyms of their content, without faces."""

from __future__ import annotations

import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from floodmark.learning.processes import cores
from floodmark.progress import say, track
from floodmark.storage import write_json, write_table
from floodmark.tweets.alike import BITS, fingerprint, groups
from floodmark.tweets.blur import blur
from floodmark.tweets.faces import FaceFinder
from floodmark.tweets.pixels import MISSING, STATUSES, USABLE, Photo, decode
from floodmark.tweets.pseudonyms import Pseudonyms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PIL import Image

    from floodmark.settings.ingest_media import IngestMedia
    from floodmark.tweets.pixels import Hide

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp"})
MANIFEST = {
    "tweet": pl.String,
    "photo": pl.String,
    "status": pl.String,
    "width": pl.Int32,
    "height": pl.Int32,
    "faces": pl.Int32,
    "group": pl.String,
}

Fate = tuple[Photo, str | None]
"""What became of a file, and the pseudonym of its pixels; the pixels themselves are let go."""


def ingest(media: Path, tweets: Path, key: bytes, folder: Path, metrics: Path, settings: IngestMedia) -> None:
    """Write `images.npy`, `ids.parquet` and `manifest.parquet`.

    Args:
        media: Folder of photos, named like the last part of their URL.
        tweets: The anonymised tweets, whose `photos` are keyed hashes of those names.
        key: Secret of the pseudonyms.
        folder: Where to write. Faces are blurred in memory: what lies here at any moment has none.
        metrics: References by status, as JSON.
        settings: Sizes, and what is taken for a face.

    Raises:
        UserError: if there are photos and the detector of faces is absent or another than the pinned one.
    """
    pseudonyms = Pseudonyms(key)
    references = pl.read_parquet(tweets, columns=["tweet", "photos"]).explode("photos").drop_nulls()
    files = _files(media, pseudonyms)
    found = {name: files[name] for name in sorted(set(references["photos"]) & files.keys())}
    if references.is_empty():
        say(f"no tweet in {tweets} has a photo: going on without")
    elif not found:
        say(f"none of the {len(references)} photos that tweets refer to is among the {len(files)} files of {media}")
    scratch, size = folder / "scratch.bin", settings.size
    fates: dict[str, Fate] = {}
    rows: dict[str, int] = {}
    prints: dict[str, Any] = {}
    with scratch.open("wb") as spill:
        for name, photo in _decoded(found, settings):
            if photo.pixels is None:
                fates[name] = photo, None
                continue
            named = pseudonyms.of("photo", photo.pixels.tobytes())
            fates[name] = Photo(USABLE, photo.width, photo.height, photo.faces), named
            if named not in rows:
                rows[named], prints[named] = len(rows), fingerprint(photo.pixels)
                spill.write(photo.pixels.tobytes())
    _sorted_images(folder, scratch, rows, size)
    table = _manifest(references, fates, _grouped(prints, settings.alike_bits))
    write_table(folder / "manifest.parquet", table)
    write_table(folder / "ids.parquet", pl.DataFrame({"photo": sorted(rows)}, schema={"photo": pl.String}))
    write_json(metrics, {**_counts(table), "files": len(files), "files_without_tweet": len(files) - len(found)})


def _decoded(found: dict[str, Path], settings: IngestMedia) -> Iterator[tuple[str, Photo]]:
    """Every file's photo, in order, without its faces."""
    if not found:
        return
    hide = hider(settings)
    with warnings.catch_warnings(), ThreadPoolExecutor(cores()) as pool:
        warnings.simplefilter("ignore")  # Pillow's, about what the manifest tells
        decoded = pool.map(lambda path: decode(path, settings.size, settings.max_megapixels, hide), found.values())
        yield from zip(found, track(decoded, "decoding and blurring", len(found)), strict=True)


def hider(settings: IngestMedia) -> Hide:
    """What takes the faces out of a photo and counts them.

    Raises:
        UserError: if the detector of faces is absent or another than the pinned one.
    """
    finder = FaceFinder(settings.face_score, settings.face_side)

    def hide(photo: Image.Image) -> tuple[Image.Image, int]:
        faces = finder.find(photo)
        return blur(photo, faces, settings.face_margin), len(faces)

    return hide


def _files(media: Path, pseudonyms: Pseudonyms) -> dict[str, Path]:
    """Files by the pseudonym of their name; of twins such as `a.jpg` and `a.json` the photo, or the first by name."""
    files: dict[str, Path] = {}
    for path in sorted(media.rglob("*"), key=lambda path: (path.suffix.lower() not in SUFFIXES, path)):
        if path.is_file() and not path.name.startswith("."):
            files.setdefault(pseudonyms.of_file(path.name), path)
    return files


def _grouped(prints: dict[str, Any], bits: int) -> dict[str, str]:
    """The group of each photo, named after its member that is first by pseudonym."""
    photos = sorted(prints)
    numbers = groups(np.array([prints[photo] for photo in photos], np.uint8).reshape(-1, BITS // 8), bits).tolist()
    names: dict[int, str] = {}
    return {photo: names.setdefault(number, photo) for photo, number in zip(photos, numbers, strict=True)}


def _manifest(references: pl.DataFrame, fates: dict[str, Fate], grouped: dict[str, str]) -> pl.DataFrame:
    """One row a reference, with its fate; the name's pseudonym has done its work and stays behind."""
    rows = []
    for tweet, name in references.iter_rows():
        photo, named = fates.get(name, (Photo(MISSING), None))
        shape = (photo.width, photo.height, photo.faces, grouped[named]) if named else (None,) * 4
        rows.append((tweet, named, photo.status, *shape))
    return pl.DataFrame(rows, schema=MANIFEST, orient="row").sort("tweet", "photo", "status", nulls_last=True)


def _counts(table: pl.DataFrame) -> dict[str, int]:
    """The manifest in numbers; statuses sum to references, and what is said of photos is said of distinct ones."""
    statuses = Counter(table["status"])
    usable = table.filter(pl.col("status") == USABLE)
    photos = usable.group_by("photo").agg(pl.col("faces").max(), pl.col("group").first())
    return {
        "references": len(table),
        **{status.replace(" ", "_"): statuses[status] for status in STATUSES},
        "distinct_photos": len(photos),
        "groups_of_photos": photos["group"].n_unique(),
        "photos_with_faces": int((photos["faces"] > 0).sum()),
        "faces": int(photos["faces"].sum()),
        "tweets_with_usable_photo": usable["tweet"].n_unique(),
    }


def _sorted_images(folder: Path, scratch: Path, rows: dict[str, int], size: int) -> None:
    """Copy the photos from the order of decoding into that of their pseudonyms, a row at a time."""
    shape = (len(rows), 3, size, size)
    if rows:
        spilled = np.memmap(scratch, np.uint8, "r", shape=shape)
        images = np.lib.format.open_memmap(folder / "images.npy", "w+", np.uint8, shape)
        for to, photo in enumerate(sorted(rows)):
            images[to] = spilled[rows[photo]]
        images.flush()
        del images, spilled
    else:
        np.save(folder / "images.npy", np.zeros(shape, np.uint8))
    scratch.unlink()
