"""Water models and baselines are scored on unseen storms and unseen terrain, and their floods are mapped."""

from pathlib import Path

from floodmark.settings.evaluate_water import EvaluateWater
from floodmark.settings.random import Random
from floodmark.stage import stage

WATER = "outputs/water"


@stage(random=Random, evaluate_water=EvaluateWater)
def main(random: Random, evaluate_water: EvaluateWater) -> None:
    """Water models and baselines are scored on unseen storms and unseen terrain, and their floods are mapped."""
    from floodmark.storage import outputs
    from floodmark.water import evaluation

    results = (
        f"{WATER}/scores.csv",
        f"{WATER}/verification.csv",
        f"{WATER}/comparisons.csv",
        f"{WATER}/calibration.json",
        f"{WATER}/metrics.json",
        f"{WATER}/maps",
        f"{WATER}/figures",
        f"{WATER}/predictions",
    )
    with outputs(*results) as paths:
        evaluation.evaluate_water(
            Path("outputs/windows"),
            Path(WATER) / "models",
            evaluation.Results(*paths),
            evaluate_water,
            random.seed,
        )


if __name__ == "__main__":
    main()
