"""What photos are worth: the same tweets with their photo, with another's, with a grey one and with none.

A classifier on more tweets with lent photos has more tweets and more photos. On identical rows the two are told apart:
what it gains from the rows alone, from there being any image, and from the content of the image.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from floodmark.learning.crew import crew
from floodmark.progress import say, track
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
from floodmark.sentiment.ablations.held_out import held_out, judged_texts
from floodmark.sentiment.ablations.material import Sources, read_material
from floodmark.sentiment.ablations.variants import BOTH, GREY, IMAGE, SHUFFLED, TEXT, VARIANTS, grey_vector, varied
from floodmark.sentiment.dataset import NONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from floodmark.sentiment.ablations.held_out import HeldOut
    from floodmark.settings.ablate_images import AblateImages
    from floodmark.settings.train_clip import TrainClip

TITLE = "What photos are worth: differences of balanced accuracy, 95 % intervals"


def ablate_images(
    sources: Sources,
    judged: Path,
    clip: Path,
    outputs: Outputs,
    confidences: Sequence[str],
    classes: Mapping[str, str | None],
    settings: AblateImages,
    dense: TrainClip,
    seed: int,
    workers: int,
) -> None:
    """Train every variant at every confidence with every seed, and score all on the same held-out rows.

    Each variant meets in validation and test what it met in training; texts that people judged come without photos,
    which only `grey` has a vector for. Where there is nothing to learn from, the tables are empty.

    Args:
        sources: Tweets, lent photos and embeddings.
        judged: `judged.parquet`.
        clip: Folder of the model, for the vector of a grey photo.
        outputs: See there.
        confidences: Those that photos were drawn for; effects against `none` need it among them.
        classes: The class that each of people's labels stands for.
        settings: Repetitions, resamples, least rows of a set.
        dense: Settings of the classifier.
        seed: Of the study.
        workers: Trainings at a time.
    """
    texts = judged_texts(judged, classes)
    grey_E = grey_vector(clip)
    results: dict[Variant, Result] = {}
    parts: list[HeldOut] = []
    jobs = [Variant(name, confidence) for confidence in confidences for name in VARIANTS]
    with crew(workers) as hands:
        plan = Plan(hands, settings.repetitions, seed)
        for job in track(jobs, f"CLIP's classifier, variants with {settings.repetitions} seeds each"):
            rows, plain = read_material(sources, job.confidence, texts)
            if not plain.learnable():
                say(f"confidence {job.confidence}: no tweets of both classes to learn from, or none to choose by")
                continue
            parts = parts or held_out(rows, texts, settings.least_rows)
            build = dense_classifier(plain.width, dense)
            results[job] = trained(plan, partial(varied, plain, job.name, grey_E), build, dense)
    write_results(outputs, TITLE, results, parts, effects(confidences), settings.resamples, seed)


def effects(confidences: Sequence[str]) -> Iterator[Effect]:
    """What is compared, at each confidence or with no augmentation at all."""
    for confidence in confidences:
        both, text = Variant(BOTH, confidence), Variant(TEXT, confidence)
        if confidence != NONE:
            yield Effect("augmentation", both, Variant(BOTH, NONE))
            yield Effect("more tweets", text, Variant(TEXT, NONE))
        yield Effect("images", both, text)
        yield Effect("text beside images", both, Variant(IMAGE, confidence))
        yield Effect("any image", Variant(GREY, confidence), text)
        yield Effect("image content", both, Variant(SHUFFLED, confidence))
