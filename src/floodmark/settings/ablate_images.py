"""Section `ablate_images`: what photos are worth, in `results/`."""

from pydantic import Field

from floodmark.settings.base import Section


class AblateImages(Section):
    """How often each variant of CLIP's classifier is trained, and how sure its scores are."""

    repetitions: int = Field(ge=1, le=100, description="seeds with which each variant is trained, 1 to 100")
    resamples: int = Field(ge=100, le=100_000, description="bootstrap samples behind each interval, 100 to 100000")
    least_rows: int = Field(ge=1, le=10**6, description="held-out rows below which a set is not scored, 1 to 1e6")
