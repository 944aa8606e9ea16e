"""What files of known formats say besides their bytes: cells, names of columns, attributes, metadata."""

from __future__ import annotations

import json
import pickletools
import sqlite3
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from floodmark.tweets.pdf import CONTENT, strings
from floodmark.tweets.strings import Packed, Said, problem, said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ROWS = 2**16
"""Rows and values that are read at a time."""
LEAST_NUMBER = 10**6
"""A whole number of fewer digits is no id."""
MOST_EXACT = 2**53
"""From here on not every whole number is a float: an id has become another."""
FEW_COLUMNS = 8
"""Of a table of numbers that may be ids or points; a wider one is a picture or a vector for each row."""
MOST_PIXELS = 2**26
"""Of a picture that is decoded to see what follows its pixels."""


def parquet(path: Path) -> Iterator[Said | Packed]:
    """Metadata, names and cells of any depth; numbers that could be ids or coordinates."""
    metadata = pl.read_parquet_metadata(path)
    yield said("metadata", *metadata.keys(), *metadata.values())
    yield from _table(pl.scan_parquet(path))


def ipc(path: Path) -> Iterator[Said | Packed]:
    """The same of a file of Arrow or Feather."""
    yield from _table(pl.scan_ipc(path))


def _table(rows: pl.LazyFrame) -> Iterator[Said | Packed]:
    schema = rows.collect_schema()
    yield said("names and types of columns", *schema.names(), *map(str, schema.dtypes()))
    first = 0
    for part in rows.collect_batches(chunk_size=ROWS, maintain_order=True):
        for start in range(0, len(part), ROWS):
            for column in part[start : start + ROWS]:
                yield from cells(column, f"column {column.name}", first + start)
        first += len(part)


def cells(values: pl.Series, where: str, first: int = 0) -> Iterator[Said | Packed]:
    """The cells of a column as texts; those that say nothing are null."""
    kind = values.dtype
    if isinstance(kind, (pl.List, pl.Array)):
        yield from cells(values.explode(), where, first)
    elif isinstance(kind, pl.Struct):
        yield said(f"{where}, fields", *(field.name for field in kind.fields))
        for field in kind.fields:
            yield from cells(values.struct.field(field.name), where, first)
    elif kind == pl.Binary:
        yield from _binary(values, where, first)
    elif kind == pl.String or isinstance(kind, (pl.Categorical, pl.Enum)):
        yield Said((where,), values.cast(pl.String), "row", first)
    elif kind.is_float() or kind.is_decimal():
        yield Said((where,), _decimals(values), "row", first, numbers=True)
    elif kind.is_numeric():
        chosen = values.filter(values.cast(pl.Float64).abs() >= LEAST_NUMBER)
        yield Said((where,), chosen.cast(pl.String, strict=False), "", first, numbers=True)


def _decimals(values: pl.Series) -> pl.Series:
    """Decimals as they are written elsewhere: an id without a point, a coordinate without noughts behind it."""
    said = values.cast(pl.String, strict=False)
    if values.dtype.is_decimal():
        said = said.str.replace(r"(\.\d*?)0+$", "$1").str.strip_suffix(".")
    number = values.cast(pl.Float64)
    ids = ((number.abs() >= LEAST_NUMBER) & (number.abs() < MOST_EXACT) & (number == number.floor())).arg_true()
    return said.scatter(ids, number.gather(ids).cast(pl.Int64).cast(pl.String)) if len(ids) else said


def _binary(values: pl.Series, where: str, first: int) -> Iterator[Said | Packed]:
    for number, value in enumerate(values, first):
        if value:
            yield Packed(f"{where}, row {number}", value)


