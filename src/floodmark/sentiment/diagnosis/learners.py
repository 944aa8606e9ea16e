"""How a lesson is learnt: by the very functions that train the models and fit the baselines."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from floodmark.learning.confusion import classification_scores, confusion_matrix
from floodmark.learning.device import pick_device
from floodmark.learning.seeds import fix
from floodmark.sentiment.diagnosis.lessons import NETWORKS
from floodmark.sentiment.diagnosis.mean_pool import MeanPooledLstm
from floodmark.sentiment.features import Task, mean_vectors, tfidf
from floodmark.sentiment.linear import logistic_regression
from floodmark.sentiment.models.words import WordEmbedding
from floodmark.sentiment.scoring import decided
from floodmark.sentiment.sentence import encode_sentences
from floodmark.sentiment.text import encode
from floodmark.sentiment.text_models import build, configure, trim
from floodmark.sentiment.training import Examples, fit_classifier, predict
from floodmark.sentiment.vectors import WordVectors, read_vectors

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.sentiment.diagnosis.corpus import Corpus
    from floodmark.sentiment.diagnosis.lessons import Lesson
    from floodmark.settings.train_text import TrainText


class Desk(NamedTuple):
    """All that learning needs, for every row of the corpus.

    Attributes:
        corpus: Texts and labels.
        words: Vocabulary and vectors of the networks, those of `train_text`.
        ids: int64 (rows, max_tokens), token ids.
        features: float32 (rows, d) by linear model: `mean_vectors`, and `sentence` where it is wanted.
    """

    corpus: Corpus
    words: WordVectors
    ids: NDArray[np.int64]
    features: dict[str, NDArray[np.float32]]


def set_up(corpus: Corpus, tweets: list[str], vectors: Path, settings: TrainText, sentences: bool) -> Desk:
    """Read the vectors and turn every text into numbers.

    Args:
        corpus: Texts and labels.
        tweets: Every text of the archive, from which `train_text` takes its vocabulary.
        vectors: `data/vectors`.
        settings: Tokens of a tweet, and common words.
        sentences: Whether the sentence encoder is wanted.

    Raises:
        UserError: if the vectors cannot be read, or the encoder is not installed.
    """
    words = read_vectors(vectors, tweets, settings.words.common_words)
    ids = encode([words.normaliser.tokens(text) for text in corpus.texts], words.ids(), settings.words.max_tokens)
    none = np.zeros(0, np.int64)
    task = Task(corpus.texts, [], [], none, none)
    features = {"mean_vectors": mean_vectors(task, read_vectors(vectors, corpus.texts, 0)).train}
    if sentences:
        features["sentence"] = encode_sentences(corpus.texts)
    return Desk(corpus, words, ids, features)


def learn(desk: Desk, lesson: Lesson) -> NDArray[np.int64]:
    """The class of each row that the lesson asks for, in its order."""
    if lesson.model in NETWORKS:
        return _network(desk, lesson)
    truth = desk.corpus.labels[lesson.choose]
    rows = Task(lesson.rows, lesson.choose, lesson.answer, lesson.labels, truth)
    if lesson.model == "tfidf":
        task = tfidf(rows.through(lambda part: [desk.corpus.texts[row] for row in part]))
    else:
        features = desk.features[lesson.model]
        task = rows.through(lambda part: features[part])
    return decided(logistic_regression(task).probabilities)


def _network(desk: Desk, lesson: Lesson) -> NDArray[np.int64]:
    """As `train_text` trains: with the seed of the study and its tweets, the weights are those of the model."""
    config = configure(lesson.model, lesson.settings, desk.words)
    vectors, special = torch.from_numpy(desk.words.vectors), torch.from_numpy(desk.words.special)
    fix(lesson.seed, "model", lesson.model)
    if lesson.mean_pool:
        model: torch.nn.Module = MeanPooledLstm(WordEmbedding(vectors, special), **config["architecture"])
    else:
        model = build(config, vectors, special)
    model.to(pick_device())

    def ids(rows: NDArray[np.int64]) -> tuple[torch.Tensor, ...]:
        return (torch.from_numpy(desk.ids[rows]),)

    lengths = (desk.ids[lesson.rows] != 0).sum(1)
    training = Examples(ids(lesson.rows), lesson.labels, desk.corpus.units[lesson.rows].tolist(), lengths)
    truth, chosen = desk.corpus.labels[lesson.choose], ids(lesson.choose)

    def evaluate() -> dict[str, float]:
        return classification_scores(confusion_matrix(truth, decided(predict(model, chosen, trim)), 2))

    recipe = getattr(lesson.settings, lesson.model)
    fit_classifier(lesson.model, model, training, evaluate, recipe, lesson.seed, trim)
    return decided(predict(model, ids(lesson.answer), trim))
