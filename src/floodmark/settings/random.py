"""Section `random`: where every draw of the pipeline begins."""

from pydantic import Field

from floodmark.settings.base import Section


class Random(Section):
    """The one seed; each stage derives its own streams from it."""

    seed: int = Field(ge=0, lt=2**32, description="seed of every random draw, 0 to 4294967295")
