"""ESRI ASCII grids, one a file or many in one stream, gzipped or not, as HAIL-CAESAR and others write them.

Words are read, not lines: between them may be blanks, tabs or ends of lines, and a row may be broken. One grid is in
memory at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.hydraulics.imports.check import fallback_crs, require_grid
from floodmark.hydraulics.imports.source import Mark, in_metres, stem, to_metres
from floodmark.hydraulics.imports.words import Words, chunks, is_number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.settings.make_water import Imports

CORNERS = {"xllcorner": 0.0, "yllcorner": 0.0, "xllcenter": 0.5, "yllcenter": 0.5}
KEYS = {"ncols", "nrows", "cellsize", "nodata_value", *CORNERS}
USUAL_NODATA = -9999.0
"""Where a header names none, as ESRI has it."""

DIGITS = 1e-5
"""Values of six digits round what the header spells out, such as -2147483648."""


@dataclass(frozen=True)
class Header:
    """Where a grid lies: lower left corner and cell size in CRS units, and what stands for no data."""

    rows: int
    columns: int
    west: float
    south: float
    cell_size: float
    nodata: float

    def grid(self, crs: str) -> Grid:
        """The same as a Grid."""
        return Grid(crs, self.west, self.south + self.rows * self.cell_size, self.cell_size, self.rows, self.columns)


class AsciiSeries:
    """A folder of grids, one a file.

    Args:
        path: The folder.
        files: In order.
        settings: Unit and CRS.
    """

    def __init__(self, path: Path, files: list[Path], settings: Imports) -> None:
        self.path, self._files, self._settings = path, files, settings

    def marks(self) -> list[Mark]:
        """One for each file, called as it is."""
        return [Mark(str(file), stem(file)) for file in self._files]

    def layers(self, study: Grid) -> Iterator[NDArray[np.float32]]:
        """The one grid of each file, m."""
        for file in self._files:
            words = Words(file)
            yield _layer(words, study, self._settings, str(file))
            if words.peek() is not None:
                raise UserError(f"{file}: holds more than one grid: in a folder each file must hold one")


class AsciiStream:
    """Grids one after the other in one file.

    Args:
        path: The file.
        settings: Unit and CRS.
    """

    def __init__(self, path: Path, settings: Imports) -> None:
        self.path, self._settings = path, settings

    def marks(self) -> list[Mark]:
        """One for each header."""
        count, tail = 0, b""
        for chunk in chunks(self.path):
            text = tail + chunk.lower()
            count, tail = count + text.count(b"ncols"), text[-4:]
        if count == 0:
            raise UserError(f"{self.path}: holds no grid: an ESRI ASCII grid begins with ncols")
        return [Mark(f"{self.path}, grid {number}") for number in range(1, count + 1)]

    def layers(self, study: Grid) -> Iterator[NDArray[np.float32]]:
        """Every grid, m."""
        words, number = Words(self.path), 0
        while words.peek() is not None:
            number += 1
            yield _layer(words, study, self._settings, f"{self.path}, grid {number}")


def _layer(words: Words, study: Grid, settings: Imports, where: str) -> NDArray[np.float32]:
    header = read_header(words, where)
    require_grid(header.grid(fallback_crs(settings, study)), study, where)
    values = read_values(words, header, where)
    values[np.isclose(values, header.nodata, rtol=DIGITS, atol=0)] = np.nan
    return in_metres(values, to_metres(settings.units, where))


def read_header(words: Words, where: str) -> Header:
    """Keys in any order and case, up to the first word that begins with no letter, or the first NaN.

    Raises:
        UserError: naming a key that is unknown, missing or wrong.
    """
    found: dict[str, float] = {}
    while (word := words.peek()) is not None and word[:1].isalpha() and not is_number(word):
        key = word[:40].decode("ascii", "replace").lower()
        if key not in KEYS or key in found:
            raise UserError(f"{where}: header has {key!r}{' twice' if key in found else ''}, known are {_known()}")
        _, *value = words.take(2)
        if not value or not is_number(value[0]):
            said = value[0][:40].decode("ascii", "replace") if value else "nothing"
            raise UserError(f"{where}: header has {key} {said}, must be a number")
        found[key] = float(value[0])
    return _header(found, where)


def _known() -> str:
    return "ncols, nrows, xllcorner or xllcenter, yllcorner or yllcenter, cellsize, NODATA_value"


def _header(found: dict[str, float], where: str) -> Header:
    size = found.get("cellsize", np.nan)
    west, south = (
        next((found[key] - CORNERS[key] * size for key in (f"{axis}llcorner", f"{axis}llcenter") if key in found), None)
        for axis in "xy"
    )
    lacking = {"ncols", "nrows", "cellsize"} - set(found)
    if lacking or west is None or south is None:
        raise UserError(f"{where}: header has {', '.join(found) or 'nothing'}, must have {_known()}")
    columns, rows = found["ncols"], found["nrows"]
    if not all(value >= 1 and value == np.floor(value) for value in (columns, rows)) or not 0 < size < np.inf:
        raise UserError(
            f"{where}: header has ncols {columns:g}, nrows {rows:g}, cellsize {size:g}: must be whole numbers and a "
            "length above 0"
        )
    if not np.isfinite([columns, rows, west, south]).all():
        raise UserError(f"{where}: header has a value that is not finite")
    return Header(int(rows), int(columns), west, south, size, found.get("nodata_value", USUAL_NODATA))


def read_values(words: Words, header: Header, where: str) -> NDArray[np.float64]:
    """The values of one grid, shape (rows, columns), as written.

    Raises:
        UserError: if there are too few or too many, saying how many rows there are, or one is no number.
    """
    wanted = header.rows * header.columns
    taken = words.take(wanted)
    try:
        values = np.array(list(map(float, taken)))
    except ValueError:
        bad = next(place for place, word in enumerate(taken) if not is_number(word))
        if taken[bad].lower().decode("ascii", "replace") not in KEYS:
            raise UserError(
                f"{where}: row {bad // header.columns + 1} holds {taken[bad][:40].decode('ascii', 'replace')!r}, must "
                "be numbers with a decimal point"
            ) from None
        values = np.empty(bad)
    if len(values) < wanted:
        rows, more = divmod(len(values), header.columns)
        raise UserError(
            f"{where}: cut short: {rows} rows{f' and {more} values' if more else ''} found, {header.rows} rows of "
            f"{header.columns} expected: write or copy it again"
        )
    following = words.peek()
    if following is not None and is_number(following):
        raise UserError(f"{where}: more values than {header.rows} rows of {header.columns}: mend its ncols and nrows")
    return values.reshape(header.rows, header.columns)
