"""A prompt in front of the text, beside a photo: does an image help only to see what is asked, as a prompt does?

That was the guess after photos had raised the scores on emoji labels and not on what people judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from floodmark.learning.crew import crew
from floodmark.learning.device import pick_device
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
from floodmark.sentiment.ablations.material import Material, Sources, read_material, the_same
from floodmark.sentiment.ablations.variants import BOTH, TEXT, varied
from floodmark.sentiment.clip import load_folder
from floodmark.sentiment.dataset import SPLITS
from floodmark.sentiment.embeddings import open_store
from floodmark.sentiment.encoder import Encoder
from floodmark.sentiment.models.dense import without_photos
from floodmark.sentiment.training import Examples

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from floodmark.settings.ablate_prompts import AblatePrompts
    from floodmark.settings.train_clip import TrainClip

SENSELESS = "senseless prompt"
"""As long as a prompt and without a meaning: CLIP cuts what is longer than its context, and so a prompt costs words."""
TITLE = "A prompt in front of the text: differences of balanced accuracy, 95 % intervals"


def ablate_prompts(
    sources: Sources,
    judged: Path,
    clip_folder: Path,
    known: Path,
    outputs: Outputs,
    classes: Mapping[str, str | None],
    settings: AblatePrompts,
    batch_size: int,
    dense: TrainClip,
    seed: int,
    workers: int,
) -> None:
    """Train on the same tweets with each prompt, without one, and with their photos and no prompt.

    Args:
        sources: Tweets, lent photos and embeddings.
        judged: `judged.parquet`.
        clip_folder: The model.
        known: Folder of the vectors of earlier runs, by model; what is new is added.
        outputs: See there.
        classes: The class that each of people's labels stands for.
        settings: Prompts, confidence of the lent photos, repetitions, resamples, least rows of a set.
        batch_size: Texts that pass CLIP together.
        dense: Settings of the classifier.
        seed: Of the study.
        workers: Trainings at a time.
    """
    texts = judged_texts(judged, classes)
    confidence = str(settings.confidence)
    rows, plain = read_material(sources, confidence, texts)
    results: dict[Variant, Result] = {}
    if plain.learnable():
        device = pick_device()
        clip = load_folder(clip_folder)
        clip.model.to(device)
        encoder = Encoder(clip, open_store(known, clip_folder, batch_size, device), batch_size)
        versions = {name: varied(plain, name, torch.zeros(0), seed) for name in (TEXT, BOTH)}
        prompts = {SENSELESS: settings.senseless} | {prompt: prompt for prompt in settings.prompts}
        versions |= {name: _prompted(encoder, prompt, rows, texts, plain) for name, prompt in prompts.items()}
        build = dense_classifier(plain.width, dense)
        with crew(workers) as hands:
            plan = Plan(hands, settings.repetitions, seed)
            for name, material in track(versions.items(), "CLIP's classifier, prompts", len(versions)):
                results[Variant(name, confidence)] = trained(plan, the_same(material), build, dense)
    else:
        say("no tweets of both classes to learn from, or none to choose an epoch by")
    parts = held_out(rows, texts, settings.least_rows)
    write_results(outputs, TITLE, results, parts, effects(settings.prompts, confidence), settings.resamples, seed)


def _prompted(
    encoder: Encoder, prompt: str, rows: Mapping[str, pl.DataFrame], judged: pl.DataFrame, plain: Material
) -> Material:
    """The same tweets and judged texts without photos, a prompt before each."""

    def vectors(texts: Sequence[str]) -> tuple[torch.Tensor, ...]:
        found = encoder.texts([f"{prompt} {text}" for text in texts], f"texts after '{prompt}'")
        return without_photos(torch.from_numpy(found.astype(np.float32)))

    training, validation, test = (
        Examples(vectors(rows[split]["text"].to_list()), part.labels, part.groups)
        for split, part in zip(SPLITS, plain[:3], strict=True)
    )
    return Material(training, validation, test, vectors(judged["text"].to_list()))


def effects(prompts: Sequence[str], confidence: str) -> Iterator[Effect]:
    """Photos and prompts against the text alone, and prompts against one that says nothing."""
    text, senseless = Variant(TEXT, confidence), Variant(SENSELESS, confidence)
    yield Effect("photos, no prompt", Variant(BOTH, confidence), text)
    yield Effect(SENSELESS, senseless, text)
    for prompt in prompts:
        yield Effect(prompt, Variant(prompt, confidence), text)
        yield Effect(f"{prompt} over the senseless one", Variant(prompt, confidence), senseless)
