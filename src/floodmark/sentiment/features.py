"""Texts as rows of numbers that nothing was trained for: what the linear baselines read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from floodmark.sentiment.dataset import labelled, read_tweets
from floodmark.sentiment.text import tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.sentiment.vectors import WordVectors


class Task(NamedTuple):
    """What a baseline learns from, is chosen by and answers: texts, or the features made of them.

    Attributes:
        train: Labelled by their emoji; all that is fitted, is fitted on these.
        validation: Labelled by their emoji; settings are chosen on these.
        judged: The texts that people labelled; nobody looks at their labels here.
        train_labels: 0 negative, 1 positive, one a row of `train`.
        validation_labels: The same of `validation`.
    """

    train: Any
    validation: Any
    judged: Any
    train_labels: NDArray[np.int64]
    validation_labels: NDArray[np.int64]

    def through(self, make: Callable[[Any], Any]) -> Task:
        """The same rows, each part turned into something else."""
        made = {part: make(getattr(self, part)) for part in ("train", "validation", "judged")}
        return self._replace(**made)

    def learnable(self) -> bool:
        """Whether there are both classes to learn from, and tweets to choose by."""
        return len(np.unique(self.train_labels)) > 1 and len(self.validation_labels) > 0


def read_task(tweets: Path, judged: Sequence[str]) -> Task:
    """The emoji tweets of `labelled.parquet` and the judged texts, all without label emoji."""
    known = labelled(read_tweets(tweets))
    rows = {split: known.filter(known["split"] == split) for split in ("train", "validation")}
    labels = (part["label"].cast(int).to_numpy(writable=True) for part in rows.values())
    return Task(rows["train"]["text"].to_list(), rows["validation"]["text"].to_list(), list(judged), *labels)


def tfidf(texts: Task) -> Task:
    """Sublinear TF-IDF of words and pairs of words, fitted on the training texts (Salton and Buckley 1988).

    Returns:
        Sparse matrices (texts, terms) of rows of unit length; zero where no term is known.
    """
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectoriser = TfidfVectorizer(
        tokenizer=tokens, token_pattern=None, lowercase=False, ngram_range=(1, 2), sublinear_tf=True
    )
    vectoriser.fit(texts.train)
    none = csr_matrix((0, len(vectoriser.vocabulary_)))  # which scikit-learn refuses to transform
    return texts.through(lambda part: vectoriser.transform(part) if part else none)


def mean_vectors(texts: Task, source: WordVectors) -> Task:
    """Mean of the pretrained vectors of a text's words, those that the set does not know being left out.

    Returns:
        float32 matrices (texts, d); zero where no word is known.
    """
    vectors = np.concatenate([source.special, source.vectors])
    known = {token: number for token, number in source.ids().items() if np.isfinite(vectors[number]).all()}

    def mean(part: Sequence[str]) -> NDArray[np.float32]:
        means = np.zeros((len(part), vectors.shape[1]), np.float32)
        for row, text in enumerate(part):
            numbers = [known[token] for token in source.normaliser.tokens(text) if token in known]
            if numbers:
                means[row] = vectors[numbers].mean(0)
        return means

    return texts.through(mean)
