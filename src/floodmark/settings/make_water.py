"""Section `make_water`: where depths come from, how water runs over the ground, and which of it is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from floodmark.settings.base import Section


def _a_date(text: str) -> str:
    datetime.fromisoformat(text)
    return text


Minute = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d$"), AfterValidator(_a_date)]
"""UTC to the minute. YAML makes a date of one with seconds, which DVC cannot keep."""

Roughness = Annotated[float, Field(gt=0, le=1)]


class Losses(Section):
    """Which method, and the numbers of each; only those of the chosen one are used."""

    kind: Literal["none", "share", "constant", "green_ampt", "curve_number", "topmodel"] = Field(
        description="how rain is lost to the ground: none, share (runoff_coefficient), constant (infiltration_rate), "
        "green_ampt (conductivity, suction_head, moisture_deficit), curve_number (curve_number, initial_abstraction) "
        "or topmodel (topmodel_m, topmodel_start)"
    )
    runoff_coefficient: float = Field(ge=0, le=1, description="share: part of the rain that runs off")
    infiltration_rate: float = Field(
        ge=0, le=1000, description="constant: what rain and standing water lose to the ground, mm h-1, up to 1000"
    )
    conductivity: float = Field(
        ge=0, le=1000, description="green_ampt: saturated hydraulic conductivity, mm h-1, up to 1000"
    )
    suction_head: float = Field(ge=0, le=5000, description="green_ampt: suction head at the wetting front, mm")
    moisture_deficit: float = Field(
        ge=0, le=1, description="green_ampt: water that dry ground can still take, part of its volume"
    )
    curve_number: float = Field(gt=0, le=100, description="curve_number: of the Soil Conservation Service, to 100")
    initial_abstraction: float = Field(
        ge=0, le=1, description="curve_number: part of the retention that must fill first, usually 0.2 or 0.05"
    )
    topmodel_m: float = Field(
        gt=0, le=1, description="topmodel: how slowly the store drains, m, up to 1; 0.005 is flashy, 0.02 slow"
    )
    topmodel_start: float = Field(
        ge=0, le=100, description="topmodel: what the store gives before the rain, mm h-1, up to 100"
    )


class EdgeSettings(Section):
    """One edge."""

    kind: Literal["closed", "free", "level"] = Field(
        description="closed: no water passes; free: it leaves down `slope`; level: water stands beyond at `level`"
    )
    slope: float = Field(ge=0, le=1, description="free: slope of the ground beyond the edge, 0 to 1")
    level: float | None = Field(
        ge=-500, le=9000, description="level: of the water beyond, m in the datum of the heightmap; null otherwise"
    )

    @model_validator(mode="after")
    def _level_is_known(self) -> EdgeSettings:
        if self.kind == "level" and self.level is None:
            raise ValueError("kind = level needs a level, in m: it is null")
        if self.kind != "level" and self.level is not None:
            raise ValueError(f"level = {self.level:g} belongs to kind = level, and kind is {self.kind}: make it null")
        return self


class EdgesSettings(Section):
    """All four."""

    west: EdgeSettings = Field(description="the edge at the lowest eastings")
    east: EdgeSettings = Field(description="the edge at the highest eastings")
    north: EdgeSettings = Field(description="the edge at the highest northings")
    south: EdgeSettings = Field(description="the edge at the lowest northings")


class Imports(Section):
    """What files of depths do not say of themselves."""

    times: Literal["names", "minutes", "clock"] = Field(
        description="how depths other than NetCDF say their times: names (a date and time in each name), minutes "
        "(since start, ending each name) or clock (by first and interval, in their order)"
    )
    start: Minute | None = Field(
        description="start of the run for minutes and clock, UTC, as 2012-05-14T03:00; null for the event's first rain "
        "frame"
    )
    first: int = Field(
        ge=0, le=5256000, description="clock: time of the first depth after the start, minutes, 0 to 5256000"
    )
    interval: int = Field(ge=1, le=525600, description="clock: time between depths, minutes, 1 to 525600")
    units: Literal["m", "cm", "mm"] = Field(description="unit of depths that do not state theirs: m, cm or mm")
    crs: str | None = Field(
        description="CRS of depths that do not state theirs, as PROJ reads it, such as EPSG:27700; null for the study's"
    )
    max_depth: float = Field(gt=0, le=10000, description="deeper water is taken for a wrong unit and refused, m")


class MakeWater(Section):
    """Where depths come from; physics, numerics and the clock of the simulation."""

    source: Literal["simulate", "import"] = Field(
        description="simulate: depths are computed from the rain; import: they are read from data/water"
    )
    manning_n: Roughness | Literal["raster"] = Field(
        description="Manning's roughness of the ground, s m-1/3, up to 1; or `raster`: data/water/manning_n.tif"
    )
    losses: Losses = Field(description="what the ground keeps of the rain")
    edges: EdgesSettings = Field(description="what lies beyond the edges of the grid")
    initial_water: Literal["dry", "ponds", "raster"] = Field(
        description="water before the rain: none; ponds: every hollow filled to where it spills; raster: "
        "data/water/initial_depth.tif"
    )
    spin_up: int = Field(
        ge=0, le=10080, description="how long the initial water runs before the rain begins, minutes; dry needs none"
    )
    inflows: bool = Field(description="whether the hydrographs of data/water/inflows.csv flow in")
    precision: Literal["float32", "float64"] = Field(description="float32 for speed, float64 for proof")
    advection: bool = Field(
        description="whether the convective acceleration counts, which the local inertial equations leave out"
    )
    courant: float = Field(gt=0, le=1, description="part of the longest stable time step that is taken, up to 1")
    froude: float = Field(gt=0, le=5, description="highest Froude number of a flow; faster flow is held back")
    theta: float = Field(
        ge=0.85,
        le=1,
        description="weight of a discharge against its neighbours' along the flow, 0.85 to 1; 1: none of theirs",
    )
    longest_step: float = Field(gt=0, le=600, description="longest time step, s, up to 600")
    snapshot_interval: int = Field(ge=1, le=1440, description="time between the depths that are kept, minutes")
    velocity: bool = Field(description="whether the speed of the water is kept beside its depth")
    recession: int = Field(
        ge=0,
        le=10080,
        description="how long water runs on after the last rain frame, minutes; no later depth is imported",
    )
    min_frames: int = Field(ge=2, le=100000, description="shorter radar sequences are no event")
    max_missing_share: float = Field(
        ge=0, le=1, description="events with a larger share of missing rain are left out; missing rain counts as none"
    )
    wet_depth: float = Field(gt=0, le=10, description="depth from which the ledger counts a cell as wet, m")
    imports: Imports = Field(description="what files of depths do not say of themselves")
