"""Section `make_water`: where depths come from, how water runs over the ground, and which of it is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from floodmark.settings.base import Section


def _a_date(text: str) -> str:
    datetime.fromisoformat(text)
    return text


Minute = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d$"), AfterValidator(_a_date)]
"""UTC to the minute. YAML makes a date of one with seconds, which DVC cannot keep."""


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
    manning_n: float = Field(gt=0, le=1, description="Manning's roughness of the ground, s m-1/3, up to 1")
    runoff_coefficient: float = Field(ge=0, le=1, description="part of the rain that runs off; the rest soaks away")
    edge_slope: float = Field(
        ge=0, le=1, description="slope of the ground beyond the grid's edges, down which water leaves; 0 closes them"
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
    imports: Imports
