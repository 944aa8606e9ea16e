"""Plants one leak into a copy of a file of each format, so that a test can see whether it would be caught."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import sqlite3
import zipfile
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


def in_a_column_name(path: Path) -> None:
    """The name of a column of a Parquet table."""
    pl.DataFrame({SECRET: [1]}).write_parquet(path)


def in_metadata(path: Path) -> None:
    """Metadata of a Parquet table."""
    pl.DataFrame({"x": [1]}).write_parquet(path, metadata={"made by": SECRET})


def in_a_struct(path: Path) -> None:
    """Bytes in a list in a struct of a Parquet table."""
    pl.DataFrame({"x": [{"y": [SECRET.encode()]}]}).write_parquet(path)


def in_feather(path: Path) -> None:
    """A cell of an Arrow file, compressed."""
    pl.DataFrame({"x": ["y", SECRET]}).write_ipc(path, compression="zstd")


def in_a_comment(path: Path) -> None:
    """The comment of a GIF or JPEG."""
    Image.new("RGB", (8, 8)).save(path, comment=SECRET.encode())


def in_a_tag_of_the_page(path: Path) -> None:
    """An attribute in the HTML, in escapes of URLs."""
    escaped = "".join(f"%{byte:02x}" for byte in SECRET.encode())
    path.write_text(path.read_text("utf-8") + f'<a href="https://x.org/?q={escaped}">x</a>', "utf-8")


def between_tags(path: Path) -> None:
    """The words of the HTML, with tags in and between them."""
    first, second = SECRET.split(" ")
    path.write_text(path.read_text("utf-8") + f"<b>{first[:3]}</b>{first[3:]}</td><td>{second}", "utf-8")


def in_gzip_in_zip(path: Path) -> None:
    """A gzipped text in a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("notes/a.txt.gz", gzip.compress(SECRET.encode()))


def in_the_name_of_a_member(path: Path) -> None:
    """The name of an empty file in a zip."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{SECRET}.txt", "")


def in_base64(path: Path) -> None:
    """A cell of a CSV, in base64."""
    path.write_text(path.read_text("utf-8") + f"\n1,{base64.b64encode(SECRET.encode()).decode()},2\n", "utf-8")


def in_hex(path: Path) -> None:
    """Hexadecimal digits in a text."""
    path.write_text(f"dump: {SECRET.encode().hex(' ')}\n", "utf-8")


def in_other_letters(path: Path) -> None:
    """A text whose letters are look-alikes: wide ones and Cyrillic ones."""
    path.write_text(SECRET.replace("O", "\uff2f").replace("e", "\u0435"), "utf-8")


def in_two_bytes_a_letter(path: Path) -> None:
    """A text in UTF-16."""
    path.write_text(SECRET, "utf-16")


def in_a_name_of_netcdf(path: Path) -> None:
    """The name of a dimension in a group."""
    import netCDF4

    with netCDF4.Dataset(path, "a") as dataset:
        dataset.createGroup("inner").createDimension(SECRET, 2)


def in_fields(path: Path) -> None:
    """A field of a structured npy array."""
    np.save(path, np.zeros(2, [(SECRET, "f4")]))


def in_bytes(path: Path) -> None:
    """Among bytes of no known format, behind one that says how long it is."""
    path.write_bytes(bytes(range(256)) + b"\x00A" + SECRET.encode() + b"\x00" + bytes(range(256)))


def in_unpacked_bytes(path: Path) -> None:
    """A stream of bzip2 or xz."""
    path.write_bytes((bz2 if path.suffix == ".bz2" else lzma).compress(SECRET.encode()))


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
    (".parquet", in_a_column_name),
    (".parquet", in_metadata),
    (".parquet", in_a_struct),
    (".arrow", in_feather),
    (".gif", in_a_comment),
    (".jpg", in_a_comment),
    (".zip", in_gzip_in_zip),
    (".zip", in_the_name_of_a_member),
    (".txt", in_two_bytes_a_letter),
    (".nc", in_a_name_of_netcdf),
    (".npy", in_fields),
    (".bin", in_bytes),
    (".bz2", in_unpacked_bytes),
    (".xz", in_unpacked_bytes),
    (".parquet", in_the_name),
]
"""Suffix of a file, and how it comes to leak."""
HIDDEN: list[tuple[str, Callable[[Path], None]]] = [
    (".html", in_a_tag_of_the_page),
    (".html", between_tags),
    (".csv", in_base64),
    (".txt", in_hex),
    (".md", in_other_letters),
]
"""The same of leaks that are not to be seen before a form is undone."""


def blank(path: Path) -> None:
    """Write a small clean file of any of these formats."""
    suffix = path.suffix
    if suffix == ".parquet":
        pl.DataFrame({"x": ["clean"]}).write_parquet(path)
    elif suffix == ".arrow":
        pl.DataFrame({"x": ["clean"]}).write_ipc(path)
    elif suffix == ".nc":
        import xarray as xr

        xr.Dataset({"depth": ("x", [1.0])}).to_netcdf(path)
    elif suffix == ".tif":
        import rasterio
        from affine import Affine

        profile = {"driver": "GTiff", "width": 4, "height": 4, "count": 1, "dtype": "float32"}
        with rasterio.open(path, "w", transform=Affine.scale(5), **profile) as raster:
            raster.write(np.zeros((1, 4, 4), np.float32))
    elif suffix == ".safetensors":
        from safetensors.numpy import save_file

        save_file({"w": np.zeros(3, np.float32)}, path)
    elif suffix == ".npy":
        np.save(path, np.zeros(3))
    elif suffix == ".npz":
        np.savez(path, x=np.zeros(3))
    elif suffix in (".png", ".jpg", ".gif"):
        Image.new("RGB", (8, 8)).save(path)
    elif suffix == ".db":
        sqlite3.connect(path).close()
    elif suffix == ".zip":
        zipfile.ZipFile(path, "w").close()
    elif suffix in (".bz2", ".xz"):
        path.write_bytes((bz2 if suffix == ".bz2" else lzma).compress(b"clean"))
    elif suffix == ".bin":
        path.write_bytes(bytes(range(256)))
    else:
        path.write_text({".json": "{}", ".csv": "a,b,c", ".html": "<html></html>"}.get(suffix, "clean\n"))
