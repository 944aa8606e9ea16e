"""Lends photos to tweets without one, the most fitting of the same split by CLIP."""

from pathlib import Path

from floodmark.settings.augment import Augment
from floodmark.settings.random import Random
from floodmark.stage import stage


@stage(random=Random, augment=Augment)
def main(random: Random, augment: Augment) -> None:
    """Lends photos to tweets without one, the most fitting of the same split by CLIP."""
    from floodmark.sentiment.assignment import assign
    from floodmark.storage import outputs

    with outputs("outputs/augment") as (folder,):
        assign(Path("outputs/tweets/labelled.parquet"), Path("outputs/embeddings"), folder, augment, random.seed)


if __name__ == "__main__":
    main()
