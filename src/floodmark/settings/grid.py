"""Section `grid`: the ground that a study covers, and the cells it is cut into."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from floodmark.settings.base import Section

Coordinate = Annotated[float, Field(ge=-1e8, le=1e8)]
"""Wide enough for eastings that begin with the number of a zone."""

MOST_CELLS = 10**9


class GridSettings(Section):
    """One grid for terrain and water, and a coarser one, nested in it, for rain."""

    crs: str | None = Field(
        description="projected CRS in metres, as PROJ reads it, such as EPSG:27700; null for the heightmap's"
    )
    cell_size: float = Field(gt=0, le=5000, description="side of a terrain and water cell, m")
    rain_cell_size: float = Field(gt=0, le=50000, description="side of a rainfall cell, m, a multiple of cell_size")
    extent: Annotated[list[Coordinate], Field(min_length=4, max_length=4)] | None = Field(
        description="west, south, east, north in CRS units, -1e8 to 1e8 each, at most 1e9 cells of cell_size; null for "
        "the overlap of heightmap and radar"
    )

    @model_validator(mode="after")
    def _nested(self) -> GridSettings:
        ratio = self.rain_cell_size / self.cell_size
        if ratio < 1 or abs(ratio - round(ratio)) > 1e-9:
            raise ValueError(
                f"rain_cell_size {self.rain_cell_size:g} must be a whole multiple of cell_size {self.cell_size:g}"
            )
        if self.extent is not None:
            west, south, east, north = self.extent
            if west >= east or south >= north:
                raise ValueError(
                    f"extent {self.extent} must be west, south, east, north with west < east, south < north"
                )
            cells = (east - west) / self.cell_size * ((north - south) / self.cell_size)
            if cells > MOST_CELLS:
                raise ValueError(
                    f"extent {self.extent} holds {cells:.3g} cells of cell_size {self.cell_size:g}, "
                    f"must be {MOST_CELLS:.0e} at most"
                )
        return self

    @property
    def rain_factor(self) -> int:
        """How many terrain cells lie along the side of one rain cell."""
        return round(self.rain_cell_size / self.cell_size)
