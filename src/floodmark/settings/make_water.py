"""Section `make_water`: how water runs over the ground, and which of it is kept."""

from __future__ import annotations

from pydantic import Field

from floodmark.settings.base import Section


class MakeWater(Section):
    """Physics, numerics and the clock of the simulation."""

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
    recession: int = Field(ge=0, le=10080, description="how long water runs on after the last rain frame, minutes")
    min_frames: int = Field(ge=2, le=100000, description="shorter radar sequences are no event")
    max_missing_share: float = Field(
        ge=0, le=1, description="events with a larger share of missing rain are left out; missing rain counts as none"
    )
    wet_depth: float = Field(gt=0, le=10, description="depth from which the ledger counts a cell as wet, m")
