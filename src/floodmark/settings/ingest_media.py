"""Section `ingest_media`: the form in which photos are kept."""

from __future__ import annotations

from pydantic import Field

from floodmark.settings.base import Section


class IngestMedia(Section):
    """Sizes of photos, in and out."""

    size: int = Field(ge=16, le=512, description="side of the square photos that models see, pixels, 16 to 512")
    max_megapixels: float = Field(
        gt=0, le=1000, description="a photo larger than this is refused before it is decoded, million pixels"
    )
