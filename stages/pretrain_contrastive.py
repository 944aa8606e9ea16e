"""Rain with terrain and water are encoded so that pairs lie close, and whether unseen ones do is judged."""

from pathlib import Path

from floodmark.settings.pretrain_contrastive import PretrainContrastive
from floodmark.settings.random import Random
from floodmark.stage import stage


@stage(shared=True, random=Random, pretrain_contrastive=PretrainContrastive)
def main(random: Random, pretrain_contrastive: PretrainContrastive) -> None:
    """Rain with terrain and water are encoded so that pairs lie close, and whether unseen ones do is judged."""
    from floodmark.learning.work import resumable
    from floodmark.storage import outputs
    from floodmark.water.contrastive import pretraining

    with resumable("pretrain_contrastive") as work, outputs("outputs/water/contrastive") as (folder,):
        pretraining.pretrain(Path("outputs/windows"), folder, pretrain_contrastive, random.seed, work)


if __name__ == "__main__":
    main()
