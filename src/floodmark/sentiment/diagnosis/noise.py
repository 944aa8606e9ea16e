"""Label noise: how often emoji say what people say, and what wrong labels cost a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import binomtest

from floodmark.learning.seeds import generator
from floodmark.sentiment.diagnosis.curve import answered, full, training_seed
from floodmark.sentiment.diagnosis.lessons import Lesson, Variant
from floodmark.sentiment.diagnosis.scores import Sheet, columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from floodmark.sentiment.diagnosis.corpus import Corpus
    from floodmark.sentiment.emoji import LabelEmoji
    from floodmark.settings.train_text import TrainText

COLUMNS = (
    "measure", "model", "flipped", "scored_on", "texts", "seeds",
    "value", "value_low", "value_high", "lost", "lost_low", "lost_high", "kappa",
)  # fmt: skip


def emoji_classes(texts: Sequence[str], emoji: LabelEmoji, min_margin: int) -> NDArray[np.int64]:
    """The class that each text's own emoji would give it, as `label_tweets` decides; -1 where they give none."""
    found = []
    for text in texts:
        negative, positive = emoji.count(text)
        margin = positive - negative
        found.append(int(margin > 0) if abs(margin) >= min_margin else -1)
    return np.array(found, np.int64)


def kappa(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """Cohen's kappa (1960) of two judges of the same texts: 1 is agreement, 0 what their habits give by chance.

    NaN where both give one class only, which leaves nothing to agree on.
    """
    if not len(one):
        return float("nan")
    chance = sum(float((one == label).mean() * (other == label).mean()) for label in (0, 1))
    return float("nan") if chance == 1 else (float((one == other).mean()) - chance) / (1 - chance)


def agreement(measure: str, name: str, said: NDArray[np.int64], truth: NDArray[np.int64]) -> dict[str, Any]:
    """A row on how often two judges agree, over the texts of which both say something, with Wilson's (1927) interval.

    Args:
        measure: Of the row.
        name: Of the set of texts.
        said: Shape (texts,): 0, 1, or -1 where the judge says nothing.
        truth: Shape (texts,): 0 or 1.
    """
    known = said >= 0
    count, agreeing = int(known.sum()), int((said == truth)[known].sum())
    row: dict[str, Any] = {"measure": measure, "scored_on": name, "texts": count}
    if count:
        low, high = binomtest(agreeing, count).proportion_ci(method="wilson")
        row |= {"value": agreeing / count, "value_low": float(low), "value_high": float(high)}
    return row | {"kappa": kappa(said[known], truth[known])}


def agreements(
    sheet: Sheet, emoji: LabelEmoji, min_margin: int, vader: NDArray[np.float64]
) -> Iterator[dict[str, Any]]:
    """Rows on who agrees with whom.

    `emoji_agreement` is of the emoji of judged texts with people: the noise of emoji labels itself, where people were
    shown texts with emoji. `vader_agreement` is of VADER with the labels of each set, emoji labels of training among
    them: where it agrees with people much more often than with emoji, the emoji are further from people than it is.

    Args:
        sheet: What is scored.
        emoji: The emoji of both classes.
        min_margin: More of one side than of the other, from which they decide.
        vader: VADER's compound score of every row of the corpus; 0 says nothing.
    """
    corpus = sheet.corpus
    for name, rows in sheet.sets.items():
        if name.startswith("people"):
            said = emoji_classes([corpus.written[row] for row in rows], emoji, min_margin)
            yield agreement("emoji_agreement", name, said, corpus.labels[rows])
    for name, rows in {"emoji_train": corpus.rows("train"), **sheet.sets}.items():
        said = np.where(vader[rows] == 0, -1, vader[rows] > 0)
        yield agreement("vader_agreement", name, said, corpus.labels[rows])


def flip(labels: NDArray[np.int64], share: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """The labels with a share of them turned, as many of every class in proportion as there are.

    With the same state of `rng`, what a smaller share turns is turned by a larger one too.
    """
    turned = labels.copy()
    for label in (0, 1):
        places = rng.permutation(np.flatnonzero(labels == label))
        turned[places[: round(share * len(places))]] = 1 - label
    return turned


def variants(
    corpus: Corpus, models: Sequence[str], shares: Sequence[float], seeds: int, settings: TrainText, seed: int
) -> Iterator[Variant]:
    """Every model on all training tweets, a share of whose labels is turned; validation stays as it is."""
    training, choose, answer = corpus.rows("train"), corpus.rows("validation"), answered(corpus)
    for model in models:
        for share in shares:
            runs = []
            for repeat in range(seeds):
                rng = generator(seed, "diagnose_text", "flip", repeat)
                labels = flip(corpus.labels[training], share, rng)
                own = training_seed(seed, repeat)
                runs.append((Lesson(model, training, labels, choose, answer, own, settings),))
            yield Variant(f"{model}, {share:g} flipped", {"model": model, "flipped": share}, tuple(runs))


def table(sheet: Sheet, noisy: Sequence[Variant], classes: Mapping[str, NDArray[np.int64]]) -> list[dict[str, Any]]:
    """Rows of the measure `flipped_labels`: balanced accuracy, and what the turned labels cost.

    Args:
        sheet: What is scored.
        noisy: The variants.
        classes: Of these and of the models on all tweets as they are, with as many seeds.
    """
    rows = []
    bases = list(dict.fromkeys(full(str(variant.columns["model"])) for variant in noisy))
    for name, texts in sheet.sets.items() if noisy else ():
        found = sheet.compare(name, {key: classes[key] for key in (*bases, *(variant.name for variant in noisy))})
        for variant in noisy:
            scored = {"measure": "flipped_labels", "scored_on": name, "texts": len(texts), "seeds": len(variant.runs)}
            lost = found.difference(full(str(variant.columns["model"])), variant.name)
            rows.append(scored | variant.columns | columns("value", found.mean(variant.name)) | columns("lost", lost))
    return rows
