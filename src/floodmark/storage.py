"""What reaches the disk: outputs that appear whole or not at all, in bytes that repeat."""

from __future__ import annotations

import json
import math
import os
import secrets
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from floodmark import ranks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl
    import xarray as xr

PARTIAL = Path(".floodmark/partial")
"""Where outputs are built, below the project's root: what a killed stage leaves is in no folder that a stage reads."""


@contextmanager
def outputs(*paths: str | Path) -> Iterator[tuple[Path, ...]]:
    """Build several outputs out of sight and move them to their places together at the end.

    Yields one path per output, in order: a path without suffix is made as a folder, one with a suffix is for the
    caller to write as a file. On an exception nothing appears and the partial work is removed. Each output is whole or
    absent at any moment: killed between two moves, the later ones are absent, and DVC runs the stage again.

    Of several ranks the first one's appear, once all have come to the end; what the others write is thrown away.

    Raises:
        FileNotFoundError: if the body left one of its files unwritten.
    """
    finals = [Path(path) for path in paths]
    if not ranks.first():
        with _thrown_away(finals) as places:
            yield places
            ranks.wait()
        return
    partials = [PARTIAL / "+".join(final.parts).lstrip("/+") for final in finals]
    PARTIAL.mkdir(parents=True, exist_ok=True)
    for final, partial in zip(finals, partials, strict=True):
        final.parent.mkdir(parents=True, exist_ok=True)
        remove(partial)
        if not final.suffix:
            partial.mkdir()
    try:
        yield tuple(partials)
        for partial in partials:
            if not partial.exists():
                raise FileNotFoundError(f"{partial} was never written")
        ranks.wait()
        for final, partial in zip(finals, partials, strict=True):
            remove(final)
            os.replace(partial, final)
    finally:
        for partial in partials:
            remove(partial)


@contextmanager
def _thrown_away(finals: list[Path]) -> Iterator[tuple[Path, ...]]:
    """Places like those of `outputs`, gone after the block."""
    with tempfile.TemporaryDirectory(prefix="floodmark-") as folder:
        places = [Path(folder, str(number), final.name) for number, final in enumerate(finals)]
        for place in places:
            (place.parent if place.suffix else place).mkdir(parents=True)
        yield tuple(places)


def work_folder(*parts: str) -> Path:
    """Where work in progress and what need not be computed twice lie, in the project that experiments belong to."""
    return Path(os.environ.get("DVC_ROOT", ".")).joinpath(".dvc", "tmp", "floodmark", *parts)


def remove(path: Path) -> None:
    """Delete a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def beside(path: Path) -> Path:
    """A hidden neighbour to write before it takes the place of `path`: nobody else's, here or in another container."""
    return path.with_name(f".partial-{secrets.token_hex(6)}-{path.name}")


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text through a neighbour, so that a killed writer leaves the old file or the new one."""
    partial = beside(path)
    partial.write_text(text, encoding="utf-8", newline="\n")
    os.replace(partial, path)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON with sorted keys, two spaces and a final newline; floats rounded to 10 digits, NaN as null."""
    write_text(path, json.dumps(_plain(content), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
        return _plain(value.item())
    if isinstance(value, float):
        return float(f"{value:.10g}") if math.isfinite(value) else None
    return value


def write_table(path: Path, table: pl.DataFrame) -> None:
    """Write a Parquet file whose bytes depend on the table alone: one row group size, one codec, no statistics.

    Statistics are left out because they repeat cell values outside the columns that a privacy audit decodes.
    """
    table.write_parquet(path, compression="zstd", compression_level=3, statistics=False, row_group_size=65536)


def write_netcdf(path: Path, dataset: xr.Dataset) -> None:
    """Write CF NetCDF-4, deflated, without time stamps; float variables as float32 with NaN for missing."""
    packing = {"zlib": True, "complevel": 2, "shuffle": True}
    encoding: dict[str, dict[str, Any]] = {}
    for name, variable in dataset.data_vars.items():
        if variable.dtype.kind == "f":
            encoding[str(name)] = {**packing, "dtype": "float32", "_FillValue": float("nan")}
        elif variable.dtype.kind in "iub" and variable.ndim:
            encoding[str(name)] = dict(packing)
    for name, coordinate in dataset.coords.items():
        if coordinate.dtype.kind == "M":
            encoding[str(name)] = {
                "units": "seconds since 1970-01-01T00:00:00",
                "dtype": "int64",
                "calendar": "standard",
            }
        elif coordinate.dtype.kind == "f":
            encoding[str(name)] = {"_FillValue": None}
    dataset.to_netcdf(path, engine="netcdf4", format="NETCDF4", encoding=encoding)
