"""The land's half of the embedded dataset: a real heightmap and two years of made-up radar, as services publish them.

The ground is the digital elevation model of the Jacksboro fault in Tennessee that matplotlib ships (SRTM, 3", NASA and
NGA, public domain). Its stated southern and northern edges disagree with the relief: Cross Mountain, the highest
point, would lie 32 km too far north. With the stated `ymax` as the northern edge, summits and gaps are where maps
have them, so that is what is written.

The sky is generated: a first year of mostly wide, fast fronts and a second of mostly small, slow, violent storms, for a
model that has learnt from one to be judged on the other. It has the blemishes of real archives: absent frames, a sector
that the beam does not reach, one month whose rows run south to north.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.grid import Grid
from floodmark.hydraulics.storm_cells import storm
from floodmark.learning.seeds import generator
from floodmark.radar.crs import wkt
from floodmark.settings.generate_storms import Climate

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SEED = 20070720
STEP = 300
"""Time between frames, s."""

SKY = Grid("EPSG:32616", 733000.0, 4036000.0, 1000.0, 30, 28)
"""The radar's cells: the whole kilometres of UTM that lie wholly inside the heightmap, so that no ground is missing."""

FRONTAL = Climate(
    count=0, total=(8, 22), peak=60, duration=(150, 220), cells=(7, 14), radius=(4, 9), scatter=9, life=(60, 130),
    speed=(5, 12), direction=(40, 110), spread=0.5, noise=0.35, noise_length=4,
)  # fmt: skip
CONVECTIVE = Climate(
    count=0, total=(5, 16), peak=110, duration=(90, 180), cells=(2, 6), radius=(2, 4.5), scatter=5, life=(40, 100),
    speed=(1, 6), direction=(0, 360), spread=0.7, noise=0.5, noise_length=3,
)  # fmt: skip

YEARS = ((2012, 0.75), (2013, 0.3))
"""Year, and the share of its storms that are fronts."""

FIRST_YEAR_SHARE = 0.6
"""Of all storms."""

ABSENT_EVERY, BLIND_EVERY = 5, 11
"""One frame is absent in every so manieth storm; a sector is blind in every so manieth."""

SOUTH_FIRST_MONTH = (2012, 9)
NO_VALUE = -1


