"""Section `embed`: photos, texts and prompts through CLIP, once each."""

from typing import Annotated

from pydantic import Field, StringConstraints

from floodmark.settings.base import Section

Prompts = Annotated[tuple[Annotated[str, StringConstraints(min_length=1, max_length=200)], ...], Field(min_length=1)]


class Embed(Section):
    """How many inputs pass the model together, and what the classes are called without training."""

    batch_size: int = Field(
        ge=1, le=65536, description="photos or texts of one block, 1 to 65536; the last is padded to this size"
    )
    negative_prompts: Prompts = Field(
        description="sentences for the negative class, 1 or more; zero-shot takes the class of the nearer ones"
    )
    positive_prompts: Prompts = Field(description="sentences for the positive class, 1 or more")
