"""Whether more storms to learn from would still help the water models."""

from pathlib import Path

from floodmark.settings.curve_storms import CurveStorms
from floodmark.settings.evaluate_water import EvaluateWater
from floodmark.settings.random import Random
from floodmark.settings.train_water import TrainWater
from floodmark.stage import stage


@stage(random=Random, train_water=TrainWater, evaluate_water=EvaluateWater, curve_storms=CurveStorms)
def main(
    random: Random,
    train_water: TrainWater,
    evaluate_water: EvaluateWater,
    curve_storms: CurveStorms,
) -> None:
    """Whether more storms to learn from would still help the water models."""
    from floodmark.learning.work import resumable
    from floodmark.storage import outputs
    from floodmark.water.experiments import curve
    from floodmark.water.experiments.trials import Place

    names = ("storms.csv", "storms.svg")
    with resumable("curve_storms") as work, outputs(*(Path("results/water", name) for name in names)) as paths:
        place = Place(Path("outputs/water/contrastive"), evaluate_water, curve_storms.moments, work / "trials")
        curve.curve_storms(
            Path("outputs/windows"), curve.Outputs(*paths), place, train_water, curve_storms, random.seed
        )


if __name__ == "__main__":
    main()
