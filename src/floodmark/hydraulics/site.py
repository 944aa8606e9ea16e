"""The ground that all events of a study share: its heights, its roughness, its edges, and the water already there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.errors import UserError
from floodmark.grid import Grid, resample
from floodmark.hydraulics.edges import CLOSED, SIDES, Edge
from floodmark.hydraulics.files import INFLOWS, INITIAL, ROUGHNESS
from floodmark.hydraulics.inflows import Inflow, read_inflows
from floodmark.hydraulics.runoff import soil_of
from floodmark.hydraulics.water import Physics, Water
from floodmark.progress import say
from floodmark.radar.crs import canonical_crs
from floodmark.terrain.routing import drainage

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.hydraulics.edges import Edges
    from floodmark.settings.make_water import MakeWater


@dataclass(frozen=True)
class Site:
    """What no event changes.

    Attributes:
        elevation: m, shape of the grid, NaN where there is no ground.
        grid: Of terrain and water.
        manning_n: s m-1/3, one number or the shape of the grid.
        edges: West, east, north and south.
        physics: Of the water.
        depth: Water before the rain, m, shape of the grid.
        inflows: Hydrographs at points.
    """

    elevation: NDArray[np.floating]
    grid: Grid
    manning_n: float | NDArray[np.floating]
    edges: Edges
    physics: Physics
    depth: NDArray[Any]
    inflows: list[Inflow]

    @property
    def solid(self) -> NDArray[np.bool_]:
        """Cells without ground."""
        solid: NDArray[np.bool_] = ~np.isfinite(self.elevation)
        return solid

    def water(self) -> Water:
        """The water of a new event, with its peaks kept."""
        return Water(
            self.elevation, self.grid.cell_size, manning_n=self.manning_n, edges=self.edges, physics=self.physics,
            depth=self.depth, peaks=True,
        )  # fmt: skip


def make_site(elevation: NDArray[np.floating], grid: Grid, folder: Path, settings: MakeWater) -> Site:
    """The site of a terrain, with what the folder holds and the params ask for, after its spin-up.

    Args:
        elevation: m, shape of the grid.
        grid: Of terrain and water.
        folder: May hold manning_n.tif, initial_depth.tif and inflows.csv.
        settings: Section `make_water`.

    Raises:
        UserError: if a file that the params ask for is absent, unreadable or implausible.
    """
    ground = np.isfinite(elevation)
    roughness: float | NDArray[np.float32]
    if settings.manning_n == "raster":
        roughness = _raster(folder / ROUGHNESS, grid, ground, "make_water.manning_n", (1e-4, 1.0))
    else:
        roughness = settings.manning_n
    inflows = read_inflows(folder / INFLOWS, grid, ground) if settings.inflows else []
    depth = np.zeros(grid.shape, np.float32)
    if settings.initial_water == "raster":
        depth = _raster(folder / INITIAL, grid, ground, "make_water.initial_water", (0.0, 1000.0))
    elif settings.initial_water == "ponds":
        depth = np.where(ground, drainage(elevation).filled - elevation.astype(np.float32), 0).astype(np.float32)
    edges = edges_of(settings)
    _say_levels(edges, elevation)
    conductivity, wetting = soil_of(settings.losses)
    physics = Physics(
        courant=settings.courant, froude=settings.froude, theta=settings.theta, longest_step=settings.longest_step,
        conductivity=conductivity, wetting=wetting, advection=settings.advection, precision=settings.precision,
    )  # fmt: skip
    site = Site(elevation, grid, roughness, edges, physics, np.where(ground, depth, 0), inflows)
    return site if settings.initial_water == "dry" else _settled(site, settings.spin_up * 60)


def edges_of(settings: MakeWater) -> Edges:
    """The edges as the solver knows them."""
    found = []
    for side in SIDES:
        edge = getattr(settings.edges, side)
        found.append({"closed": CLOSED, "free": Edge(slope=edge.slope), "level": Edge(level=edge.level)}[edge.kind])
    west, east, north, south = found
    return west, east, north, south


def _say_levels(edges: Edges, elevation: NDArray[np.floating]) -> None:
    """Say where a level beyond an edge and the ground there have little to do with one another."""
    rims = (elevation[:, 0], elevation[:, -1], elevation[0], elevation[-1])
    for side, edge, rim in zip(SIDES, edges, rims, strict=True):
        if edge.level is None or not np.isfinite(rim).any():
            continue
        low, high, top = float(np.nanmin(rim)), float(np.nanmax(rim)), float(np.nanmax(elevation))
        what = "below the whole edge: water only leaves there" if edge.level <= low else "above all the ground"
        if edge.level <= low or edge.level > top:
            say(f"make_water.edges.{side}.level = {edge.level:g} m is {what} (the edge is {low:g} to {high:g} m)")


def _settled(site: Site, seconds: int) -> Site:
    """The site after its initial water ran for a while without rain or soil; hollows keep what they hold."""
    if seconds == 0 or not (site.depth.any() or any(edge.level is not None for edge in site.edges)):
        return site
    physics = Physics(**{**site.physics.__dict__, "conductivity": 0.0})
    water = Water(
        site.elevation, site.grid.cell_size, manning_n=site.manning_n, edges=site.edges, physics=physics,
        depth=site.depth,
    )  # fmt: skip
    water.advance(np.zeros(site.grid.shape, np.float32), seconds)
    return Site(**{**site.__dict__, "depth": np.array(water.depth)})


def _raster(
    path: Path, grid: Grid, ground: NDArray[np.bool_], asked: str, allowed: tuple[float, float]
) -> NDArray[np.float32]:
    """One band on the grid, by area, with a plausible value wherever there is ground."""
    import rasterio
    from rasterio.errors import RasterioError

    if not path.exists():
        raise UserError(f"{asked} = raster needs {path} (floodmark simulate: in --extras), which is absent")
    try:
        with rasterio.open(path) as source:
            values = source.read(1, masked=True).astype(np.float32).filled(np.nan)
            transform, crs = source.transform, source.crs
    except RasterioError as error:
        raise UserError(f"{path}: cannot be read as a raster ({error.__cause__ or error})") from error
    if crs is None:
        raise UserError(f"{path}: has no CRS: assign one with `gdal_edit.py -a_srs`")
    own = Grid(canonical_crs(crs), transform.c, transform.f, transform.a, *values.shape)
    if own != grid:
        values = resample(values, own, grid, "average" if own.cell_size < grid.cell_size else "nearest")
    wrong = ground & ~((values >= allowed[0]) & (values <= allowed[1]))
    if wrong.any():
        row, column = (int(index[0]) for index in np.nonzero(wrong))
        raise UserError(
            f"{path}: {int(wrong.sum())} cells with ground have no value within {allowed[0]:g} to {allowed[1]:g}, the "
            f"first at ({grid.x[column]:g}, {grid.y[row]:g}): {values[row, column]:g}"
        )
    # Faces and edges beside cells without ground take the mean of both sides, so the others' middle does least harm.
    usual = float(np.median(values[ground])) if ground.any() else allowed[0]
    return np.where(ground, values, usual).astype(np.float32)
