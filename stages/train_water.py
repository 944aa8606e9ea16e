"""A model learns depth from rain history and terrain: the task emulate first, then nowcast from its weights."""

from pathlib import Path

from floodmark.settings.random import Random
from floodmark.settings.train_water import TrainWater
from floodmark.stage import stage


@stage(argument="model", shared=True, random=Random, train_water=TrainWater)
def main(random: Random, train_water: TrainWater, model: str) -> None:
    """A model learns depth from rain history and terrain: the task emulate first, then nowcast from its weights."""
    from floodmark.learning.work import resumable
    from floodmark.storage import outputs
    from floodmark.water import training

    encoders = Path("outputs/water/contrastive")
    with resumable(f"train_water@{model}") as work, outputs(f"outputs/water/models/{model}") as (folder,):
        training.train_water(model, Path("outputs/windows"), encoders, folder, train_water, random.seed, work)


if __name__ == "__main__":
    main()
