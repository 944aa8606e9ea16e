"""What photos are worth to CLIP's classifier, on identical tweets."""

from pathlib import Path

from floodmark.settings.ablate_images import AblateImages
from floodmark.settings.augment import Confidences
from floodmark.settings.evaluate_human import Scale
from floodmark.settings.random import Random
from floodmark.settings.train_clip import TrainClip
from floodmark.stage import stage


@stage(random=Random, augment=Confidences, train_clip=TrainClip, evaluate_human=Scale, ablate_images=AblateImages)
def main(
    random: Random,
    augment: Confidences,
    train_clip: TrainClip,
    evaluate_human: Scale,
    ablate_images: AblateImages,
) -> None:
    """What photos are worth to CLIP's classifier, on identical tweets: another's, a grey one, none."""
    from floodmark.learning.processes import cores
    from floodmark.sentiment.ablations.experiment import Outputs
    from floodmark.sentiment.ablations.images import ablate_images as ablate
    from floodmark.sentiment.ablations.material import Sources
    from floodmark.storage import outputs

    tweets, root = Path("outputs/tweets"), Path("results/sentiment")
    sources = Sources(
        tweets / "labelled.parquet", Path("outputs/augment/augmented.parquet"), Path("outputs/embeddings")
    )
    with outputs(*(root / name for name in ("images.csv", "image_effects.csv", "image_effects.svg"))) as paths:
        ablate(
            sources,
            tweets / "judged.parquet",
            Path("outputs/clip"),
            Outputs(*paths),
            augment.names(),
            evaluate_human.classes.by_label(),
            ablate_images,
            train_clip,
            random.seed,
            cores(),
        )


if __name__ == "__main__":
    main()
