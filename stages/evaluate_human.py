"""Every model of sentiment against human judgement, beside its baselines."""

from pathlib import Path

from floodmark.settings.augment import Confidences
from floodmark.settings.evaluate_human import EvaluateHuman
from floodmark.settings.random import Random
from floodmark.settings.train_clip import TrainClip
from floodmark.stage import stage


@stage(random=Random, augment=Confidences, train_clip=TrainClip, evaluate_human=EvaluateHuman)
def main(random: Random, augment: Confidences, train_clip: TrainClip, evaluate_human: EvaluateHuman) -> None:
    """Every model of sentiment against human judgement, beside its baselines."""
    from floodmark.sentiment.answers import Inputs
    from floodmark.sentiment.judging import Outputs, evaluate
    from floodmark.storage import outputs

    root, tweets = Path("outputs/sentiment"), Path("outputs/tweets")
    inputs = Inputs(
        human=tweets / "human.parquet",
        judged=tweets / "judged.parquet",
        tweets=tweets / "tweets.parquet",
        labelled=tweets / "labelled.parquet",
        models=root,
        embeddings=Path("outputs/embeddings"),
        vectors=Path("data/vectors"),
    )
    names = ("confusion", "reliability", "human.csv", "classes.csv", "comparisons.csv", "metrics.json")
    with outputs(*(root / name for name in names)) as paths:
        evaluate(inputs, Outputs(*paths), augment.names(), evaluate_human, train_clip, random.seed)


if __name__ == "__main__":
    main()
