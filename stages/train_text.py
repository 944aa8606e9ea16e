"""A classifier of the text alone, on word vectors: lstm or transformer."""

from pathlib import Path

from floodmark.settings.random import Random
from floodmark.settings.train_text import TrainText
from floodmark.stage import stage


@stage(argument="model", shared=True, random=Random, train_text=TrainText)
def main(random: Random, train_text: TrainText, model: str) -> None:
    """A classifier of the text alone, on word vectors: lstm or transformer."""
    from floodmark.learning.work import resumable
    from floodmark.sentiment.text_models import train_text as train
    from floodmark.storage import outputs

    tweets, vectors = Path("outputs/tweets/labelled.parquet"), Path("data/vectors")
    with resumable(f"train_text@{model}") as work, outputs(f"outputs/sentiment/text/{model}") as (folder,):
        train(model, tweets, vectors, folder, train_text, random.seed, work)


if __name__ == "__main__":
    main()
