"""Size: what each model makes of a part of the training tweets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.learning.seeds import derive, generator
from floodmark.sentiment.diagnosis.lessons import Lesson, Variant
from floodmark.sentiment.diagnosis.scores import Sheet, columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from floodmark.sentiment.diagnosis.corpus import Corpus
    from floodmark.settings.train_text import TrainText

COLUMNS = (
    "model", "share", "tweets", "scored_on", "texts", "seeds",
    "balanced_accuracy", "balanced_accuracy_low", "balanced_accuracy_high", "spread",
    "below_all", "below_all_low", "below_all_high",
)  # fmt: skip


def training_seed(seed: int, repeat: int) -> int:
    """Seed of one repeat's weights, dropout and batches: the first one is that of `train_text`."""
    return seed if repeat == 0 else derive(seed, "diagnose_text", "repeat", repeat)


def subset(labels: NDArray[np.int64], share: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Places of a share of some texts, of each class and at least one, in order.

    With the same state of `rng`, a smaller share is a part of a larger one.
    """
    chosen = []
    for label in np.unique(labels):
        shuffled = rng.permutation(np.flatnonzero(labels == label))
        chosen.append(shuffled[: max(1, round(share * len(shuffled)))])
    return np.sort(np.concatenate(chosen)) if chosen else np.zeros(0, np.int64)


def answered(corpus: Corpus) -> NDArray[np.int64]:
    """Rows that every model learnt from emoji answers: all that is chosen by or scored."""
    return np.concatenate([corpus.rows(part) for part in ("validation", "test", "people")])


def variants(
    corpus: Corpus, models: Sequence[str], shares: Sequence[float], seeds: int, settings: TrainText, seed: int
) -> Iterator[Variant]:
    """Every model on every share of the training tweets, and on all of them."""
    training, choose, answer = corpus.rows("train"), corpus.rows("validation"), answered(corpus)
    for model in models:
        for share in sorted({*shares, 1.0}):
            runs, sizes = [], []
            for repeat in range(seeds):
                rng = generator(seed, "diagnose_text", "subset", repeat)
                rows = training[subset(corpus.labels[training], share, rng)]
                own = training_seed(seed, repeat)
                runs.append((Lesson(model, rows, corpus.labels[rows], choose, answer, own, settings),))
                sizes.append(len(rows))
            yield Variant(full(model, share), {"model": model, "share": share, "tweets": sizes[0]}, tuple(runs))


def full(model: str, share: float = 1.0) -> str:
    """Name of the variant of a model on a share of the tweets; by default all, which is the model itself."""
    return f"{model} on {share:g}"


def table(sheet: Sheet, curve: Sequence[Variant], classes: Mapping[str, NDArray[np.int64]]) -> list[dict[str, Any]]:
    """Rows of `learning_curve.csv`: each variant's score, and how far it is below the same model on all tweets."""
    rows = []
    for name, texts in sheet.sets.items() if curve else ():
        found = sheet.compare(name, {variant.name: classes[variant.name] for variant in curve})
        for variant in curve:
            whole = full(str(variant.columns["model"]))
            scored = {"scored_on": name, "texts": len(texts), "seeds": len(variant.runs)}
            row: dict[str, Any] = variant.columns | scored | columns("balanced_accuracy", found.mean(variant.name))
            below = columns("below_all", found.difference(whole, variant.name))
            rows.append(row | {"spread": found.spread(variant.name)} | below)
    return rows
