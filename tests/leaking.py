"""Plants one leak into a copy of a file of each format, so that a test can see whether it would be caught."""

from __future__ import annotations

import base64
import io
import json
import sqlite3
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from PIL import Image, PngImagePlugin

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = "Ottoline_Kestrelmere 4711"


def in_a_cell(path: Path) -> None:
    """One value of one list of a Parquet table."""
    table = pl.read_parquet(path)
    cells = pl.Series("leak", [["x"]] * (len(table) - 1) + [["x", SECRET]])
    table.with_columns(cells).write_parquet(path, compression="zstd")


def in_statistics(path: Path) -> None:
    """Only in the footer's statistics: the cell is overwritten in place, in the page but not in the footer."""
    pl.DataFrame({"x": [SECRET]}).write_parquet(path, compression="uncompressed", statistics=True, use_pyarrow=False)
    raw = path.read_bytes()
    at = raw.index(SECRET.encode())
    path.write_bytes(raw[:at] + b"x" * len(SECRET) + raw[at + len(SECRET) :])
    assert pl.read_parquet(path)["x"].to_list() == ["x" * len(SECRET)]
    assert SECRET.encode() in path.read_bytes()


def in_an_attribute(path: Path) -> None:
    """An attribute of a NetCDF variable."""
    import netCDF4

    with netCDF4.Dataset(path, "a") as dataset:
        name = next(iter(dataset.variables))
        dataset[name].setncattr("observer", SECRET)


def in_a_tag(path: Path) -> None:
    """A tag of a GeoTIFF."""
    import rasterio

    with rasterio.open(path, "r+", IGNORE_COG_LAYOUT_BREAK="YES") as raster:
        raster.update_tags(observer=SECRET)


def in_weights(path: Path) -> None:
    """The metadata of a safetensors file, escaped inside its JSON."""
    from safetensors.numpy import load_file, save_file

    save_file(load_file(path), path, metadata={"floodmark": json.dumps({"note": SECRET})})


def in_an_array(path: Path) -> None:
    """Strings in a npy file, four bytes a letter."""
    np.save(path, np.array(["x", SECRET]))


def in_an_archive(path: Path) -> None:
    """A deflated member of a npz file."""
    np.savez_compressed(path, note=np.array([SECRET]))


def in_png(path: Path) -> None:
    """A deflated text chunk of a PNG."""
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", SECRET, zip=True)
    with Image.open(path) as image:
        image.load()
        image.save(path, pnginfo=notes)


def in_exif(path: Path) -> None:
    """EXIF of a JPEG."""
    with Image.open(path) as image:
        exif = image.getexif()
        exif[0x013B] = SECRET
        image.save(path, exif=exif)


def in_a_picture_of_the_page(path: Path) -> None:
    """EXIF of a JPEG inside the HTML."""
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = SECRET
    Image.new("RGB", (8, 8)).save(buffer, "JPEG", exif=exif)
    picture = base64.b64encode(buffer.getvalue()).decode()
    path.write_text(path.read_text("utf-8") + f'<img src="data:image/jpeg;base64,{picture}">', "utf-8")


def in_escapes_of_the_page(path: Path) -> None:
    """Character references in the HTML."""
    path.write_text(path.read_text("utf-8") + "".join(f"&#{ord(letter)};" for letter in SECRET), "utf-8")


def in_json(path: Path) -> None:
    """A key of a JSON file, escaped."""
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in SECRET)
    path.write_text(f'{{"{escaped}": {path.read_text("utf-8")}}}', "utf-8")


def in_csv(path: Path) -> None:
    """A cell of a CSV, in another case."""
    path.write_text(path.read_text("utf-8") + f"\n1,{SECRET.upper()},2\n", "utf-8")


def in_the_database(path: Path) -> None:
    """A blob of an SQLite table."""
    with sqlite3.connect(path) as connection:
        connection.execute("create table leak (cell blob)")
        connection.execute("insert into leak values (?)", (SECRET.encode(),))
    connection.close()


def in_the_name(path: Path) -> None:
    """The name of the file."""
    path.rename(path.with_name(f"{SECRET}{path.suffix}"))


PLANTS: list[tuple[str, Callable[[Path], None]]] = [
    (".parquet", in_a_cell),
    (".parquet", in_statistics),
    (".nc", in_an_attribute),
    (".tif", in_a_tag),
    (".safetensors", in_weights),
    (".npy", in_an_array),
    (".npz", in_an_archive),
    (".png", in_png),
    (".jpg", in_exif),
    (".html", in_a_picture_of_the_page),
    (".html", in_escapes_of_the_page),
    (".json", in_json),
    (".csv", in_csv),
    (".db", in_the_database),
    (".parquet", in_the_name),
]
"""Suffix of a file, and how it comes to leak."""
