"""Section `curve_storms`: whether more storms to learn from would still help, in `results/`."""

from typing import Annotated

from pydantic import Field

from floodmark.settings.base import Section
from floodmark.settings.evaluate_water import Model
from floodmark.settings.judge_water import Count, Moments


class CurveStorms(Section):
    """Models and numbers of storms."""

    models: list[Model] = Field(min_length=1, max_length=6, description="models trained on every number of storms")
    storms: list[Annotated[int, Field(ge=1, le=100000)]] = Field(
        min_length=1,
        max_length=16,
        description="numbers of training storms, each 1 to 100000; those above what there is mean all",
    )
    epochs: Count = Field(description="epochs of each training, 1 to 10000")
    moments: Moments
