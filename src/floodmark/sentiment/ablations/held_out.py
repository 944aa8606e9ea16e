"""What variants are scored on: emoji tweets that none learnt from, by their photo, and texts that people judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from floodmark.learning.repeats import repeated_scores
from floodmark.learning.seeds import generator
from floodmark.sentiment.dataset import CLASSES
from floodmark.sentiment.human import decide, read_judged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.learning.repeats import Repeats

EMOJI, OWN_PHOTO, LENT_PHOTO, NO_PHOTO, PEOPLE = (
    "emoji",
    "emoji, own photo",
    "emoji, lent photo",
    "emoji, no photo",
    "people",
)


class HeldOut(NamedTuple):
    """One set of rows.

    Attributes:
        name: What they are.
        rows: Which of all held-out rows: validation, then test tweets, then judged texts.
        truth: Shape (rows,), 0 or 1.
        units: What each row belongs to.
    """

    name: str
    rows: NDArray[np.int64]
    truth: NDArray[np.int64]
    units: Sequence[Any]

    def score(self, classes: Mapping[str, NDArray[np.int64]], seed: int, resamples: int, what: str) -> Repeats:
        """Scores of all variants, from their classes of all held-out rows, shape (seeds, rows) each."""
        mine = {name: answers[:, self.rows] for name, answers in classes.items()}
        rng = generator(seed, "ablation", what, self.name)
        return repeated_scores(self.truth, mine, self.units, rng, resamples, what)


def judged_texts(human: Path, classes: Mapping[str, str | None]) -> pl.DataFrame:
    """The texts on which people agree, neutral ones left out: label_row, text (as in the file), source, label (0, 1).

    Args:
        human: `human.parquet` or `judged.parquet`.
        classes: The class that each label stands for.
    """
    texts = decide(read_judged(human), classes).texts.filter(pl.col("label").is_in(CLASSES))
    return texts.with_columns(label=(pl.col("label") == CLASSES[1]).cast(pl.Int64)).select(
        "label_row", "text", "source", "label"
    )


def held_out(rows: Mapping[str, pl.DataFrame], judged: pl.DataFrame, least: int) -> list[HeldOut]:
    """Every set that holds both classes and at least so many rows.

    Args:
        rows: Tweets by split, with `label`, `group`, `own_photo` and the photo that is `seen`.
        judged: Of `judged_texts`.
        least: Rows of a set.
    """
    tweets = pl.concat([rows[split].select("label", "group", "own_photo", "seen") for split in ("validation", "test")])
    own, seen = (tweets[name].is_not_null().to_numpy() for name in ("own_photo", "seen"))
    labels = tweets["label"].cast(pl.Int64).to_numpy()
    groups = tweets["group"].cast(pl.String).to_numpy()
    chosen = {EMOJI: seen | ~seen, OWN_PHOTO: own, LENT_PHOTO: seen & ~own, NO_PHOTO: ~seen}
    found = []
    for name, mask in chosen.items():
        at = np.flatnonzero(mask)
        found.append(HeldOut(name, at, labels[at], groups[at].tolist()))
    sources, truth = judged["source"].fill_null("unknown"), judged["label"].to_numpy()
    by_source = {f"{PEOPLE}, {source}": (sources == source).to_numpy() for source in sources.unique().sort()}
    for name, mask in ({PEOPLE: np.full(len(judged), True)} | by_source).items():
        at = np.flatnonzero(mask)
        found.append(HeldOut(name, len(tweets) + at, truth[at], at.tolist()))
    return [part for part in found if len(part.rows) >= least and len(np.unique(part.truth)) > 1]
