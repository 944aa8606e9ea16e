import math

import numpy as np
import polars as pl
import pytest

from floodmark.sentiment.features import Task, mean_vectors, read_task, tfidf
from floodmark.sentiment.vectors import read_vectors


def task(train, judged=(), validation=("rain",)):
    return Task(list(train), list(validation), list(judged), np.zeros(len(train), np.int64), np.zeros(1, np.int64))


def test_a_task_is_the_labelled_tweets_of_training_and_validation(study):
    found = read_task(study / "tweets" / "labelled.parquet", ["a", "b"])
    tweets = pl.read_parquet(study / "tweets" / "labelled.parquet")
    for split in ("train", "validation"):
        rows = tweets.filter((pl.col("split") == split) & pl.col("label").is_not_null()).sort("tweet")
        assert getattr(found, split) == rows["text"].to_list()
        assert getattr(found, f"{split}_labels").tolist() == rows["label"].to_list()
    assert found.judged == ["a", "b"]
    assert found.learnable()
    assert not found._replace(train_labels=np.ones(3, np.int64)).learnable()
    assert not found._replace(validation_labels=np.zeros(0, np.int64)).learnable()


def test_tfidf_is_that_of_its_formula():
    found = tfidf(task(["rain rain rain river", "river town"], ["rain Rain river snow"]))
    documents = {"rain": 1, "rain rain": 1, "rain river": 1, "river": 2, "river town": 1, "town": 1}
    assert found.train.shape == (2, len(documents))
    counts = {"rain": 2, "rain rain": 1, "rain river": 1, "river": 1}
    weights = [(1 + math.log(counts[term])) * (math.log(3 / (1 + documents[term])) + 1) if term in counts else 0.0
               for term in sorted(documents)]  # fmt: skip
    np.testing.assert_allclose(found.judged.toarray()[0], np.array(weights) / np.linalg.norm(weights), rtol=1e-9)


def test_judged_texts_teach_tfidf_nothing():
    alone, beside = (tfidf(task(["rain river", "dry town"], judged)) for judged in ([], ["snow rain", "ice snow"]))
    np.testing.assert_array_equal(alone.train.toarray(), beside.train.toarray())
    assert beside.judged[1].nnz == 0
    assert alone.judged.shape == (0, beside.judged.shape[1])


def test_vectors_are_averaged_over_the_words_that_are_known(tmp_path):
    (tmp_path / "v.txt").write_text("rain 1 2\nriver 3 6\n<user> 8 1\n")
    texts = task(["rain snow River", "snow", "<user> <name> rain"], ["rain"])
    found = mean_vectors(texts, read_vectors(tmp_path, [*texts.train, *texts.judged], 0))
    np.testing.assert_allclose(found.train, [[2, 4], [0, 0], [4.5, 1.5]])
    np.testing.assert_allclose(found.judged, [[1, 2]])
    assert found.train.dtype == np.float32


def test_vectors_are_averaged_over_the_tokens_of_their_own_set(tmp_path):
    (tmp_path / "v.txt").write_text("<user> 1 0\n<hashtag> 2 0\n<allcaps> 3 0\nnsw 0 6\n")
    texts = task(["<name> #NSW"])
    found = mean_vectors(texts, read_vectors(tmp_path, texts.train, 0))
    np.testing.assert_allclose(found.train, [[1.5, 1.5]])


@pytest.mark.parametrize("part", ["train", "validation", "judged"])
def test_every_part_is_turned_into_something_else(part):
    texts = Task(["a"], ["b", "c"], [], np.zeros(1, np.int64), np.ones(2, np.int64))
    found = texts.through(lambda rows: [row.upper() for row in rows])
    assert getattr(found, part) == [row.upper() for row in getattr(texts, part)]
    assert found.validation_labels is texts.validation_labels
