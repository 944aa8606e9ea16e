"""The texts of a diagnosis as rows of one table: what is learnt from, chosen by and scored."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from floodmark.learning.seeds import generator
from floodmark.sentiment.archive import judged_tweets, refuse_learnt
from floodmark.sentiment.dataset import CLASSES, labelled, read_tweets
from floodmark.sentiment.duplicates import clusters
from floodmark.sentiment.human import decide, read_judged

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.settings.evaluate_human import EvaluateHuman
    from floodmark.settings.label_tweets import LabelTweets

PEOPLE, SPARE = "people", "spare"
"""Parts of the table beside the splits of the emoji tweets."""


class Inputs(NamedTuple):
    """Where the tables of the tweets lie.

    Attributes:
        human: `human.parquet`, the judged texts as written.
        judged: `judged.parquet`, the same texts without label emoji, as models read them.
        tweets: `tweets.parquet`, which knows conversations.
        labelled: `labelled.parquet`.
        vectors: `data/vectors`.
    """

    human: Path
    judged: Path
    tweets: Path
    labelled: Path
    vectors: Path


class Corpus(NamedTuple):
    """Texts without label emoji, one a row.

    Attributes:
        texts: As models read them.
        written: As people wrote them, emoji included; the same as `texts` but for those of people.
        labels: int64: 0 negative, 1 positive; -1 where nobody says.
        parts: `train`, `validation` and `test`, labelled by emoji; `people`, judged negative or positive by them;
            `spare`, tweets without a label that nothing scored is near to.
        units: What each row belongs to: rows of one unit are drawn, and put into folds, together.
        sources: Of people's labels, `unknown` where they name none; empty for tweets.
    """

    texts: list[str]
    written: list[str]
    labels: NDArray[np.int64]
    parts: NDArray[np.str_]
    units: NDArray[np.str_]
    sources: NDArray[np.str_]

    def rows(self, part: str) -> NDArray[np.int64]:
        """Row numbers of a part, in order."""
        return np.flatnonzero(self.parts == part)

    def learnable(self) -> bool:
        """Whether training has both classes, and there are tweets to choose by."""
        return len(np.unique(self.labels[self.rows("train")])) > 1 and len(self.rows("validation")) > 0

    def scored(self, min_texts: int) -> dict[str, NDArray[np.int64]]:
        """Rows by the name of what is scored: `emoji_test`, `people`, and `people:<source>` of enough texts."""
        people = self.rows(PEOPLE)
        found = {"emoji_test": self.rows("test"), PEOPLE: people}
        for source in np.unique(self.sources[people]):
            of_source = people[self.sources[people] == source]
            if len(of_source) >= min_texts:
                found[f"{PEOPLE}:{source}"] = of_source
        return {name: rows for name, rows in found.items() if len(np.unique(self.labels[rows])) > 1}


def read_corpus(inputs: Inputs, judging: EvaluateHuman, labels: LabelTweets, spare_tweets: int, seed: int) -> Corpus:
    """The emoji tweets by pseudonym, the texts on which people agree, and the spare tweets.

    People's votes are counted as `evaluate_human` counts them, texts that they call neutral being left out.

    Args:
        inputs: Tables.
        judging: What people's labels stand for.
        labels: Which texts are near-duplicates.
        spare_tweets: At most so many spare tweets, drawn at random.
        seed: Of the study.

    Raises:
        UserError: if a tweet that people judged is in a split that models learn from.
    """
    everyone = read_tweets(inputs.labelled)
    judged = read_judged(inputs.human)
    tweets = pl.read_parquet(inputs.tweets, columns=["tweet", "text_hash", "conversation", "event"])
    refuse_learnt(judged.judgements, tweets, inputs.labelled)
    votes = decide(judged, judging.classes.by_label()).texts
    polar = votes.filter(pl.col("label").is_in(CLASSES))
    stripped_of = dict(read_judged(inputs.judged).texts.select("label_row", "text").iter_rows())
    stripped = [stripped_of[row] for row in polar["label_row"]]
    known, free = labelled(everyone), _unscored(everyone, judged.judgements, tweets)
    drawn = generator(seed, "diagnose_text", "spare").permutation(len(free))[:spare_tweets]
    spare = free[np.sort(drawn)]
    # Near-duplicates are looked for among all that people saw, so that nothing near a neutral text is learnt from.
    seen = [stripped_of[row] for row in judged.texts["label_row"]]
    found = clusters(
        [*stripped, *seen, *spare["text"]], [], labels.duplicate_words, labels.duplicate_jaccard
    )  # fmt: skip
    of_people = set(found[: len(stripped) + len(seen)])
    apart = [cluster not in of_people for cluster in found[len(stripped) + len(seen) :]]
    spare = spare.filter(pl.Series(apart, dtype=pl.Boolean))
    texts = [*known["text"], *stripped, *spare["text"]]
    return Corpus(
        texts=texts,
        written=[*known["text"], *polar["text"], *spare["text"]],
        labels=np.array(
            [*known["label"], *(CLASSES.index(label) for label in polar["label"]), *([-1] * len(spare))], np.int64
        ),
        parts=np.array([*known["split"], *([PEOPLE] * len(polar)), *([SPARE] * len(spare))], np.str_),
        units=np.array(
            [*known["group"], *(f"{PEOPLE}:{cluster}" for cluster in found[: len(stripped)]), *spare["tweet"]], np.str_
        ),
        sources=np.array(
            [*([""] * len(known)), *polar["source"].fill_null("unknown"), *([""] * len(spare))], np.str_
        ),
    )  # fmt: skip


def _unscored(everyone: pl.DataFrame, judgements: pl.DataFrame, tweets: pl.DataFrame) -> pl.DataFrame:
    """Tweets without class emoji, one a text, in no group of validation or test and in no judged conversation."""
    found = judged_tweets(judgements, tweets)
    talks = tweets.filter(pl.col("conversation").is_in(found["conversation"].drop_nulls().implode()))["tweet"]
    held = everyone.filter(pl.col("split").is_in(["validation", "test"]))["group"]
    free = everyone.filter(
        (pl.col("fate") == "no emoji")
        & ~pl.col("human")
        & ~pl.col("group").is_in(held.implode())
        & ~pl.col("tweet").is_in(talks.implode())
    )
    return free.unique("text", keep="first", maintain_order=True)
