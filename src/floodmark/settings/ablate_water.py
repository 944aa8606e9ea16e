"""Section `ablate_water`: what the original hoped would help its temporal CNN, in `results/`."""

from pydantic import Field

from floodmark.settings.base import Section
from floodmark.settings.judge_water import Count, Moments
from floodmark.settings.make_windows import Dates


class AblateWater(Section):
    """The days of its storms, how long the variants learn, and how deep the deeper one is."""

    dates: Dates = Field(
        description="days whose storms train, choose and test; make_windows.split where no storm lies in some of them"
    )
    epochs: Count = Field(description="epochs of every variant, 1 to 10000")
    moments: Moments
    deeper: int = Field(ge=1, le=8, description="train_water.temporal_cnn.depth of the deeper variant, 1 to 8")
