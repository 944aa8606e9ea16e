"""Section `ingest_radar`: how frames of many files become unbroken sequences."""

from __future__ import annotations

from pydantic import Field

from floodmark.settings.base import Section


class IngestRadar(Section):
    """The clock of the archive and what is believed of its frames."""

    time_step: int = Field(ge=1, le=1440, description="time between frames, minutes, 1 to 1440")
    max_gap: int = Field(
        ge=0,
        le=1440,
        description="longest run of absent frames that is interpolated, minutes; longer breaks a sequence",
    )
    max_rainfall_rate: float = Field(
        gt=0, le=2000, description="highest believed rate, mm h-1, up to 2000; cells above it are taken as missing"
    )
