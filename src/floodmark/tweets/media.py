"""Photos of the tweets, found, decoded and kept as pixels under pseudonyms of their content."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from floodmark.progress import say, track
from floodmark.storage import write_json, write_table
from floodmark.tweets.pixels import CORRUPT, MISSING, NO_PHOTO, USABLE, decode
from floodmark.tweets.pseudonyms import Pseudonyms

if TYPE_CHECKING:
    from pathlib import Path

    from floodmark.settings.ingest_media import IngestMedia

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp"})
MANIFEST = {
    "tweet": pl.String,
    "photo": pl.String,
    "status": pl.String,
    "width": pl.Int32,
    "height": pl.Int32,
}
THREADS = 4


def ingest(media: Path, tweets: Path, key: bytes, folder: Path, metrics: Path, settings: IngestMedia) -> None:
    """Write `images.npy`, `ids.parquet` and `manifest.parquet`.

    Args:
        media: Folder of photos, named like the last part of their URL.
        tweets: The anonymised tweets, whose `photos` are keyed hashes of those names.
        key: Secret of the pseudonyms.
        folder: Where to write.
        metrics: References by status, as JSON.
        settings: Sizes.
    """
    pseudonyms = Pseudonyms(key)
    references = pl.read_parquet(tweets, columns=["tweet", "photos"]).explode("photos").drop_nulls()
    wanted = set(references["photos"])
    files = _files(media, pseudonyms)
    if not wanted:
        say(f"no tweet in {tweets} has a photo: going on without")
    found = sorted(wanted & files.keys())
    fates: dict[str, tuple[str, str | None, int, int]] = {}
    size = settings.size
    scratch = folder / "scratch.bin"
    rows: dict[str, int] = {}
    with scratch.open("wb") as spill, ThreadPoolExecutor(THREADS) as pool:
        decoded = pool.map(lambda name: decode(files[name], size, settings.max_megapixels), found)
        for name, (status, width, height, pixels) in zip(found, track(decoded, "decoding", len(found)), strict=True):
            photo = pseudonyms.of("photo", pixels.tobytes()) if pixels is not None else None
            fates[name] = status, photo, width, height
            if photo is not None and pixels is not None and photo not in rows:
                rows[photo] = len(rows)
                spill.write(pixels.tobytes())
    _sorted_images(folder, scratch, rows, size)
    table = _manifest(references, fates)
    write_table(folder / "manifest.parquet", table)
    write_table(folder / "ids.parquet", pl.DataFrame({"photo": sorted(rows)}, schema={"photo": pl.String}))
    counts = Counter(table["status"])
    write_json(
        metrics,
        {
            "references": len(table),
            **{status.replace(" ", "_"): counts[status] for status in (USABLE, MISSING, CORRUPT, NO_PHOTO)},
            "distinct_photos": len(rows),
            "tweets_with_usable_photo": table.filter(pl.col("status") == USABLE)["tweet"].n_unique(),
            "files": len(files),
            "files_without_tweet": len(files.keys() - wanted),
        },
    )


def _files(media: Path, pseudonyms: Pseudonyms) -> dict[str, Path]:
    """Photo files by the pseudonym of their name; of twins such as `a.jpg` and `a.png` the first by name."""
    files: dict[str, Path] = {}
    for path in sorted(media.rglob("*")):
        if path.suffix.lower() in SUFFIXES and path.is_file():
            files.setdefault(pseudonyms.of_file(path.name), path)
    return files


def _manifest(references: pl.DataFrame, fates: dict[str, tuple[str, str | None, int, int]]) -> pl.DataFrame:
    """One row a reference, with its fate; the name's pseudonym has done its work and stays behind."""
    nothing = (MISSING, None, 0, 0)
    rows = [
        (tweet, photo, status, width or None, height or None)
        for tweet, name in references.iter_rows()
        for status, photo, width, height in [fates.get(name, nothing)]
    ]
    return pl.DataFrame(rows, schema=MANIFEST, orient="row").sort("tweet", "photo", "status", nulls_last=True)


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
