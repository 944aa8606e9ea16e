"""Every model of sentiment against human judgement, beside its baselines."""

from pathlib import Path

from floodmark.settings.augment import Confidences
from floodmark.settings.evaluate_human import EvaluateHuman
from floodmark.settings.random import Random
from floodmark.stage import stage


@stage(random=Random, augment=Confidences, evaluate_human=EvaluateHuman)
def main(random: Random, augment: Confidences, evaluate_human: EvaluateHuman) -> None:
    """Every model of sentiment against human judgement, beside its baselines."""
    from floodmark.sentiment.judging import evaluate
    from floodmark.storage import outputs

    root = Path("outputs/sentiment")
    with outputs(root / "confusion", root / "human.csv", root / "metrics.json") as (confusion, table, metrics):
        evaluate(
            Path("outputs/tweets/human.parquet"),
            Path("outputs/tweets/judged.parquet"),
            root,
            Path("outputs/embeddings"),
            augment.names(),
            confusion,
            table,
            metrics,
            evaluate_human,
            random.seed,
        )


if __name__ == "__main__":
    main()
