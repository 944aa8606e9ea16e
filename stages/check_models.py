"""Each network of water learns small tasks on handwritten digits before its score on water counts."""

from pathlib import Path

from floodmark.settings.check_models import CheckModels
from floodmark.settings.make_windows import MakeWindows
from floodmark.settings.random import Random
from floodmark.settings.train_water import TrainWater
from floodmark.stage import stage


@stage(random=Random, make_windows=MakeWindows, train_water=TrainWater, check_models=CheckModels)
def main(random: Random, make_windows: MakeWindows, train_water: TrainWater, check_models: CheckModels) -> None:
    """Each network of water learns small tasks on handwritten digits before its score on water counts."""
    from floodmark.learning.processes import cores
    from floodmark.storage import outputs
    from floodmark.water.checks import check
    from floodmark.water.checks.jobs import Params

    root = Path("results/water")
    with outputs(*(root / name for name in ("checks.csv", "checks.svg", "check_samples.png"))) as paths:
        check.check_models(check.Outputs(*paths), Params(make_windows, train_water, check_models, random.seed), cores())


if __name__ == "__main__":
    main()
