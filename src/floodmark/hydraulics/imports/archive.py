"""Which depths lie in the folder of imports, event by event, and in what format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from floodmark.errors import UserError
from floodmark.hydraulics.files import OWN
from floodmark.hydraulics.imports.ascii_grid import AsciiSeries, AsciiStream
from floodmark.hydraulics.imports.geotiff import TiffBands, TiffSeries
from floodmark.hydraulics.imports.netcdf import NetcdfFile
from floodmark.hydraulics.imports.source import natural, stem
from floodmark.progress import say

if TYPE_CHECKING:
    from pathlib import Path

    from floodmark.hydraulics.imports.source import Source
    from floodmark.settings.make_water import Imports

NETCDF, TIFF, ASCII = "NetCDF", "GeoTIFF", "ESRI ASCII"
ENDINGS = {".nc": NETCDF, ".tif": TIFF, ".tiff": TIFF, ".asc": ASCII, ".asc.gz": ASCII}


def find_imports(folder: Path, settings: Imports) -> dict[str, Source]:
    """The depths of every event, by its name; what is in no known format is passed over and named.

    Raises:
        UserError: naming two that are called alike, a folder of several formats or none, or an empty file.
    """
    found: dict[str, Source] = {}
    paths = (
        sorted(path for path in folder.iterdir() if path.name[0] != "." and path.name not in OWN)
        if folder.is_dir()
        else []
    )
    passed = [path.name for path in paths if not path.is_dir() and _format(path) is None]
    if passed:
        say(f"{folder}: passed over, for no depths end so: {', '.join(passed)}")
    for path in paths:
        if path.name in passed:
            continue
        name = path.name if path.is_dir() else stem(path)
        if name in found:
            raise UserError(f"{folder}: {found[name].path.name} and {path.name} are both depths of {name}: remove one")
        found[name] = _folder(path, settings) if path.is_dir() else _file(path, settings)
    return found


def _format(path: Path) -> str | None:
    return next((kind for ending, kind in ENDINGS.items() if path.name.lower().endswith(ending)), None)


def _file(path: Path, settings: Imports) -> Source:
    _require_content(path)
    match _format(path):
        case "NetCDF":
            return NetcdfFile(path)
        case "GeoTIFF":
            return TiffBands(path, settings)
        case _:
            return AsciiStream(path, settings)


def _folder(path: Path, settings: Imports) -> Source:
    inside = [file for file in path.iterdir() if not file.name.startswith(".")]
    files = sorted((file for file in inside if file.is_file() and _format(file) in (TIFF, ASCII)), key=natural)
    kinds = {_format(file) for file in files}
    if len(kinds) != 1:
        raise UserError(
            f"{path}: holds {' and '.join(sorted(map(str, kinds))) or 'no .tif, .asc or .asc.gz'}, must hold the "
            "depths of one event as files of one format; NetCDF lies beside the folders"
        )
    for file in files:
        _require_content(file)
    return (TiffSeries if kinds == {TIFF} else AsciiSeries)(path, files, settings)


def _require_content(path: Path) -> None:
    if path.stat().st_size == 0:
        raise UserError(f"{path}: is empty: write or copy it again, or remove it")
