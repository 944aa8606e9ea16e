"""Domain: the same model learnt from emoji, from people's labels of other sources, and from those of the same source.

The models of this module learn from people's labels. They are rulers, not models: they are never reported as models of
sentiment, nothing is selected by them, and nothing that they see reaches a model that is judged.

All learn from the same number of texts, four fifths of which are fitted and one fifth chosen by, so that neither size
nor the labels of the validation differ with the domain. `emoji` against `other_people` tells what another kind of label
and text does; `other_people` against `same_people` what another source does; `emoji` against `emoji` on all tweets,
the learning curve, what size does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from floodmark.learning.seeds import generator
from floodmark.progress import say
from floodmark.sentiment.diagnosis.curve import subset, training_seed
from floodmark.sentiment.diagnosis.lessons import Lesson, Variant
from floodmark.sentiment.diagnosis.scores import Sheet, columns
from floodmark.sentiment.grouping import split_groups

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from floodmark.sentiment.diagnosis.corpus import Corpus
    from floodmark.settings.diagnose_text import DiagnoseText
    from floodmark.settings.train_text import TrainText

COLUMNS = (
    "model", "learnt_from", "learnt_texts", "scored_on", "texts", "seeds",
    "balanced_accuracy", "balanced_accuracy_low", "balanced_accuracy_high",
    "above_emoji", "above_emoji_low", "above_emoji_high",
)  # fmt: skip
EMOJI, OTHER, SAME = "emoji", "other_people", "same_people"
VALIDATION = 0.2
"""Share of the texts learnt from by which epoch and penalty are chosen."""


class Pool(NamedTuple):
    """Rows that may be learnt from, and the rows that what is learnt from them answers."""

    rows: NDArray[np.int64]
    answer: NDArray[np.int64]


def pools(corpus: Corpus, scored: NDArray[np.int64], folds: int, rng: np.random.Generator) -> dict[str, list[Pool]]:
    """By what is learnt from, the pools whose answers together are all that is scored.

    Texts near a scored one, which are of its unit, are in no pool that answers it: folds are made of whole units, and
    other sources lose theirs.

    Args:
        corpus: Texts and labels.
        scored: Rows of one source.
        folds: Into which the source is cut.
        rng: Source of the folds.
    """
    people = corpus.rows("people")
    elsewhere = people[~np.isin(people, scored) & ~np.isin(corpus.units[people], corpus.units[scored])]
    units = np.unique(corpus.units[scored], return_inverse=True)[1].tolist()
    fold = split_groups(units, corpus.labels[scored], [1 / folds] * folds, rng)
    same = [Pool(scored[fold != number], scored[fold == number]) for number in range(folds)]
    return {
        EMOJI: [Pool(corpus.rows("train"), scored)],
        OTHER: [Pool(elsewhere, scored)],
        SAME: [pool for pool in same if len(pool.answer)],
    }


def variants(
    corpus: Corpus,
    sets: Mapping[str, NDArray[np.int64]],
    settings: DiagnoseText,
    training: TrainText,
    seed: int,
) -> Iterator[Variant]:
    """Every model, source and kind of label; a source without another one of enough texts has no `other_people`."""
    for name, scored in sets.items():
        if not name.startswith("people:"):
            continue
        by_kind = pools(corpus, scored, settings.folds, generator(seed, "diagnose_text", "folds", name))
        sizes = {kind: min(len(pool.rows) for pool in found) for kind, found in by_kind.items()}
        kinds = [kind for kind, size in sizes.items() if size >= settings.min_texts]
        if len(kinds) < 2:
            say(f"{name}: too few texts to learn from but in one way: their domain cannot be told from their number")
            continue
        size = min(sizes[kind] for kind in kinds)
        for model in settings.domain_models:
            for kind in kinds:
                runs = [
                    tuple(
                        lesson
                        for number, pool in enumerate(by_kind[kind])
                        if (lesson := _lesson(corpus, model, pool, size, (name, kind, number), repeat, training, seed))
                    )
                    for repeat in range(settings.seeds)
                ]
                if all(len(run) == len(by_kind[kind]) for run in runs):
                    told: dict[str, str | int | float] = {"model": model, "learnt_from": kind, "learnt_texts": size}
                    yield Variant(f"{model} from {kind} for {name}", told | {"scored_on": name}, tuple(runs))


def _lesson(
    corpus: Corpus,
    model: str,
    pool: Pool,
    size: int,
    where: tuple[str, str, int],
    repeat: int,
    settings: TrainText,
    seed: int,
) -> Lesson | None:
    """Learn from a part of the pool, drawn by class; None where it has one class only to fit or to choose by."""
    rng = generator(seed, "diagnose_text", "domain", *where, repeat)
    rows = pool.rows[subset(corpus.labels[pool.rows], size / len(pool.rows), rng)]
    units = np.unique(corpus.units[rows], return_inverse=True)[1].tolist()
    aside = split_groups(units, corpus.labels[rows], (1 - VALIDATION, VALIDATION), rng) == 1
    fitted, choose = rows[~aside], rows[aside]
    if min(len(np.unique(corpus.labels[part])) for part in (fitted, choose)) < 2:
        return None
    own = training_seed(seed, repeat)
    return Lesson(model, fitted, corpus.labels[fitted], choose, pool.answer, own, settings)


def table(sheet: Sheet, rulers: Sequence[Variant], classes: Mapping[str, NDArray[np.int64]]) -> list[dict[str, Any]]:
    """Rows of `domain.csv`: each kind of label on each source, and how far it is above emoji."""
    rows = []
    for name, texts in sheet.sets.items():
        of_source = [variant for variant in rulers if variant.columns["scored_on"] == name]
        if not of_source:
            continue
        found = sheet.compare(name, {variant.name: classes[variant.name] for variant in of_source})
        for variant in of_source:
            row = variant.columns | {"texts": len(texts), "seeds": len(variant.runs)}
            row |= columns("balanced_accuracy", found.mean(variant.name))
            emoji = f"{variant.columns['model']} from {EMOJI} for {name}"
            if emoji in found.names:
                row |= columns("above_emoji", found.difference(variant.name, emoji))
            rows.append(row)
    return rows
