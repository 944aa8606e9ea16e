"""Section `make_windows`: what a window holds, and what is held out of training."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from floodmark.settings.base import Section

Frames = Annotated[int, Field(ge=1, le=10080)]
"""Up to a week of one-minute frames."""

Days = tuple[date, date]
"""First and last day, both included, UTC."""

Learnt = Literal["train", "validation", "test"]


class Dates(Section):
    """Days of the archive for each purpose."""

    train: list[Days] = Field(description="[first, last] days whose storms are learnt from, UTC, both included")
    validation: list[Days] = Field(description="[first, last] days whose storms choose epochs and thresholds, UTC")
    test: list[Days] = Field(description="[first, last] days whose storms are tested on, UTC")

    def ranges(self) -> list[tuple[date, date, Learnt]]:
        """All ranges with what they are for, by their first day."""
        named: tuple[tuple[Learnt, list[Days]], ...] = (
            ("train", self.train), ("validation", self.validation), ("test", self.test),
        )  # fmt: skip
        return sorted((first, last, split) for split, days in named for first, last in days)

    @model_validator(mode="after")
    def _in_order(self) -> Dates:
        ranges = self.ranges()
        for first, last, split in ranges:
            if last < first:
                raise ValueError(f"{split} has [{first}, {last}], whose last day is before its first")
        for (_, last, one), (first, _, other) in pairwise(ranges):
            if first <= last:
                raise ValueError(f"days of {one} until {last} and of {other} from {first} overlap")
        return self


class Split(Section):
    """How the storms of an archive are shared out."""

    by: Literal["events", "dates", "blocks"] = Field(
        description="events: the last year, or the last share, is for testing; dates: the days named; blocks: blocks "
        "of time dealt in turn"
    )
    dates: Dates = Field(description="of dates: storms outside all days are predicted only")
    block_hours: float = Field(gt=0, le=87660, description="of blocks: length of a block, h")
    block_turns: list[Learnt] = Field(
        min_length=1, max_length=100, description="of blocks: what 1 to 100 blocks are for, over and over"
    )

    @model_validator(mode="after")
    def _some_days(self) -> Split:
        if self.by == "dates" and not self.dates.ranges():
            raise ValueError("by is dates, so dates must name some days, such as train: [[2007-01-01, 2007-12-31]]")
        return self


class MakeWindows(Section):
    """Windows of rain history and terrain with the depth they lead to, and leak-free splits of events and ground."""

    pattern: list[Frames] = Field(
        min_length=1,
        max_length=32,
        description="frames pooled into each rain channel, oldest first, 1 to 10080 each, for 1 to 32 channels",
    )
    reducer: Literal["mean", "max", "sum"] = Field(description="how the rates of a rain channel's frames become one")
    rain_scaling: Literal["log", "square_root", "none"] = Field(
        description="how models see a channel's rate: log(1 + rate), its square root, or as it is"
    )
    routed_pattern: Annotated[list[Frames], Field(min_length=1, max_length=8)] | Literal["channels"] = Field(
        description="lengths of 1 to 8 histories whose rain is routed down the drainage network, frames, 1 to 10080 "
        "each and at most the sum of pattern, or channels: the rain of each channel on its own",
    )
    snapshot_minutes: int = Field(ge=1, le=1440, description="one window per this many minutes of an event, min")
    lead_minutes: int = Field(ge=1, le=1440, description="lead of the task nowcast: target time minus t0, min")
    wet_depth: float = Field(gt=0, le=10, description="a cell this deep or deeper is wet, m")
    patch_cells: int = Field(ge=8, le=1024, description="side of a training window, cells, a multiple of 8")
    least_seen_share: float = Field(
        gt=0,
        le=1,
        description="least share of a training window that is seen ground, up to 1; no depth of other ground is learnt "
        "from, but a window of less than 1 shows its rain and terrain",
    )
    stride_cells: int = Field(ge=1, le=1024, description="distance between neighbouring training windows, cells")
    dry_weight: float = Field(
        gt=0, le=1, description="weight of a wholly dry window against the wettest when training draws, 0 to 1"
    )
    min_events: int = Field(
        ge=3, le=100000, description="with fewer radar events these are only predicted and generated storms are split"
    )
    split: Split = Field(description="how the storms of radar are shared out")
    test_share: float = Field(
        gt=0, lt=1, description="share of the events that is for testing where no whole last year can be, 0 to 1"
    )
    validation_share: float = Field(gt=0, lt=1, description="share of the other events that is for validation, 0 to 1")
    independence_hours: float = Field(
        ge=0, le=720, description="events closer in time than this are one storm and stay in one split, h"
    )
    block_cells: int = Field(ge=8, le=4096, description="side of the blocks that terrain is held out by, cells")
    unseen_one_in: int = Field(ge=2, le=100, description="one in this many blocks of terrain is held out of training")
    fold: int = Field(ge=0, lt=100, description="which of the blocks is held out, 0 to unseen_one_in - 1")
    guard_cells: int = Field(
        ge=0,
        le=512,
        description="width left out on both sides of seen and unseen ground, cells; for a strict test at least as far "
        "as a model reaches",
    )
    guard_upstream: float = Field(
        ge=0,
        le=1,
        description="cells of whose catchment more than this share is ground of the other kind, seen or unseen, are "
        "left out; 1 for none",
    )
    coarse_factors: list[Annotated[int, Field(ge=2, le=16)]] = Field(
        max_length=8,
        description="how many times larger cells are, 2 to 16, on which our own simulator runs beside: baselines, and "
        "with 4 the channel simulated; none where empty",
    )
    shard_mib: float = Field(ge=0.001, le=65536, description="largest file of an array, MiB, if a moment is not larger")

    @model_validator(mode="after")
    def _consistent(self) -> MakeWindows:
        if self.routed_pattern != "channels" and max(self.routed_pattern) > sum(self.pattern):
            raise ValueError(
                f"routed_pattern {self.routed_pattern} reaches beyond the {sum(self.pattern)} frames of pattern"
            )
        if self.patch_cells % 8:
            raise ValueError(f"patch_cells {self.patch_cells} must be a multiple of 8")
        if self.fold >= self.unseen_one_in:
            raise ValueError(f"fold {self.fold} must be below unseen_one_in {self.unseen_one_in}")
        return self

    @property
    def frames(self) -> int:
        """Length of the rain history, frames."""
        return sum(self.pattern)

    @property
    def routed_spans(self) -> list[tuple[int, int]]:
        """First frame and the one after the last, of the history, whose rain each routed channel holds."""
        if self.routed_pattern == "channels":
            ends = [sum(self.pattern[: index + 1]) for index in range(len(self.pattern))]
            return [(end - size, end) for end, size in zip(ends, self.pattern, strict=True)]
        return [(self.frames - length, self.frames) for length in self.routed_pattern]
