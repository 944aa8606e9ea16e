"""GeoTIFFs of depth: one a time in a folder, or one with a band a time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.hydraulics.imports.check import fallback_crs, require_grid
from floodmark.hydraulics.imports.source import Mark, damaged, in_metres, stem, to_metres
from floodmark.radar.crs import canonical_crs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.settings.make_water import Imports


class TiffSeries:
    """A folder of GeoTIFFs of one band.

    Args:
        path: The folder.
        files: In order.
        settings: Unit and CRS where a file states none.
    """

    def __init__(self, path: Path, files: list[Path], settings: Imports) -> None:
        self.path, self._files, self._settings = path, files, settings

    def marks(self) -> list[Mark]:
        """One for each file, called as it is."""
        return [Mark(str(file), stem(file)) for file in self._files]

    def layers(self, study: Grid) -> Iterator[NDArray[np.float32]]:
        """The one band of each file, m."""
        for file in self._files:
            with _opened(file) as source:
                if source.count != 1:
                    raise UserError(
                        f"{file}: has {source.count} bands: in a folder each file must have one; with a band a time "
                        f"it belongs beside the folder, as {self.path.name}.tif"
                    )
                yield _layer(source, 1, study, self._settings, str(file))


class TiffBands:
    """One GeoTIFF with a band a time.

    Args:
        path: The file.
        settings: Unit and CRS where it states none.
    """

    def __init__(self, path: Path, settings: Imports) -> None:
        self.path, self._settings = path, settings

    def marks(self) -> list[Mark]:
        """One for each band, called by its description."""
        with _opened(self.path) as source:
            return [
                Mark(f"{self.path}, band {number}", text or "") for number, text in enumerate(source.descriptions, 1)
            ]

    def layers(self, study: Grid) -> Iterator[NDArray[np.float32]]:
        """Every band, m."""
        with _opened(self.path) as source:
            for number in range(1, source.count + 1):
                yield _layer(source, number, study, self._settings, f"{self.path}, band {number}")


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    import rasterio
    from rasterio.errors import RasterioError

    try:
        # A file of another kind is none by its name alone.
        with rasterio.open(path, driver="GTiff") as source:
            yield source
    except (RasterioError, OSError) as error:
        # Rasterio's own words only point to GDAL's, which say where the file ends.
        raise damaged(path, "GeoTIFF", error.__cause__ or error) from error


def _layer(source: Any, band: int, study: Grid, settings: Imports, where: str) -> NDArray[np.float32]:
    from rasterio.errors import CRSError

    transform = source.transform
    if transform.b or transform.d or transform.a <= 0 or abs(transform.a + transform.e) > 1e-6 * transform.a:
        raise UserError(f"{where}: must be north up, not rotated, of square cells, found {transform!r}: warp it first")
    try:
        crs = fallback_crs(settings, study) if source.crs is None else canonical_crs(source.crs)
    except CRSError as error:
        raise UserError(f"{where}: its CRS is not known to PROJ ({error})") from error
    require_grid(Grid(crs, transform.c, transform.f, transform.a, *source.shape), study, where)
    values = np.ma.asarray(source.read(band, masked=True))
    scale, offset = source.scales[band - 1], source.offsets[band - 1]
    if (scale, offset) != (1.0, 0.0):
        values = values.astype(np.float64) * scale + offset
    kept = np.ma.filled(values.astype(np.promote_types(values.dtype, np.float32)), np.nan)
    return in_metres(np.asarray(kept), to_metres(source.units[band - 1] or settings.units, where))
