"""The heightmap tiles of a folder: which there are, where they lie, and their elevations."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from floodmark.errors import UserError
from floodmark.progress import say
from floodmark.radar.crs import canonical_crs

if TYPE_CHECKING:
    from affine import Affine
    from numpy.typing import NDArray

    from floodmark.grid import Bounds

ASSUMED_CRS = "EPSG:27700"
"""Of ESRI ASCII grids without a .prj: British National Grid, that of OS Terrain 50."""

ENDINGS = {".tif", ".tiff", ".asc"}


@dataclass(frozen=True)
class Tile:
    """One raster, read no further than its header.

    Attributes:
        name: What to call it to a person: the file, and its member where it lies in a zip.
        address: How GDAL opens it.
        crs: EPSG code where one is known, else WKT.
        transform: From (column, row) to coordinates; north up.
        shape: (rows, columns).
    """

    name: str
    address: str
    crs: str
    transform: Affine
    shape: tuple[int, int]

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north."""
        rows, columns = self.shape
        west, north = self.transform.c, self.transform.f
        return west, north + rows * self.transform.e, west + columns * self.transform.a, north

    def elevation(self) -> NDArray[np.float32]:
        """m, shape (rows, columns), NaN where the tile says nothing.

        Raises:
            UserError: naming the tile, if its header promises more than can be read.
        """
        import rasterio
        from rasterio.errors import RasterioError

        try:
            with rasterio.open(self.address) as source:
                return np.asarray(source.read(1, masked=True).astype(np.float32).filled(np.nan), np.float32)
        except (RasterioError, OSError) as error:
            # Rasterio's own words only point to GDAL's, which say where the file ends.
            reason = error.__cause__ or error
            raise UserError(
                f"heightmap {self.name}: damaged or cut short, cannot be read to its end ({reason}): download it again"
            ) from error


def find_tiles(folder: Path) -> list[Tile]:
    """Every tile under a folder, however deep, by path, or in one file; zips are searched for rasters.

    Raises:
        UserError: naming a file that is no raster, is rotated or has no CRS, or a zip that is damaged.
    """
    found: list[Tile] = []
    for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
        name = path.relative_to(folder).as_posix() if path != folder else path.name
        if not path.is_file():
            continue
        if path.suffix.lower() in ENDINGS:
            found.append(_open(name, str(path)))
        elif path.suffix.lower() == ".zip":
            found.extend(_open(f"{name}:{member}", f"zip://{path}!{member}") for member in _members(path))
    return found


def _members(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(archive.namelist())
    except zipfile.BadZipFile as error:
        raise UserError(f"{path}: no readable zip ({error}): download it again") from error
    members = [name for name in names if Path(name).suffix.lower() in ENDINGS]
    if not members:
        raise UserError(f"{path}: holds no .asc or .tif: remove it from the heightmap folder")
    state = path.stat()
    _check_members(path, tuple(members), (state.st_size, state.st_mtime_ns))
    return members


@cache
def _check_members(path: Path, members: tuple[str, ...], state: tuple[int, int]) -> None:
    """Unpack a zip's rasters once, for GDAL searches a damaged one without end.

    `state`, size and time of change, tells a file from its successor.

    Raises:
        UserError: naming the zip and the member that is damaged.
    """
    with zipfile.ZipFile(path) as archive:
        for member in members:
            try:
                with archive.open(member) as file:
                    while file.read(1 << 20):
                        pass
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
                raise UserError(f"{path}: {member} in it is damaged ({error}): download it again") from error


def _open(name: str, address: str) -> Tile:
    import rasterio
    from rasterio.errors import RasterioIOError

    try:
        with rasterio.open(address) as source:
            crs, transform, shape = source.crs, source.transform, source.shape
    except RasterioIOError as error:
        raise UserError(f"heightmap {name}: cannot be read as a raster ({error})") from error
    if transform.b or transform.d or transform.a <= 0 or transform.e >= 0:
        raise UserError(f"heightmap {name}: must be north up and not rotated, found {transform!r}: warp it first")
    if crs is None and not name.lower().endswith(".asc"):
        raise UserError(f"heightmap {name}: has no CRS: assign one with `gdal_edit.py -a_srs`")
    if crs is None:
        _say_assumed()
    return Tile(name, address, canonical_crs(crs) if crs is not None else ASSUMED_CRS, transform, shape)


@cache
def _say_assumed() -> None:
    """Once a run, for one missing .prj comes with many."""
    say(f"heightmap grids without a .prj are taken to be in {ASSUMED_CRS}, as OS Terrain 50 is: others need a .prj")
