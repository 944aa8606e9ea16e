"""Section `generate_storms`: made-up storms that give a model more to learn from than a short archive holds."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from floodmark.settings.base import Section

if TYPE_CHECKING:
    from collections.abc import Sequence

Depth = Annotated[float, Field(gt=0, le=2000)]
Minutes = Annotated[float, Field(ge=1, le=10080)]
Cells = Annotated[float, Field(ge=1, le=1000)]
Radius = Annotated[float, Field(ge=0.1, le=500)]
Speed = Annotated[float, Field(gt=0, le=100)]
Heading = Annotated[float, Field(ge=-360, le=720)]
Share = Annotated[float, Field(ge=0, le=1)]
Years = Annotated[float, Field(gt=1, le=10000)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
"""Of a file, too: one is called after each storm."""


class Climate(Section):
    """What the storms of one kind are drawn from; each span is the least and the most of an even draw."""

    count: int = Field(ge=0, le=10000, description="storms of this kind, 0 to 10000")
    total: tuple[Depth, Depth] = Field(
        description="mean depth of rain over the study's ground, mm, least and most, above 0 to 2000"
    )
    peak: float = Field(gt=0, le=500, description="highest rate of any cell, mm h-1, up to 500; more is cut off")
    duration: tuple[Minutes, Minutes] = Field(description="length of the rain, minutes, least and most, 1 to 10080")
    cells: tuple[Cells, Cells] = Field(description="rain cells of a storm, least and most, 1 to 1000")
    radius: tuple[Radius, Radius] = Field(
        description="radius of a rain cell, one standard deviation, km, least and most, 0.1 to 500"
    )
    scatter: float = Field(ge=0, le=500, description="spread of the rain cells about the storm's centre, km, 0 to 500")
    life: tuple[Minutes, Minutes] = Field(
        description="from a rain cell's growth to its decay, minutes, least and most, 1 to 10080"
    )
    speed: tuple[Speed, Speed] = Field(description="of the storm, m s-1, least and most, above 0 to 100")
    direction: tuple[Heading, Heading] = Field(
        description="towards which it moves, degrees clockwise from north, least and most, -360 to 720"
    )
    spread: float = Field(ge=0, le=2, description="standard deviation of the logarithm of the cells' intensities")
    noise: float = Field(ge=0, le=2, description="standard deviation of the logarithm of the texture within cells")
    noise_length: float = Field(gt=0, le=100, description="distance over which the texture is alike, km")

    @model_validator(mode="after")
    def _ordered(self) -> Climate:
        for name in ("total", "duration", "cells", "radius", "life", "speed", "direction"):
            least, most = getattr(self, name)
            if least > most:
                raise ValueError(f"{name} = [{least:g}, {most:g}] must have the least first")
        return self


class Fitted(Section):
    """A climate estimated from the archive: what is an event, and how it is measured."""

    count: int = Field(ge=0, le=10000, description="storms of the climate fitted to the archive, 0 to 10000; 0: no fit")
    least_events: int = Field(
        ge=3, le=100000, description="wet events that a fit needs, 3 to 100000; with fewer there is none"
    )
    wet_rate: float = Field(gt=0, le=50, description="mean rate over the ground from which it is wet, mm h-1, to 50")
    dry_gap: int = Field(ge=0, le=10080, description="longest dry time within an event, minutes, 0 to 10080")
    quantiles: tuple[Share, Share] = Field(
        description="of what the events have: the least and the most of each span, 0 to 1"
    )
    smoothing: float = Field(
        gt=0, le=100, description="deviation of the Gaussian that smooths fields before cells are sought, km, up to 100"
    )
    motion_lag: int = Field(
        ge=1, le=1440, description="time between the frames that motion and life are read from, minutes, 1 to 1440"
    )
    fastest: float = Field(gt=0, le=100, description="fastest motion that is looked for, m s-1, above 0 to 100")
    spread: float = Field(
        ge=0,
        le=2,
        description="deviation of the logarithm of the cells' intensities: an archive does not show it, 0 to 2",
    )
    corrections: int = Field(
        ge=0, le=20, description="rounds in which storms of the fit are measured and the fit is mended, 0 to 20"
    )
    simulated: int = Field(ge=3, le=1000, description="storms simulated in each of these rounds, 3 to 1000")

    @model_validator(mode="after")
    def _ordered(self) -> Fitted:
        least, most = self.quantiles
        if least >= most:
            raise ValueError(f"quantiles = [{least:g}, {most:g}] must have the least first")
        return self


class DesignStorm(Section):
    """A storm of a set return period: its table of depths, and how it is shaped in time."""

    durations: list[Minutes] = Field(
        min_length=2, max_length=64, description="columns of the table, minutes, increasing, 1 to 10080"
    )
    return_periods: list[Years] = Field(
        min_length=1, max_length=64, description="rows of the table, years, increasing, above 1 to 10000"
    )
    depths: list[list[Depth]] = Field(
        min_length=1, max_length=64, description="point depths, mm, a row a return period, a column a duration, to 2000"
    )
    return_period: Years = Field(description="of the storm, years, within the table's")
    duration: Minutes = Field(description="of the storm, minutes, within the table's, a multiple of time_step")
    peak_position: Share = Field(description="where in the storm its peak lies, 0 (start) to 1 (end); 0.5: the middle")
    areal_reduction: float = Field(
        gt=0, le=1, description="mean depth over the ground as a part of the depth at a point, above 0 to 1"
    )

    @model_validator(mode="after")
    def _table(self) -> DesignStorm:
        for name in ("durations", "return_periods"):
            _require_increasing(name, getattr(self, name))
        rows, columns = len(self.return_periods), len(self.durations)
        if len(self.depths) != rows:
            raise ValueError(f"depths has {len(self.depths)} rows, must have one for each of {rows} return_periods")
        for period, row in zip(self.return_periods, self.depths, strict=True):
            if len(row) != columns:
                raise ValueError(
                    f"depths of {period:g} years has {len(row)} values, must have one for each of {columns} durations"
                )
            _require_increasing(f"depths of {period:g} years", row)
            self._require_slackening(period, row)
        self._require_rarer_deeper()
        for name, value, table in (
            ("return_period", self.return_period, self.return_periods),
            ("duration", self.duration, self.durations),
        ):
            if not table[0] <= value <= table[-1]:
                raise ValueError(
                    f"{name} = {value:g} lies outside its table, {table[0]:g} to {table[-1]:g}: depths are not "
                    "extrapolated; extend the table"
                )
        return self

    def _require_slackening(self, period: float, row: Sequence[float]) -> None:
        rates = [depth * 60 / minutes for depth, minutes in zip(row, self.durations, strict=True)]
        for at in range(1, len(rates)):
            if rates[at] > rates[at - 1] * (1 + 1e-9):
                raise ValueError(
                    f"depths of {period:g} years: {row[at]:g} mm in {self.durations[at]:g} minutes is {rates[at]:g} "
                    f"mm h-1, must be at most the {rates[at - 1]:g} of {self.durations[at - 1]:g} minutes"
                )

    def _require_rarer_deeper(self) -> None:
        for at in range(1, len(self.depths)):
            for minutes, common, rare in zip(self.durations, self.depths[at - 1], self.depths[at], strict=True):
                if rare < common:
                    raise ValueError(
                        f"depths of {self.return_periods[at]:g} years: {rare:g} mm in {minutes:g} minutes, must be at "
                        f"least the {common:g} of {self.return_periods[at - 1]:g} years"
                    )


def _require_increasing(name: str, values: Sequence[float]) -> None:
    for before, after in pairwise(values):
        if after <= before:
            raise ValueError(f"{name}: {after:g} follows {before:g}, must increase")


class GenerateStorms(Section):
    """How many storms of which climates, on which clock."""

    time_step: int = Field(ge=1, le=1440, description="time between frames, minutes, 1 to 1440")
    least_events: int = Field(
        ge=0,
        le=100000,
        description="events wanted of archive and set climates, 0 to 100000; if fewer, more of each set climate follow",
    )
    climates: dict[Name, Climate] = Field(
        description="kinds of storms by name, of 1 to 64 letters, digits, - and _, a letter or digit first"
    )
    fitted: Fitted
    design_storms: dict[Name, DesignStorm] = Field(
        description="storms of a return period by name, as climates are named; {} for none"
    )

    @model_validator(mode="after")
    def _named_apart(self) -> GenerateStorms:
        for name in self.climates:
            if name == "fitted" or name.split("-")[0] == "design":
                raise ValueError(f"climates.{name}: fitted, design and design-... name other storms; rename it")
        return self

    @model_validator(mode="after")
    def _on_the_clock(self) -> GenerateStorms:
        for name, design in self.design_storms.items():
            if design.duration % self.time_step or design.duration < 2 * self.time_step:
                raise ValueError(
                    f"design_storms.{name}.duration = {design.duration:g} must be two or more times time_step = "
                    f"{self.time_step}, and a multiple of it"
                )
            if self.time_step < design.durations[0]:
                raise ValueError(
                    f"design_storms.{name}.durations begins at {design.durations[0]:g}, must begin at time_step = "
                    f"{self.time_step} or below: the peak's depth is not extrapolated"
                )
        return self
