"""What every model and every baseline says of the texts that people judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from floodmark.progress import say
from floodmark.sentiment.baselines import vader
from floodmark.sentiment.clip_models import predict_clip
from floodmark.sentiment.clip_probes import linear_probe, zero_shot
from floodmark.sentiment.embeddings import read_embeddings
from floodmark.sentiment.human import read_judged
from floodmark.sentiment.scorecard import Answers
from floodmark.sentiment.scoring import decided
from floodmark.sentiment.text_baselines import text_baselines
from floodmark.sentiment.text_models import predict_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from floodmark.settings.evaluate_human import EvaluateHuman
    from floodmark.settings.train_clip import TrainClip

AS_WRITTEN, BASELINE, MAJORITY = "vader", "vader_without_emoji", "majority"
"""VADER with the label emoji that no model sees, VADER on the models' own texts, and the commonest class."""
FIXED = (MAJORITY, AS_WRITTEN, BASELINE)
"""Baselines that learn nothing here."""


class Inputs(NamedTuple):
    """What is judged, and by what.

    Attributes:
        human: `human.parquet`, the texts as written, which VADER reads.
        judged: `judged.parquet`, the same texts without label emoji, which VADER and the models read.
        tweets: `tweets.parquet`, which knows events and conversations.
        labelled: `labelled.parquet`, which knows what was learnt from.
        models: Folder of `text/<model>` and `clip/<confidence>`.
        embeddings: Folder of the embeddings.
        vectors: `data/vectors`, or an empty folder.
    """

    human: Path
    judged: Path
    tweets: Path
    labelled: Path
    models: Path
    embeddings: Path
    vectors: Path


def all_answers(
    texts: pl.DataFrame,
    inputs: Inputs,
    confidences: Sequence[str],
    settings: EvaluateHuman,
    dense: TrainClip,
    seed: int,
) -> dict[str, Answers]:
    """Answers by name, the baselines first; what could not be trained is left out, and said.

    Args:
        texts: The judged texts, in the order of the answers.
        inputs: Where everything lies.
        confidences: The CLIP classifiers.
        settings: Text models, and whether the sentence encoder is wanted.
        dense: Settings of the two dense layers on the sentence encoder, those of CLIP's classifier.
        seed: Of the study.
    """
    stripped_of = dict(read_judged(inputs.judged).texts.select("label_row", "text").iter_rows())
    stripped = [stripped_of[row] for row in texts["label_row"]]
    human = read_embeddings(inputs.embeddings, "human")
    row_of = {row: number for number, row in enumerate(human.ids)}
    text_BE = human.vectors[[row_of[row] for row in texts["label_row"]]]
    found: dict[str, NDArray[np.float64] | None] = {
        "clip_zero_shot": zero_shot(text_BE, read_embeddings(inputs.embeddings, "prompts")),
        "clip_linear_probe": linear_probe(inputs.labelled, read_embeddings(inputs.embeddings, "texts"), text_BE),
    }
    learnt = text_baselines(inputs.labelled, stripped, inputs.vectors, settings.sentence_encoder, dense, seed)
    found |= {name: answers.probabilities for name, answers in learnt.items()}
    for model in settings.text_models:
        found[model] = predict_text(inputs.models / "text" / model / "model.safetensors", stripped)
    for confidence in confidences:
        path = inputs.models / "clip" / confidence / "model.safetensors"
        found[f"clip-{confidence}"] = predict_clip(path, text_BE)
    for name, positive in found.items():
        if positive is None:
            say(f"{name} was not trained: it is not judged")
    read = {AS_WRITTEN: texts["text"].to_list(), BASELINE: stripped}
    return {name: Answers(vader(what)[0]) for name, what in read.items()} | {
        name: Answers(decided(positive), positive) for name, positive in found.items() if positive is not None
    }
