"""Every water model with time to learn beside all baselines, and variants that say why some fall short."""

from pathlib import Path

from floodmark.settings.evaluate_water import EvaluateWater
from floodmark.settings.judge_water import JudgeWater
from floodmark.settings.random import Random
from floodmark.settings.train_water import TrainWater
from floodmark.stage import stage


@stage(random=Random, train_water=TrainWater, evaluate_water=EvaluateWater, judge_water=JudgeWater)
def main(
    random: Random,
    train_water: TrainWater,
    evaluate_water: EvaluateWater,
    judge_water: JudgeWater,
) -> None:
    """Every water model with time to learn beside all baselines, and variants that say why some fall short."""
    from floodmark.learning.work import resumable
    from floodmark.storage import outputs
    from floodmark.water.experiments import judge
    from floodmark.water.experiments.trials import Place

    names = ("scores.csv", "comparisons.csv", "variants.csv", "training.svg", "variants.svg")
    with resumable("judge_water") as work, outputs(*(Path("results/water", name) for name in names)) as paths:
        place = Place(Path("outputs/water/contrastive"), evaluate_water, judge_water.moments, work / "trials")
        windows, checks = Path("outputs/windows"), Path("results/water/checks.csv")
        judge.judge_water(windows, checks, judge.Outputs(*paths), place, train_water, judge_water, random.seed)


if __name__ == "__main__":
    main()
