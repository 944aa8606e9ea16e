"""Why text models fall short of a lexicon where people judge: size, label noise, domain, one change at a time."""

from pathlib import Path

from floodmark.settings.diagnose_text import DiagnoseText
from floodmark.settings.evaluate_human import EvaluateHuman
from floodmark.settings.label_tweets import LabelTweets
from floodmark.settings.random import Random
from floodmark.settings.train_text import TrainText
from floodmark.stage import stage


@stage(
    random=Random,
    label_tweets=LabelTweets,
    train_text=TrainText,
    evaluate_human=EvaluateHuman,
    diagnose_text=DiagnoseText,
)
def main(
    random: Random,
    label_tweets: LabelTweets,
    train_text: TrainText,
    evaluate_human: EvaluateHuman,
    diagnose_text: DiagnoseText,
) -> None:
    """Why text models fall short of a lexicon where people judge: size, label noise, domain, one change at a time."""
    from floodmark.learning.processes import cores
    from floodmark.learning.work import resumable
    from floodmark.sentiment.diagnosis.corpus import Inputs
    from floodmark.sentiment.diagnosis.diagnose import Outputs, Params, diagnose
    from floodmark.storage import outputs

    tweets, root = Path("outputs/tweets"), Path("results/sentiment")
    inputs = Inputs(
        human=tweets / "human.parquet",
        judged=tweets / "judged.parquet",
        tweets=tweets / "tweets.parquet",
        labelled=tweets / "labelled.parquet",
        vectors=Path("data/vectors"),
    )
    params = Params(label_tweets, train_text, evaluate_human, diagnose_text, random.seed)
    names = ("learning_curve.csv", "label_noise.csv", "domain.csv", "one_change.csv", "diagnosis.json")
    finals = [root / name for name in (*names, "learning_curve.svg")]
    with resumable("diagnose_text") as work, outputs(*finals) as paths:
        diagnose(inputs, Outputs(*paths), params, cores(), work)


if __name__ == "__main__":
    main()