def sqlite(path: Path) -> Iterator[Said | Packed]:
    """The schema and all rows. Nothing is written beside the file, and no code of it runs."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    connection.text_factory = bytes
    try:
        connection.execute("pragma trusted_schema = off")
        entries = connection.execute("select type, name, sql from sqlite_master").fetchall()
        yield said("schema", *(_word(cell) for entry in entries for cell in entry if cell))
        for kind, raw, sql in entries:
            if kind != b"table" or b"virtual" in (sql or b"").lower().split()[:2]:
                continue
            name = _word(raw)
            quoted = name.replace('"', '""')
            cursor = connection.execute(f'select * from "{quoted}"')  # noqa: S608 - a name in quotation marks
            first = 1
            while rows := cursor.fetchmany(1024):
                yield from _rows(rows, f"table {name}", first)
                first += len(rows)
    finally:
        connection.close()


def _rows(rows: list[tuple[Any, ...]], where: str, first: int) -> Iterator[Said | Packed]:
    for number, row in enumerate(rows):
        for cell in row:
            if isinstance(cell, bytes) and 0 in cell:
                yield Packed(f"{where}, row {first + number}", cell)
    for column in zip(*rows, strict=True):
        texts = [None if cell is None or (isinstance(cell, bytes) and 0 in cell) else _word(cell) for cell in column]
        yield Said((where,), pl.Series(texts, dtype=pl.String), "row", first)


def _word(cell: Any) -> str:
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)


def npy(path: Path) -> Iterator[Said | Packed]:
    """The type, with the names of its fields, and values that are text or could be ids or points, of an array."""
    values = np.load(path, mmap_mode="r", allow_pickle=False)
    yield said("type", str(values.dtype))
    for name in values.dtype.names or ("",):
        found = values[name] if name else values
        few = found.ndim < 2 or found.shape[-1] <= FEW_COLUMNS
        yield from _values(np.ravel(found), f"values {name}".strip(), "SUiuf" if few else "SUiu")


def _values(values: Any, where: str, kinds: str) -> Iterator[Said | Packed]:
    if values.dtype.kind not in kinds:
        return
    for start in range(0, len(values), ROWS):
        part = np.asarray(values[start : start + ROWS])
        if part.dtype.kind == "S":
            part = np.char.decode(part, "utf-8", "replace")
        elif part.dtype.kind in "iuf":
            # Polars knows numbers of this machine's order alone, and decimals of four and eight bytes.
            known = part.dtype.kind != "f" or part.dtype.itemsize in (4, 8)
            part = part.astype(part.dtype.newbyteorder("=") if known else np.float64)
        yield from cells(pl.Series(part.tolist() if part.dtype.kind == "U" else part), where, start)


def pickled(path: Path) -> Iterator[Said | Packed]:
    """Texts, numbers and bytes of what Python pickled, told from its code, which is not run."""
    texts: list[str] = []
    numbers: list[str] = []
    with path.open("rb") as file:
        for _, value, place in pickletools.genops(file):
            if isinstance(value, (bytes, bytearray)):
                yield Packed(f"value at byte {place}", bytes(value))
            elif isinstance(value, str):
                texts.append(value)
            elif isinstance(value, float) or (isinstance(value, int) and abs(value) >= LEAST_NUMBER):
                whole = abs(value) < MOST_EXACT and value == value // 1
                numbers.append(str(int(value) if whole else value))
            if len(texts) + len(numbers) >= ROWS:
                yield from _told(texts, numbers)
                texts, numbers = [], []
    yield from _told(texts, numbers)


def _told(texts: list[str], numbers: list[str]) -> Iterator[Said]:
    yield said("texts", *texts)
    yield Said(("numbers",), pl.Series(numbers, dtype=pl.String), numbers=True)


def netcdf(path: Path) -> Iterator[Said | Packed]:
    """Names and attributes of groups, variables and dimensions, and values that are text or few."""
    import netCDF4

    with netCDF4.Dataset(path) as dataset:
        dataset.set_auto_mask(False)
        groups = [dataset]
        while groups:
            group = groups.pop()
            groups.extend(group.groups.values())
            owners: dict[str, Any] = {group.path: group, **group.variables}
            yield said("names", *owners, *group.dimensions, *group.groups)
            for name, owner in owners.items():
                pairs = [f"{key}: {owner.getncattr(key)}" for key in owner.ncattrs()]
                yield said(f"attributes of {name}", *pairs)
            for name, variable in group.variables.items():
                yield from _variable(variable, f"values of {name}")


def _variable(variable: Any, where: str) -> Iterator[Said | Packed]:
    kind = "O" if variable.dtype is str else getattr(variable.dtype, "kind", "")
    if kind == "S" and variable.ndim:
        for start in range(0, variable.shape[0], 256):
            part = variable[start : start + 256]
            rows = part.reshape(-1, part.shape[-1]) if part.ndim > 1 else part.reshape(1, -1)
            yield said(where, *(b"".join(row.tolist()).decode("utf-8", "replace") for row in rows))
    elif kind == "O" or (kind in "iuf" and variable.ndim < 2):
        for start in range(0, variable.shape[0] if variable.ndim else 1, ROWS):
            part = np.ravel(variable[start : start + ROWS] if variable.ndim else variable[...])
            yield from cells(pl.Series([str(item) for item in part] if kind == "O" else part), where, start)


def geotiff(path: Path) -> Iterator[Said | Packed]:
    """Tags of the file and its bands, names of bands, and the coordinate system; the picture's metadata."""
    import rasterio

    try:
        with rasterio.open(path, driver="GTiff") as raster:
            # GDAL makes up derived datasets under the path that it was asked to open.
            stored = [space for space in raster.tag_namespaces() if space != "DERIVED_SUBDATASETS"]
            spaces = [raster.tags(ns=space) for space in (None, *stored)]
            spaces += [raster.tags(band) for band in raster.indexes]
            yield said("tags", _json([spaces, raster.descriptions, str(raster.crs)]))
    except rasterio.errors.RasterioIOError:
        yield from picture(path)


