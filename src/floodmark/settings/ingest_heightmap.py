"""Section `ingest_heightmap`: what elevations are believed."""

from __future__ import annotations

from pydantic import Field, model_validator

from floodmark.settings.base import Section


class IngestHeightmap(Section):
    """Bounds of plausible ground; a tile outside them is refused, for its unit or nodata value is wrong."""

    lowest: float = Field(ge=-12000, le=9000, description="lowest plausible elevation, m, -12000 to 9000")
    highest: float = Field(ge=-12000, le=9000, description="highest plausible elevation, m, -12000 to 9000")

    @model_validator(mode="after")
    def _ordered(self) -> IngestHeightmap:
        if self.lowest >= self.highest:
            raise ValueError(f"lowest {self.lowest:g} must be below highest {self.highest:g}")
        return self
