"""A prompt in front of the text, beside photos, for CLIP's classifier."""

from pathlib import Path

from floodmark.settings.ablate_prompts import AblatePrompts
from floodmark.settings.embed import Embed
from floodmark.settings.evaluate_human import Scale
from floodmark.settings.random import Random
from floodmark.settings.train_clip import TrainClip
from floodmark.stage import stage


@stage(random=Random, embed=Embed, train_clip=TrainClip, evaluate_human=Scale, ablate_prompts=AblatePrompts)
def main(
    random: Random, embed: Embed, train_clip: TrainClip, evaluate_human: Scale, ablate_prompts: AblatePrompts
) -> None:
    """A prompt in front of the text, beside photos: does an image help only to see what is asked?"""
    from floodmark.learning.processes import cores
    from floodmark.sentiment.ablations.experiment import Outputs
    from floodmark.sentiment.ablations.material import Sources
    from floodmark.sentiment.ablations.prompts import ablate_prompts as ablate
    from floodmark.storage import outputs, work_folder

    tweets, root = Path("outputs/tweets"), Path("results/sentiment")
    sources = Sources(
        tweets / "labelled.parquet", Path("outputs/augment/augmented.parquet"), Path("outputs/embeddings")
    )
    with outputs(*(root / name for name in ("prompts.csv", "prompt_effects.csv", "prompt_effects.svg"))) as paths:
        ablate(
            sources,
            tweets / "judged.parquet",
            Path("outputs/clip"),
            work_folder("embed"),
            Outputs(*paths),
            evaluate_human.classes.by_label(),
            ablate_prompts,
            embed.batch_size,
            train_clip,
            random.seed,
            cores(),
        )


if __name__ == "__main__":
    main()
