"""Section `ablate_errors`: what the original's errors were worth, in `results/`."""

from pydantic import Field

from floodmark.settings.ablate_images import AblateImages
from floodmark.settings.augment import Confidence


class AblateErrors(AblateImages):
    """At which confidence photos are lent, how often each variant is trained, and how sure its scores are."""

    confidence: Confidence = Field(description="confidence of the lent photos, one of augment.min_confidences")
