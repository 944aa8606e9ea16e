"""One change: the LSTM and the transformer as they are, but for one thing, chosen by emoji validation alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.progress import say
from floodmark.sentiment.diagnosis.curve import answered, full, training_seed
from floodmark.sentiment.diagnosis.lessons import NETWORKS, Lesson, Variant
from floodmark.sentiment.diagnosis.scores import Sheet, columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from floodmark.learning.repeats import Repeats
    from floodmark.sentiment.diagnosis.corpus import Corpus
    from floodmark.settings.train_text import TrainText

COLUMNS = (
    "model", "change", "learnt_texts", "scored_on", "texts", "seeds",
    "balanced_accuracy", "balanced_accuracy_low", "balanced_accuracy_high",
    "above_base", "above_base_low", "above_base_high",
)  # fmt: skip
BASE = "base"
VALIDATION = "emoji_validation"


def recipe(model: str, change: str, settings: TrainText) -> TrainText:
    """The settings with one thing changed; as they are for changes that are of other things."""
    own = getattr(settings, model)
    if change == "more_dropout":
        changed: dict[str, Any] = {"dropout": (1 + own.dropout) / 2}
    elif change == "slow":
        changed = {"learning_rate": own.learning_rate / 4}
    elif change == "small_batches":
        changed = {"batch_size": max(1, own.batch_size // 4)}
    elif change == "small" and model == "lstm":
        changed = {"units": tuple(max(1, units // 4) for units in own.units)}
    elif change == "small":
        width = max(1, own.width // (4 * own.heads)) * own.heads
        changed = {"width": width, "feed_forward": max(1, own.feed_forward // 4)}
    else:
        return settings
    return settings.model_copy(update={model: own.model_copy(update=changed)})


def changed(base: Lesson, change: str, corpus: Corpus, vader: NDArray[np.float64]) -> Lesson:
    """The base's lesson with one thing changed.

    Args:
        base: A network on all training tweets.
        change: One of the names of `diagnose_text.changes`.
        corpus: Texts and labels.
        vader: VADER's compound score of every row; those of training and spare tweets are looked at.
    """
    if change == "clean_labels":
        signed = vader[base.rows] * (2 * base.labels - 1)
        kept = signed >= 0  # where the lexicon has nothing to say, it contradicts nobody
        return replace(base, rows=base.rows[kept], labels=base.labels[kept])
    if change == "vader_labels":
        spare = corpus.rows("spare")
        known = spare[vader[spare] != 0]
        labels = np.concatenate([base.labels, (vader[known] > 0).astype(np.int64)])
        return replace(base, rows=np.concatenate([base.rows, known]), labels=labels)
    if change == "mean_pool":
        return replace(base, mean_pool=True)
    if change == "sentence_encoder":
        return replace(base, model="sentence")
    return replace(base, settings=recipe(base.model, change, base.settings))


def variants(
    corpus: Corpus,
    vader: NDArray[np.float64],
    changes: Sequence[str],
    sentences: bool,
    seeds: int,
    settings: TrainText,
    seed: int,
) -> Iterator[Variant]:
    """Each network with each change that it can have.

    Args:
        corpus: Texts and labels.
        vader: VADER's compound score of every row.
        changes: Names.
        sentences: Whether the sentence encoder is there.
        seeds: Of each.
        settings: Of the networks as they are.
        seed: Of the study.
    """
    training, choose, answer = corpus.rows("train"), corpus.rows("validation"), answered(corpus)
    for model in NETWORKS:
        for change in changes:
            if change == "mean_pool" and model != "lstm":
                continue
            if change == "sentence_encoder" and not sentences:
                say("evaluate_human.sentence_encoder is false: the change to a sentence encoder is left out")
                continue
            runs = []
            for repeat in range(seeds):
                own = training_seed(seed, repeat)
                base = Lesson(model, training, corpus.labels[training], choose, answer, own, settings)
                runs.append((changed(base, change, corpus, vader),))
            lesson = runs[0][0]
            if len(np.unique(lesson.labels)) > 1:
                told: dict[str, str | int | float] = {
                    "model": model,
                    "change": change,
                    "learnt_texts": len(lesson.rows),
                }
                yield Variant(f"{model} with {change}", told, tuple(runs))


def table(sheet: Sheet, tried: Sequence[Variant], classes: Mapping[str, NDArray[np.int64]]) -> list[dict[str, Any]]:
    """Rows of `one_change.csv`: the base and each change on each set, emoji validation among them.

    Args:
        sheet: What is scored, with emoji validation.
        tried: The variants, those of the bases first.
        classes: Of these, with as many seeds.
    """
    rows = []
    for name, texts in sheet.sets.items() if tried else ():
        found = sheet.compare(name, {variant.name: classes[variant.name] for variant in tried})
        for variant in tried:
            row: dict[str, Any] = variant.columns | {"scored_on": name, "texts": len(texts), "seeds": len(variant.runs)}
            row |= columns("balanced_accuracy", found.mean(variant.name))
            above = found.difference(variant.name, full(str(variant.columns["model"])))
            rows.append(row | columns("above_base", above))
    return rows


def best(model: str, tried: Sequence[Variant], validation: Repeats) -> Variant:
    """The variant of a model with the best mean on emoji validation, the base where no change is better."""
    own = [variant for variant in tried if variant.columns["model"] == model]
    return max(own, key=lambda variant: validation.mean(variant.name).value)
