"""Section `embed`: photos and texts through CLIP, once each."""

from pydantic import Field

from floodmark.settings.base import Section


class Embed(Section):
    """How many inputs pass the model together."""

    batch_size: int = Field(
        ge=1, le=65536, description="photos or texts of one block, 1 to 65536; the last is padded to this size"
    )
