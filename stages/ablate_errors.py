"""What each error of the original was worth, switched on one at a time."""

from pathlib import Path

from floodmark.settings.ablate_errors import AblateErrors
from floodmark.settings.augment import Augment
from floodmark.settings.embed import Embed
from floodmark.settings.evaluate_human import Scale
from floodmark.settings.pretrain_clip import PretrainClip
from floodmark.settings.random import Random
from floodmark.settings.train_clip import TrainClip
from floodmark.settings.train_text import TrainText
from floodmark.stage import stage


@stage(
    random=Random,
    pretrain_clip=PretrainClip,
    embed=Embed,
    augment=Augment,
    train_text=TrainText,
    train_clip=TrainClip,
    evaluate_human=Scale,
    ablate_errors=AblateErrors,
)
def main(
    random: Random,
    pretrain_clip: PretrainClip,
    embed: Embed,
    augment: Augment,
    train_text: TrainText,
    train_clip: TrainClip,
    evaluate_human: Scale,
    ablate_errors: AblateErrors,
) -> None:
    """What each error of the original was worth: label emoji left in, softmax twice, unscaled pixels, batches."""
    from floodmark.learning.processes import cores
    from floodmark.sentiment.ablations.errors import Inputs
    from floodmark.sentiment.ablations.errors import ablate_errors as ablate
    from floodmark.sentiment.ablations.experiment import Outputs
    from floodmark.sentiment.ablations.flaws import Recipe, World
    from floodmark.sentiment.ablations.material import Sources
    from floodmark.storage import PARTIAL, outputs, work_folder

    tweets, root = Path("outputs/tweets"), Path("results/sentiment")
    sources = Sources(
        tweets / "labelled.parquet", Path("outputs/augment/augmented.parquet"), Path("outputs/embeddings")
    )
    inputs = Inputs(
        world=World(sources, tweets / "judged.parquet", Path("outputs/clip")),
        tweets=tweets / "tweets.parquet",
        human=tweets / "human.parquet",
        vectors=Path("data/vectors"),
    )
    recipe = Recipe(pretrain_clip, embed, augment, Path("outputs/media"), work_folder("embed"), random.seed)
    with outputs(*(root / name for name in ("errors.csv", "error_effects.csv", "error_effects.svg"))) as paths:
        classes = evaluate_human.classes.by_label()
        ablate(
            inputs,
            Outputs(*paths),
            PARTIAL / "flawed",
            classes,
            ablate_errors,
            recipe,
            train_clip,
            train_text,
            random.seed,
            cores(),
        )


if __name__ == "__main__":
    main()
