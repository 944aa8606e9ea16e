"""Section `repeat_water`: the best water models with other seeds and on other ground, in `results/`."""

from pydantic import Field

from floodmark.settings.base import Section
from floodmark.settings.evaluate_water import Model
from floodmark.settings.judge_water import Count, Moments


class RepeatWater(Section):
    """Models, seeds, and how ground is held out in folds."""

    models: list[Model] = Field(min_length=1, max_length=6, description="models trained with every seed")
    epochs: Count = Field(description="epochs of each of these trainings, 1 to 10000")
    seeds: int = Field(ge=1, le=100, description="seeds that each model is trained with, 1 to 100")
    moments: Moments
    fold_models: list[Model] = Field(max_length=6, description="models trained in every fold; none where empty")
    fold_epochs: Count = Field(description="epochs of each of these trainings, 1 to 10000")
    folds: int = Field(ge=2, le=100, description="one block of ground in this many is held out, each in one fold")
    block_cells: int = Field(ge=8, le=4096, description="side of these blocks, cells")
    guard_cells: int = Field(ge=0, le=512, description="width left out on both sides of their borders, cells")
    guard_upstream: float = Field(
        ge=0, le=1, description="share of a catchment on ground of the other kind above which a cell is left out"
    )