def safetensors(path: Path) -> Iterator[Said | Packed]:
    """Metadata and the names of tensors."""
    from safetensors import safe_open

    with safe_open(path, framework="np") as file:
        metadata = file.metadata() or {}
        yield said("metadata", *metadata.keys(), *metadata.values())
        yield said("names of tensors", *file.keys())


def picture(path: Path) -> Iterator[Said | Packed]:
    """EXIF, text chunks, comments and profiles of a picture."""
    from PIL import ExifTags, Image

    with Image.open(path) as image:
        if image.width * image.height > MOST_PIXELS:
            yield problem("picture", "too large to be decoded: only what stands before its pixels was searched")
        else:
            image.load()
        exif = image.getexif()
        parts = [dict(exif), *(dict(exif.get_ifd(ifd)) for ifd in ExifTags.IFD)]
        info = {str(key): _plain(value) for key, value in image.info.items()}
        yield said("metadata", *info.keys(), *info.values(), _json(getattr(image, "text", {})))
        yield said("EXIF", *(_plain(value) for part in parts for value in part.values()))


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        # A comment of EXIF begins with the name of its alphabet; Windows writes two bytes a letter.
        wide = value[1::2].count(0) * 4 > len(value)
        return value.decode("utf-16-le" if wide else "utf-8", "replace")
    return str(value)


def _json(value: Any) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False)


READERS: dict[str, Callable[[Path], Iterator[Said | Packed]]] = {
    **dict.fromkeys((".parquet",), parquet),
    **dict.fromkeys((".arrow", ".feather", ".ipc"), ipc),
    **dict.fromkeys((".nc", ".nc4", ".h5", ".hdf5"), netcdf),
    **dict.fromkeys((".tif", ".tiff"), geotiff),
    **dict.fromkeys((".safetensors",), safetensors),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp"), picture),
    **dict.fromkeys((".db", ".sqlite", ".sqlite3"), sqlite),
    **dict.fromkeys((".npy",), npy),
    ".pkl": pickled,
    **dict.fromkeys((".pdf", CONTENT), strings),
}
"""By suffix."""
MAGIC = {
    b"PAR1": ".parquet", b"ARROW1": ".arrow", b"CDF\x01": ".nc", b"CDF\x02": ".nc", b"CDF\x05": ".nc",
    b"\x89HDF\r\n\x1a\n": ".nc", b"II*\0": ".tif", b"MM\0*": ".tif", b"II+\0": ".tif", b"MM\0+": ".tif",
    b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"GIF8": ".gif", b"RIFF": ".webp", b"SQLite format 3\0": ".db",
    b"\x93NUMPY": ".npy", b"PK\x03\x04": ".zip", b"PK\x05\x06": ".zip", b"\x1f\x8b\x08": ".gz", b"x\x01": ".zlib",
    b"x\x9c": ".zlib", b"x^": ".zlib",
    b"x\xda": ".zlib", b"\x80\x04\x95": ".pkl", b"\x80\x05\x95": ".pkl",
    b"BZh": ".bz2", b"\xfd7zXZ": ".xz", b"%PDF": ".pdf",
}  # fmt: skip
"""First bytes, by which a file is known whatever its name."""
