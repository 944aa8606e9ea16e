import json

import numpy as np
import polars as pl
import pytest

from floodmark.errors import UserError
from floodmark.sentiment import sentence, text_baselines
from floodmark.sentiment.human import decide, read_judged
from floodmark.settings.train_clip import TrainClip

LABELS = ("negative", "neutral", "positive")


@pytest.fixture
def dense(params):
    return params("train_clip", TrainClip, units=16, epochs=4, batch_size=16, learning_rate=0.01)


def answers(study, root, dense, encoder=False):
    votes = decide(read_judged(study / "tweets" / "judged.parquet"), {label: label for label in LABELS})
    polar = votes.texts.filter(pl.col("label") != "neutral")
    found = text_baselines.text_baselines(
        study / "tweets" / "labelled.parquet", polar["text"].to_list(), root / "absent", encoder, dense, 1
    )
    return found, (polar["label"] == "positive").to_numpy()


def test_words_that_emoji_labelled_are_recognised_where_people_judged(study, tmp_path, dense):
    found, truth = answers(study, tmp_path, dense)
    assert list(found) == ["tfidf", "mean_vectors"]
    for name, answer in found.items():
        assert ((answer.probabilities >= 0.5) == truth).mean() > 0.85, name
        assert json.loads(json.dumps(answer.summary)) == answer.summary
    for part in ("train", "judged"):
        assert found["mean_vectors"].summary[f"{part}_unknown_share"] < 0.1


def test_the_encoder_stands_under_a_line_and_under_two_layers(study, tmp_path, dense, monkeypatch):
    """Every text goes through once; here a vector says how many good and bad words there are."""
    from tests.sentiment.study import BAD, GOOD

    read = []

    def encode(texts):
        read.extend(texts)
        counts = [[sum(word in text for word in words) for words in (GOOD, BAD)] for text in texts]
        return np.array(counts, np.float32).reshape(-1, 2) / 2

    monkeypatch.setattr(text_baselines, "encode_sentences", encode)
    found, truth = answers(study, tmp_path, dense, encoder=True)
    assert list(found) == ["tfidf", "mean_vectors", "sentence", "sentence_dense"]
    for name in ("sentence", "sentence_dense"):
        assert ((found[name].probabilities >= 0.5) == truth).all()
        assert found[name].probabilities.shape == truth.shape
    sizes = found["sentence"].summary
    assert len(read) == sizes["train"] + sizes["validation"]["tweets"] + len(truth)


def test_an_encoder_that_is_not_installed_is_an_error_not_a_gap(study, tmp_path, dense, monkeypatch):
    monkeypatch.setattr(sentence, "find_spec", lambda package: None)
    with pytest.raises(UserError, match="is an extra, and not installed"):
        answers(study, tmp_path, dense, encoder=True)


@pytest.mark.parametrize("label", [None, 1])
def test_nothing_to_learn_from_gives_no_baselines(study, tmp_path, dense, label, capsys):
    tweets = pl.read_parquet(study / "tweets" / "labelled.parquet").with_columns(label=pl.lit(label, pl.Int8))
    tweets.write_parquet(tmp_path / "labelled.parquet")
    assert text_baselines.text_baselines(tmp_path / "labelled.parquet", ["rain"], tmp_path, False, dense, 1) == {}
    assert "no baseline learns from emoji" in capsys.readouterr().err
