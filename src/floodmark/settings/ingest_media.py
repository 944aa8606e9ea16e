"""Section `ingest_media`: the form in which photos are kept."""

from __future__ import annotations

from pydantic import Field

from floodmark.settings.base import Section


class IngestMedia(Section):
    """Sizes of photos, in and out; which faces are blurred, and what counts as the same photo again."""

    size: int = Field(ge=16, le=512, description="side of the square photos that models see, pixels, 16 to 512")
    max_megapixels: float = Field(
        gt=0, le=178, description="a photo larger than this is refused before it is decoded, million pixels, up to 178"
    )
    face_score: float = Field(
        ge=0.05,
        le=0.9,
        description="what the detector of faces scores at least this is blurred, 0.05 to 0.9; lower finds more faces, "
        "and blurs more that is none",
    )
    face_margin: float = Field(
        ge=0, le=1, description="what is blurred beyond a face on each side, as a share of the face's side, 0 to 1"
    )
    face_side: int = Field(
        ge=256, le=4096, description="longest side at which a photo is searched for faces, pixels, 256 to 4096; larger "
        "finds smaller faces"
    )  # fmt: skip
    alike_bits: int = Field(
        ge=0,
        le=16,
        description="photos whose fingerprints differ in at most so many of 128 bits are one group, 0 to 16",
    )
