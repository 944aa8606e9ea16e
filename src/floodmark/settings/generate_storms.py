"""Section `generate_storms`: made-up storms that give a model more to learn from than a short archive holds."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from floodmark.settings.base import Section

Depth = Annotated[float, Field(gt=0, le=2000)]
Minutes = Annotated[float, Field(ge=1, le=10080)]
Cells = Annotated[float, Field(ge=1, le=1000)]
Radius = Annotated[float, Field(ge=0.1, le=500)]
Speed = Annotated[float, Field(gt=0, le=100)]
Heading = Annotated[float, Field(ge=-360, le=720)]
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


class GenerateStorms(Section):
    """How many storms of which climates, on which clock."""

    time_step: int = Field(ge=1, le=1440, description="time between frames, minutes, 1 to 1440")
    least_events: int = Field(
        ge=0,
        le=100000,
        description="events wanted in all, 0 to 100000; where the archive has fewer, more of each climate follow",
    )
    climates: dict[Name, Climate] = Field(
        description="kinds of storms by name, of 1 to 64 letters, digits, - and _, a letter or digit first"
    )
