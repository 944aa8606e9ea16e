"""The original's errors, switched on one at a time and all together: what each was worth, and the gap it published.

It published 84.6 to 86.5 % for CLIP and 79.4 % for its transformer on labels from emoji, and then found the
transformer ahead on what people judged. Only CLIP had been shown the emoji.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from torch.nn import functional

from floodmark.errors import UserError
from floodmark.learning.crew import crew
from floodmark.progress import say
from floodmark.sentiment.ablations.experiment import (
    Effect,
    Outputs,
    Plan,
    Result,
    Variant,
    dense_classifier,
    trained,
    write_results,
)
from floodmark.sentiment.ablations.flaws import (
    Recipe,
    World,
    with_confidence_per_batch,
    with_label_emoji,
    with_unscaled_pixels,
)
from floodmark.sentiment.ablations.held_out import held_out, judged_texts
from floodmark.sentiment.ablations.material import read_material, the_same
from floodmark.sentiment.ablations.rival import transformer
from floodmark.sentiment.dataset import NONE
from floodmark.sentiment.text_models import trim
from floodmark.sentiment.training import weighted_cross_entropy
from floodmark.storage import remove

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import torch

    from floodmark.sentiment.ablations.heads import Objective
    from floodmark.sentiment.ablations.held_out import HeldOut
    from floodmark.settings.ablate_errors import AblateErrors
    from floodmark.settings.train_clip import TrainClip
    from floodmark.settings.train_text import TrainText

SOUND, EMOJI, SOFTMAX, PIXELS, BATCHES, ALL = (
    "sound", "emoji left in", "softmax twice", "pixels unscaled", "confidence per batch", "all four"
)  # fmt: skip
TRANSFORMER = Variant("transformer", "")
TITLE = "What the original's errors were worth: differences of balanced accuracy, 95 % intervals"


class Inputs(NamedTuple):
    """What is read beside the world without errors.

    Attributes:
        world: As the stages before left it.
        tweets: `tweets.parquet`, with the emoji of the texts.
        human: `human.parquet`, with theirs.
        vectors: `data/vectors`, for the transformer.
    """

    world: World
    tweets: Path
    human: Path
    vectors: Path


class Flawed(NamedTuple):
    """A world with an error, and the loss that goes with it."""

    world: World
    objective: Objective


def softmax_twice(logits_BC: torch.Tensor, truth_B: torch.Tensor, weights_C: torch.Tensor) -> torch.Tensor:
    """The original's loss: cross-entropy, which takes a softmax, of what a softmax was taken of already."""
    return functional.cross_entropy(logits_BC.softmax(1), truth_B, weights_C)


def ablate_errors(
    inputs: Inputs,
    outputs: Outputs,
    work: Path,
    classes: Mapping[str, str | None],
    settings: AblateErrors,
    recipe: Recipe,
    dense: TrainClip,
    text: TrainText,
    seed: int,
    workers: int,
) -> None:
    """Train CLIP's classifier with each error, with and without lent photos, and compare with the transformer.

    The transformer is that of the pipeline, trained with every seed and answering as the classifiers do: on each split
    by the epoch that is best on the other.

    Args:
        inputs: See there.
        outputs: See there.
        work: Folder for the files of the flawed versions; emptied before and removed after.
        classes: The class that each of people's labels stands for.
        settings: Confidence of the lent photos, repetitions, resamples, least rows of a set.
        recipe: How the stages before were run.
        dense: Settings of the classifier.
        text: Settings of the text models.
        seed: Of the study.
        workers: Trainings at a time.

    Raises:
        UserError: if no photos are drawn at the confidence.
    """
    results: dict[Variant, Result] = {}
    parts: list[HeldOut] = []
    names, asked = recipe.augment.names(), str(settings.confidence)
    if asked not in names:
        raise UserError(
            f"params.yaml: ablate_errors.confidence = {asked}: no photos are drawn at it; choose one of "
            f"augment.min_confidences as it is written there ({', '.join(names)}), or add it"
        )
    confidences = tuple(name for name in names if name in (NONE, asked))
    with scratch(work) as folder, crew(workers) as hands:
        plan = Plan(hands, settings.repetitions, seed)
        for name, flawed in _flawed(inputs, folder, recipe):
            texts = judged_texts(flawed.world.judged, classes)
            for confidence in confidences:
                rows, material = read_material(flawed.world.sources, confidence, texts)
                if not material.learnable():
                    say(f"confidence {confidence}: no tweets of both classes to learn from, or none to choose by")
                    continue
                say(f"CLIP's classifier, {name}, photos at {confidence}: {len(material.training)} tweets")
                parts = parts or held_out(rows, texts, settings.least_rows)
                build = dense_classifier(material.width, dense)
                results[Variant(name, confidence)] = trained(plan, the_same(material), build, dense, flawed.objective)
        if results:
            texts = judged_texts(inputs.world.judged, classes)
            rival = transformer(inputs.world.sources.tweets, inputs.vectors, texts, text)
            say(f"the transformer: {len(rival.material.training)} tweets")
            results[TRANSFORMER] = trained(plan, the_same(rival.material), rival.build, text.transformer, collate=trim)
    write_results(outputs, TITLE, results, parts, effects(confidences), settings.resamples, seed)


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """An empty folder that is gone afterwards; what a killed run left in it is removed first."""
    remove(folder)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        remove(folder)


def _flawed(inputs: Inputs, folder: Path, recipe: Recipe) -> Iterator[tuple[str, Flawed]]:
    sound, plain = inputs.world, weighted_cross_entropy
    folders = [folder / str(number) for number in range(4)]
    for each in folders:
        each.mkdir()
    yield SOUND, Flawed(sound, plain)
    yield SOFTMAX, Flawed(sound, softmax_twice)
    yield PIXELS, Flawed(with_unscaled_pixels(sound, folders[0], recipe), plain)
    yield BATCHES, Flawed(with_confidence_per_batch(sound, folders[1], recipe), plain)
    leaky = with_label_emoji(sound, inputs.tweets, inputs.human, folders[2], recipe)
    yield EMOJI, Flawed(leaky, plain)
    per_batch = recipe._replace(augment=recipe.augment.model_copy(update={"confidence": "original_batches"}))
    yield ALL, Flawed(with_unscaled_pixels(leaky, folders[3], per_batch), softmax_twice)


def effects(confidences: Sequence[str]) -> Iterator[Effect]:
    """Each error against the sound classifier, and each classifier against the transformer."""
    for confidence in confidences:
        for name in (SOUND, EMOJI, SOFTMAX, PIXELS, BATCHES, ALL):
            if name != SOUND:
                yield Effect(name, Variant(name, confidence), Variant(SOUND, confidence))
            yield Effect(f"{name}, over the transformer", Variant(name, confidence), TRANSFORMER)
