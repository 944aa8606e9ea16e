"""Two dense layers over CLIP, trained on tweets whose photo is sure enough."""

from pathlib import Path

from floodmark.settings.random import Random
from floodmark.settings.train_clip import TrainClip
from floodmark.stage import stage


@stage(argument="confidence", shared=True, random=Random, train_clip=TrainClip)
def main(random: Random, train_clip: TrainClip, confidence: str) -> None:
    """Two dense layers over CLIP, trained on tweets whose photo is sure enough: none, 0, 0.5, ..."""
    from floodmark.learning.work import resumable
    from floodmark.sentiment.clip_models import train_clip as train
    from floodmark.storage import outputs

    with resumable(f"train_clip@{confidence}") as work, outputs(f"outputs/sentiment/clip/{confidence}") as (folder,):
        folder.mkdir(exist_ok=True)  # 0.5 looks like a file with a suffix
        train(
            confidence,
            Path("outputs/tweets/labelled.parquet"),
            Path("outputs/augment/augmented.parquet"),
            Path("outputs/embeddings"),
            folder,
            train_clip,
            random.seed,
            work,
        )


if __name__ == "__main__":
    main()