def write_land(folder: Path, storms: int) -> None:
    """Write `heightmap/` and `radar/` into a folder; equal arguments give equal bytes.

    Args:
        folder: A folder in the layout of `data/`.
        storms: How many storms in both years together.
    """
    for name in ("heightmap", "radar"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    write_heightmap(folder / "heightmap" / "jacksboro.tif")
    months: dict[tuple[int, int], list[tuple[np.datetime64, NDArray[np.float32]]]] = {}
    for number, (start, climate) in enumerate(calendar(storms)):
        rate = storm(climate, SKY, STEP, generator(SEED, "storm", number))
        stamp = start.astype(object)
        frames = [(start + np.timedelta64(STEP * i, "s"), frame) for i, frame in enumerate(rate)]
        months.setdefault((stamp.year, stamp.month), []).extend(_blemished(frames, number))
    for (year, month), frames in months.items():
        write_month(folder / "radar" / f"radar_{year}{month:02d}.nc", frames, (year, month) == SOUTH_FIRST_MONTH)


def calendar(storms: int) -> list[tuple[np.datetime64, Climate]]:
    """When each storm begins and what it is drawn from: a storm every few days, never two within a day."""
    random = generator(SEED, "calendar")
    first = round(storms * FIRST_YEAR_SHARE)
    found = []
    for (year, fronts), count in zip(YEARS, (first, storms - first), strict=True):
        days = np.sort(random.choice(182, count, replace=False)) * 2
        kinds = random.permutation(np.arange(count) < round(fronts * count))
        for day, front in zip(days, kinds, strict=True):
            minutes = int(day) * 1440 + 5 * int(random.integers(0, 216))
            found.append((np.datetime64(f"{year}-01-01T00:00", "s") + np.timedelta64(minutes, "m"), front))
    return [(start, FRONTAL if front else CONVECTIVE) for start, front in found]


def _blemished(
    frames: list[tuple[np.datetime64, NDArray[np.float32]]], number: int
) -> list[tuple[np.datetime64, NDArray[np.float32]]]:
    """Leave out a frame of some storms; blind a sector in two frames of others."""
    middle = len(frames) // 2
    if number % BLIND_EVERY == 3:
        rows, columns = np.indices(frames[0][1].shape)
        blind = np.degrees(np.arctan2(rows + 1, columns + 1)) < 12
        for at in (middle, middle + 1):
            frames[at] = (frames[at][0], np.where(blind, np.float32(np.nan), frames[at][1]))
    if number % ABSENT_EVERY == 2:
        del frames[middle - 3]
    return frames


def write_heightmap(path: Path) -> None:
    """Write the Jacksboro elevations as a GeoTIFF of whole metres in EPSG:4326."""
    import rasterio
    from affine import Affine

    elevation, west, north, size = jacksboro()
    profile: dict[str, Any] = {
        "driver": "GTiff", "dtype": "int16", "count": 1, "height": elevation.shape[0], "width": elevation.shape[1],
        "crs": "EPSG:4326", "transform": Affine(size, 0, west, 0, -size, north), "nodata": -32768,
        "compress": "deflate", "predictor": 2, "zlevel": 9,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        target.write(elevation, 1)


def jacksboro() -> tuple[NDArray[np.int16], float, float, float]:
    """Elevations, m, row 0 north; western and northern edge and cell size, degrees."""
    from matplotlib.cbook import get_sample_data

    stored: Any = get_sample_data("jacksboro_fault_dem.npz")
    return stored["elevation"], float(stored["xmin"]), float(stored["ymax"]), 3 / 3600


def write_month(path: Path, frames: list[tuple[np.datetime64, NDArray[np.float32]]], south_first: bool) -> None:
    """Write frames as CF NetCDF, packed to tenths of a mm h-1."""
    import netCDF4

    times = np.array([time for time, _ in frames]).astype("datetime64[m]").astype(np.int64)
    rates = np.stack([frame for _, frame in frames])
    packed = np.where(np.isnan(rates), NO_VALUE, np.rint(np.nan_to_num(rates) * 10)).astype(np.int16)
    with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
        file.setncatts({"Conventions": "CF-1.8", "title": "Generated rainfall over the Jacksboro fault; not observed"})
        for name, size in (("time", len(frames)), ("y", SKY.height), ("x", SKY.width)):
            file.createDimension(name, size)
        clock = file.createVariable("time", "i4", ("time",), zlib=True)
        clock.setncatts({"standard_name": "time", "units": "minutes since 1970-01-01 00:00:00", "calendar": "standard"})
        clock[:] = times
        for name, values in (("y", SKY.y[::-1] if south_first else SKY.y), ("x", SKY.x)):
            axis = file.createVariable(name, "f8", (name,))
            axis.setncatts({"standard_name": f"projection_{name}_coordinate", "units": "m"})
            axis[:] = values
        file.createVariable("crs", "i4").setncatts({"crs_wkt": wkt(SKY.crs)})
        rate = file.createVariable(
            "rainfall_rate", "i2", ("time", "y", "x"), fill_value=NO_VALUE, zlib=True, complevel=9, shuffle=True,
            chunksizes=(min(36, len(frames)), SKY.height, SKY.width),
        )  # fmt: skip
        rate.setncatts({"standard_name": "rainfall_rate", "units": "mm h-1", "grid_mapping": "crs"})
        rate.scale_factor = 0.1
        rate.set_auto_maskandscale(False)
        rate[:] = packed[:, ::-1] if south_first else packed
