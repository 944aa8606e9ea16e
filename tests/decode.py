"""All that a file can say: names, cells, attributes, metadata, what is packed inside, and the bytes themselves."""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import json
import re
import sqlite3
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Said = tuple[str, str]
"""Where, and what is said there."""
DATA_URI = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(?:;[\w=-]+)*;base64,([A-Za-z0-9+/=\s]+)")
BASE64 = re.compile(r"[A-Za-z0-9+/]{80,}={0,2}")
SUFFIX_OF = {"image/png": ".png", "image/jpeg": ".jpg", "application/json": ".json", "text/html": ".html"}


def everything(root: Path) -> Iterator[Said]:
    """What all files under a folder say, and one file if it is one."""
    for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
        yield str(path), str(path.relative_to(root.parent))
        if path.is_file():
            yield from decode(path)


def decode(path: Path) -> Iterator[Said]:
    """What one file says, by its format and as bare bytes in two encodings."""
    raw = path.read_bytes()
    yield f"{path} bytes", raw.decode("latin-1")
    if b"\0" in raw:
        yield f"{path} wide bytes", raw.replace(b"\0", b"").decode("latin-1")
    reader = READERS.get(path.suffix.lower())
    for where, text in reader(path) if reader else ():
        yield f"{path} {where}", text


def _inner(name: str, raw: bytes) -> Iterator[Said]:
    """What a packed file says."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(raw)
        yield name, name
        for where, text in decode(path):
            yield where.replace(folder, "inside"), text


def _parquet(path: Path) -> Iterator[Said]:
    yield "metadata", json.dumps(pl.read_parquet_metadata(path), default=str, ensure_ascii=False)
    for column in pl.read_parquet(path):
        yield f"column {column.name}", column.name
        flat = column
        while isinstance(flat.dtype, pl.List):
            flat = flat.explode()
        cells = flat.drop_nulls().unique()
        if cells.dtype == pl.Binary:
            yield f"column {column.name}", "\n".join(cell.decode("latin-1") for cell in cells)
        else:
            yield f"column {column.name}", "\n".join(map(str, cells.to_list()))


def _netcdf(path: Path) -> Iterator[Said]:
    import netCDF4

    with netCDF4.Dataset(path) as dataset:
        dataset.set_auto_mask(False)
        owners = {"global": dataset, **dataset.variables}
        yield "names", "\n".join([*owners, *dataset.dimensions])
        for name, owner in owners.items():
            yield f"attributes of {name}", "\n".join(f"{key}: {owner.getncattr(key)}" for key in owner.ncattrs())
        for name, variable in dataset.variables.items():
            if variable.dtype is str or variable.dtype.kind in "SU" or (variable.ndim < 2 and variable.size < 10_000):
                yield f"values of {name}", "\n".join(map(str, np.ravel(variable[...]).tolist()))


def _geotiff(path: Path) -> Iterator[Said]:
    import rasterio

    with rasterio.open(path) as raster:
        # GDAL makes up derived datasets under the path that it was asked to open.
        stored = [space for space in raster.tag_namespaces() if space != "DERIVED_SUBDATASETS"]
        spaces = [raster.tags(ns=space) for space in (None, *stored)]
        spaces += [raster.tags(band) for band in raster.indexes]
        yield "tags", json.dumps([spaces, raster.descriptions, str(raster.crs)], default=str, ensure_ascii=False)


def _safetensors(path: Path) -> Iterator[Said]:
    from safetensors import safe_open

    with safe_open(path, framework="np") as file:
        yield "metadata", json.dumps(file.metadata() or {}, ensure_ascii=False)
        for value in (file.metadata() or {}).values():
            yield "metadata value", value
        yield "tensors", "\n".join(file.keys())


def _image(path: Path) -> Iterator[Said]:
    from PIL import ExifTags, Image

    with Image.open(path) as image:
        image.load()
        exif = image.getexif()
        parts = [dict(exif), *(dict(exif.get_ifd(ifd)) for ifd in ExifTags.IFD)]
        info = {
            key: value.decode("latin-1") if isinstance(value, bytes) else value for key, value in image.info.items()
        }
        yield "metadata", json.dumps([info, getattr(image, "text", {})], default=str, ensure_ascii=False)
        yield "exif", json.dumps([[str(value) for value in part.values()] for part in parts], ensure_ascii=False)


def _text(path: Path) -> Iterator[Said]:
    text = path.read_text(encoding="utf-8", errors="replace")
    yield "text", text
    yield "unescaped", html.unescape(text)
    for number, found in enumerate(DATA_URI.finditer(text)):
        yield from _packed(f"data URI {number}{SUFFIX_OF.get(found.group(1) or '', '.bin')}", found.group(2))
    bare = DATA_URI.sub("", text)
    for number, found in enumerate(BASE64.finditer(bare)):
        yield from _packed(f"base64 {number}.bin", found.group())


def _packed(name: str, text: str) -> Iterator[Said]:
    try:
        raw = base64.b64decode(text + "=" * (-len(text.strip()) % 4))
    except (binascii.Error, ValueError):
        return
    yield from _inner(name, raw)
    for unpack in (gzip.decompress, zlib.decompress):
        try:
            yield from _inner(f"{name} unpacked.html", unpack(raw))
        except (OSError, EOFError, zlib.error):
            continue


def _json(path: Path) -> Iterator[Said]:
    yield from _text(path)
    value = json.loads(path.read_text(encoding="utf-8"))
    yield "parsed", json.dumps(value, ensure_ascii=False)


def _sqlite(path: Path) -> Iterator[Said]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        for (table,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
            for row in connection.execute(f'select * from "{table}"'):
                cells = (cell.decode("latin-1") if isinstance(cell, bytes) else cell for cell in row)
                yield f"table {table}", "\n".join(map(str, cells))
    finally:
        connection.close()


def _zip(path: Path) -> Iterator[Said]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            yield from _inner(name, archive.read(name))


def _gzip(path: Path) -> Iterator[Said]:
    yield from _inner(path.stem, gzip.decompress(path.read_bytes()))


def _npy(path: Path) -> Iterator[Said]:
    values = np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)
    yield "dtype", str(values.dtype)
    if values.dtype.kind in "SU":
        yield "values", "\n".join(map(str, np.ravel(values).tolist()))


READERS: dict[str, Callable[[Path], Iterator[Said]]] = {
    ".parquet": _parquet,
    ".nc": _netcdf,
    ".tif": _geotiff,
    ".tiff": _geotiff,
    ".safetensors": _safetensors,
    ".png": _image,
    ".jpg": _image,
    ".jpeg": _image,
    ".html": _text,
    ".svg": _text,
    ".csv": _text,
    ".txt": _text,
    ".yaml": _text,
    ".json": _json,
    ".db": _sqlite,
    ".sqlite": _sqlite,
    ".npz": _zip,
    ".zip": _zip,
    ".gz": _gzip,
    ".npy": _npy,
}
