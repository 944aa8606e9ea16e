"""Section `report`: the page a person opens."""

from pydantic import Field

from floodmark.settings.base import Section


class Report(Section):
    """What the page says of itself."""

    title: str = Field(min_length=1, max_length=120, description="heading of the page, 1 to 120 characters")
    is_demonstration: bool = Field(description="true: the page says that its scores are no findings; false in a study")
