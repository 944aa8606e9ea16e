"""A CLIP model that puts texts and photos into one space, trained from the study's tweets or given."""

from pathlib import Path

from floodmark.settings.pretrain_clip import PretrainClip
from floodmark.settings.random import Random
from floodmark.stage import stage


@stage(shared=True, random=Random, pretrain_clip=PretrainClip)
def main(random: Random, pretrain_clip: PretrainClip) -> None:
    """A CLIP model that puts texts and photos into one space, trained from the study's tweets or given."""
    from floodmark.learning.work import resumable
    from floodmark.sentiment.pretraining import pretrain
    from floodmark.storage import outputs

    tweets, media = Path("outputs/tweets/labelled.parquet"), Path("outputs/media")
    with resumable("pretrain_clip") as work, outputs("outputs/clip") as (folder,):
        pretrain(tweets, media, folder, pretrain_clip, random.seed, work)


if __name__ == "__main__":
    main()
