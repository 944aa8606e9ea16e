"""What the original hoped would help its temporal CNN, one thing at a time."""

from pathlib import Path

from floodmark.settings.ablate_water import AblateWater
from floodmark.settings.evaluate_water import EvaluateWater
from floodmark.settings.make_windows import MakeWindows
from floodmark.settings.random import Random
from floodmark.settings.train_water import TrainWater
from floodmark.stage import stage


@stage(
    random=Random,
    make_windows=MakeWindows,
    train_water=TrainWater,
    evaluate_water=EvaluateWater,
    ablate_water=AblateWater,
)
def main(
    random: Random,
    make_windows: MakeWindows,
    train_water: TrainWater,
    evaluate_water: EvaluateWater,
    ablate_water: AblateWater,
) -> None:
    """What the original hoped would help its temporal CNN, one thing at a time."""
    from floodmark.learning.work import resumable
    from floodmark.storage import outputs
    from floodmark.water.experiments import laundry
    from floodmark.water.experiments.derived import Origin
    from floodmark.water.experiments.trials import Place

    origin = Origin(Path("outputs/windows"), Path("outputs"), make_windows)
    names = ("laundry.csv", "laundry.svg")
    with resumable("ablate_water") as work, outputs(*(Path("results/water", name) for name in names)) as paths:
        place = Place(Path("outputs/water/contrastive"), evaluate_water, ablate_water.moments, work / "trials")
        laundry.ablate_water(
            origin, work / "windows", laundry.Outputs(*paths), place, train_water, ablate_water, random.seed
        )


if __name__ == "__main__":
    main()
