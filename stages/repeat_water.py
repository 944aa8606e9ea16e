"""The best water models with other seeds, and on ground that is held out in turn."""

from pathlib import Path

from floodmark.settings.evaluate_water import EvaluateWater
from floodmark.settings.make_windows import MakeWindows
from floodmark.settings.random import Random
from floodmark.settings.repeat_water import RepeatWater
from floodmark.settings.train_water import TrainWater
from floodmark.stage import stage


@stage(
    random=Random,
    make_windows=MakeWindows,
    train_water=TrainWater,
    evaluate_water=EvaluateWater,
    repeat_water=RepeatWater,
)
def main(
    random: Random,
    make_windows: MakeWindows,
    train_water: TrainWater,
    evaluate_water: EvaluateWater,
    repeat_water: RepeatWater,
) -> None:
    """The best water models with other seeds, and on ground that is held out in turn."""
    from floodmark.learning.work import resumable
    from floodmark.storage import outputs
    from floodmark.water.experiments import repeat
    from floodmark.water.experiments.derived import Origin
    from floodmark.water.experiments.trials import Place

    origin = Origin(Path("outputs/windows"), Path("outputs"), make_windows)
    names = ("seeds.csv", "folds.csv", "folds.svg")
    with resumable("repeat_water") as work, outputs(*(Path("results/water", name) for name in names)) as paths:
        place = Place(Path("outputs/water/contrastive"), evaluate_water, repeat_water.moments, work / "trials")
        repeat.repeat_water(
            origin, work / "windows", repeat.Outputs(*paths), place, train_water, repeat_water, random.seed
        )


if __name__ == "__main__":
    main()
