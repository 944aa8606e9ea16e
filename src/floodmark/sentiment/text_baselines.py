"""What a text model has to beat: baselines of the same emoji labels, on features that were not trained for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from floodmark.progress import say
from floodmark.sentiment.dense_head import dense_layers
from floodmark.sentiment.features import mean_vectors, read_task, tfidf
from floodmark.sentiment.linear import Answers, logistic_regression
from floodmark.sentiment.sentence import encode_sentences
from floodmark.sentiment.text import unknown_share
from floodmark.sentiment.vectors import read_vectors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from floodmark.settings.train_clip import TrainClip

TFIDF, MEAN_VECTORS, SENTENCE, SENTENCE_DENSE = "tfidf", "mean_vectors", "sentence", "sentence_dense"


def text_baselines(
    tweets: Path, judged: Sequence[str], vectors: Path, encoder: bool, dense: TrainClip, seed: int
) -> dict[str, Answers]:
    """Fit every baseline on the training tweets, choose its settings on validation, and answer the judged texts.

    Args:
        tweets: `labelled.parquet`.
        judged: Texts that people labelled, scrubbed and without label emoji, as models read them.
        vectors: `data/vectors`.
        encoder: Whether to use the sentence encoder, an extra that may not be installed.
        dense: Settings of the two dense layers on the encoder's vectors, those of CLIP's classifier.
        seed: Of the study.

    Returns:
        Answers by name: logistic regression on `tfidf`, `mean_vectors` and `sentence`, and `sentence_dense`. None at
        all where there is nothing to learn from or to choose by.

    Raises:
        UserError: if the encoder is asked for and not installed, or the vectors cannot be read.
    """
    texts = read_task(tweets, judged)
    if not texts.learnable():
        say("no tweets of both classes to learn from, or none to validate on: no baseline learns from emoji")
        return {}
    source = read_vectors(vectors, [*texts.train, *texts.validation, *texts.judged], 0)
    found = {
        TFIDF: logistic_regression(tfidf(texts)),
        MEAN_VECTORS: logistic_regression(mean_vectors(texts, source)),
    }
    words = texts.through(lambda part: [source.normaliser.tokens(text) for text in part])
    for part in ("train", "judged"):
        found[MEAN_VECTORS].summary[f"{part}_unknown_share"] = unknown_share(getattr(words, part), source.ids())
    if encoder:
        sentences = texts.through(encode_sentences)
        found[SENTENCE] = logistic_regression(sentences)
        found[SENTENCE_DENSE] = dense_layers(sentences, dense, seed)
    return found
