"""Section `make_windows`: what a window holds, and what is held out of training."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from floodmark.settings.base import Section

Frames = Annotated[int, Field(ge=1, le=10080)]
"""Up to a week of one-minute frames."""


class MakeWindows(Section):
    """Windows of rain history and terrain with the depth they lead to, and leak-free splits of events and ground."""

    pattern: list[Frames] = Field(
        min_length=1,
        max_length=32,
        description="frames pooled into each rain channel, oldest first, 1 to 10080 each, for 1 to 32 channels",
    )
    routed_pattern: list[Frames] = Field(
        min_length=1,
        max_length=8,
        description="lengths of 1 to 8 histories whose rain is routed down the drainage network, frames, 1 to 10080 "
        "each and at most the sum of pattern",
    )
    snapshot_minutes: int = Field(ge=1, le=1440, description="one window per this many minutes of an event, min")
    lead_minutes: int = Field(ge=1, le=1440, description="lead of the task nowcast: target time minus t0, min")
    wet_depth: float = Field(gt=0, le=10, description="a cell this deep or deeper is wet, m")
    patch_cells: int = Field(ge=8, le=1024, description="side of a training window, cells, a multiple of 8")
    stride_cells: int = Field(ge=1, le=1024, description="distance between neighbouring training windows, cells")
    dry_weight: float = Field(
        gt=0, le=1, description="weight of a wholly dry window against the wettest when training draws, 0 to 1"
    )
    min_events: int = Field(
        ge=3, le=100000, description="with fewer radar events these are only predicted and generated storms are split"
    )
    test_share: float = Field(
        gt=0, lt=1, description="share of the events that is for testing where no whole last year can be, 0 to 1"
    )
    validation_share: float = Field(gt=0, lt=1, description="share of the other events that is for validation, 0 to 1")
    independence_hours: float = Field(
        ge=0, le=720, description="events closer in time than this are one storm and stay in one split, h"
    )
    block_cells: int = Field(ge=8, le=4096, description="side of the blocks that terrain is held out by, cells")
    unseen_one_in: int = Field(ge=2, le=100, description="one in this many blocks of terrain is held out of training")
    guard_cells: int = Field(ge=0, le=512, description="width left out on both sides of seen and unseen ground, cells")

    @model_validator(mode="after")
    def _consistent(self) -> MakeWindows:
        if max(self.routed_pattern) > sum(self.pattern):
            raise ValueError(
                f"routed_pattern {self.routed_pattern} reaches beyond the {sum(self.pattern)} frames of pattern"
            )
        if self.patch_cells % 8:
            raise ValueError(f"patch_cells {self.patch_cells} must be a multiple of 8")
        return self

    @property
    def frames(self) -> int:
        """Length of the rain history, frames."""
        return sum(self.pattern)
