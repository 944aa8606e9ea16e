import csv
import hashlib
import json

import numpy as np
import polars as pl
import pytest
import torch

from floodmark.errors import UserError
from floodmark.learning.weights import load_weights
from floodmark.sentiment.assignment import assign
from floodmark.sentiment.clip_models import predict_clip, train_clip
from floodmark.sentiment.dataset import labelled, read_tweets
from floodmark.sentiment.embeddings import read_embeddings
from floodmark.sentiment.scoring import decided
from floodmark.sentiment.text_models import load_text_model, predict_text, train_text
from floodmark.sentiment.training import EVALUATION_BATCH, HISTORY, _Running, predict, shuffled
from floodmark.sentiment.twitter import TWITTER
from floodmark.settings.augment import Augment
from floodmark.settings.train_clip import TrainClip
from floodmark.settings.train_text import TrainText
from tests.sentiment.study import BAD, GOOD

TRAINING = {"epochs": 8, "patience": 8, "batch_size": 32, "learning_rate": 0.02, "weight_decay": 0.0}


def small_text():
    return {
        "words": {"max_tokens": 12, "common_words": 50},
        "lstm": {"units": [8], "bidirectional": True, "batch_norm": False, "dropout": 0.0, **TRAINING},
        "transformer": {"width": 16, "layers": 1, "heads": 2, "feed_forward": 16, "dropout": 0.0, **TRAINING},
    }


@pytest.fixture(scope="module", params=["lstm", "transformer"])
def trained(request, study, params, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    settings = params("train_text", TrainText, **small_text())
    train_text(request.param, study / "tweets" / "labelled.parquet", folder / "absent", folder, settings, 1)
    return request.param, settings, folder


def test_sentiment_of_words_is_learnt(trained):
    summary = json.loads((trained[2] / "train.json").read_text())
    assert summary["trained"]
    for split in ("validation", "test"):
        assert summary[split]["balanced_accuracy"] > 0.85 > summary[split]["majority"]["balanced_accuracy"]
        assert summary[split]["low"] <= summary[split]["balanced_accuracy"] <= summary[split]["high"]


def test_saved_models_score_as_the_summary_says(trained, study):
    _, _, folder = trained
    known = labelled(read_tweets(study / "tweets" / "labelled.parquet")).filter(pl.col("split") == "validation")
    predicted = predict_text(folder / "model.safetensors", known["text"].to_list())
    summary = json.loads((folder / "train.json").read_text())["validation"]
    assert len(predicted) == len(known) == summary["tweets"]
    assert (decided(predicted) == known["label"].to_numpy()).mean() == pytest.approx(summary["accuracy"])


def test_probabilities_are_the_softmax_of_the_logits():
    class Half(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.tensor(0.5))

        def forward(self, logits):
            return logits * self.scale

    logits = torch.randn(EVALUATION_BATCH + 3, 2, generator=torch.Generator().manual_seed(0)) * 8
    logits[0] = 0.0
    found = predict(Half(), (logits,))
    assert found == pytest.approx(torch.softmax(logits.double() / 2, 1)[:, 1].numpy())
    assert (decided(found) == (logits / 2).argmax(1).numpy()).all()
    assert found[0] == 0.5
    assert predict(Half(), (logits[:0],)).shape == (0,)


def test_training_accuracy_is_that_of_the_batches_of_its_epoch(trained):
    folder = trained[2]
    rows = list(csv.DictReader((folder / "history.csv").open()))
    assert tuple(rows[0]) == HISTORY
    shares = [float(row["training_accuracy"]) for row in rows]
    tweets = json.loads((folder / "train.json").read_text())["training"]["tweets"]
    for share in shares:
        assert share * tweets == pytest.approx(round(share * tweets), abs=1e-3)
    assert shares[0] < shares[-1] > 0.85


def test_running_accuracy_starts_anew_when_taken():
    running = _Running()
    running.add(torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([0, 0]))
    running.add(torch.tensor([[1.0, 0.0]]), torch.tensor([0]))
    assert running.take() == pytest.approx(2 / 3)
    running.add(torch.tensor([[1.0, 0.0]]), torch.tensor([1]))
    assert running.take() == 0


def test_training_repeats_to_the_byte(trained, study, tmp_path):
    name, settings, folder = trained
    train_text(name, study / "tweets" / "labelled.parquet", tmp_path / "absent", tmp_path, settings, 1)
    for file in ("model.safetensors", "history.csv", "train.json"):
        one, other = ((place / file).read_bytes() for place in (folder, tmp_path))
        assert hashlib.sha256(one).digest() == hashlib.sha256(other).digest()


def test_models_know_words_that_no_tweet_has(trained):
    _, config = load_weights(trained[2] / "model.safetensors")
    assert len(config["words"]) >= 50
    assert "the" in config["words"]


def test_a_model_reads_texts_as_the_vectors_that_it_learnt_on(study, params, tmp_path):
    """GloVe's Twitter set, by its tokens: the model's file says so to whoever lets it judge."""
    words = ("<user>", "<hashtag>", "<allcaps>", "rain", *GOOD, *BAD)
    rows = np.random.default_rng(1).normal(size=(len(words), 8)).round(3)
    lines = (f"{word} {' '.join(map(str, row))}\n" for word, row in zip(words, rows, strict=True))
    (tmp_path / "mine.txt").write_text("".join(lines))
    sizes = small_text()
    sizes["lstm"] |= {"epochs": 40, "patience": 40}
    settings = params("train_text", TrainText, **sizes)
    train_text("lstm", study / "tweets" / "labelled.parquet", tmp_path, tmp_path, settings, 1)
    state, config = load_weights(tmp_path / "model.safetensors")
    assert config["normaliser"] == "twitter"
    assert state["words.special"].shape == (len(TWITTER.special), 8)
    assert set(config["words"]) == set(words) - set(TWITTER.special)
    # A name is `<user>`, and a tag in capitals a word between `<hashtag>` and `<allcaps>`.
    model, _ = load_text_model(tmp_path / "model.safetensors")
    number = TWITTER.ids(config["words"])
    tokens = [["<user>", "<hashtag>", word, "<allcaps>"] for word in (*GOOD, *BAD)]
    ids = torch.tensor([[number[token] for token in row] for row in tokens])
    with torch.inference_mode():
        expected = model(ids, ids != 0).argmax(1).tolist()
    texts = [f"<name> #{word.upper()}" for word in (*GOOD, *BAD)]
    assert decided(predict_text(tmp_path / "model.safetensors", texts)).tolist() == expected
    assert len(set(expected)) == 2
    assert 0 < json.loads((tmp_path / "train.json").read_text())["vocabulary"]["unknown_share"] < 1


def test_labelled_texts_reach_a_model_as_they_were_labelled(study, params, tmp_path, monkeypatch):
    """Texts are read from the table whose label emoji are gone; nothing else is looked up."""
    from floodmark.sentiment import text_models, vectors

    read = []
    spy = vectors.PLAIN._replace(tokens=lambda text: read.append(text) or text.split())
    monkeypatch.setattr(vectors, "PLAIN", spy)
    monkeypatch.setattr(text_models, "train", lambda *arguments: None)
    settings = params("train_text", TrainText, **small_text())
    train_text("lstm", study / "tweets" / "labelled.parquet", tmp_path, tmp_path, settings, 1)
    assert set(read) == set(read_tweets(study / "tweets" / "labelled.parquet")["text"])


def test_an_unknown_model_is_named(study, params, tmp_path):
    settings = params("train_text", TrainText, **small_text())
    with pytest.raises(UserError, match="'gru': choose lstm or transformer"):
        train_text("gru", study / "tweets" / "labelled.parquet", tmp_path, tmp_path, settings, 1)


def test_heads_must_divide_the_width(study, params, tmp_path):
    sizes = small_text()
    sizes["transformer"] |= {"heads": 3}
    settings = params("train_text", TrainText, **sizes)
    with pytest.raises(UserError, match=r"width = 16.*heads = 3"):
        train_text("transformer", study / "tweets" / "labelled.parquet", tmp_path, tmp_path, settings, 1)


@pytest.mark.parametrize("label", [None, 1])
def test_nothing_to_learn_from_is_said_and_no_model_is_made_up(study, params, tmp_path, label):
    tweets = read_tweets(study / "tweets" / "labelled.parquet").with_columns(label=pl.lit(label, pl.Int8))
    tweets.write_parquet(tmp_path / "labelled.parquet")
    train_text(
        "lstm", tmp_path / "labelled.parquet", tmp_path, tmp_path, params("train_text", TrainText, **small_text()), 1
    )
    assert json.loads((tmp_path / "train.json").read_text())["trained"] is False
    assert (tmp_path / "history.csv").read_text().startswith("epoch,loss,training_accuracy,accuracy")
    assert predict_text(tmp_path / "model.safetensors", ["rain"]) is None


@pytest.fixture(scope="module")
def clips(study, params, tmp_path_factory):
    root = tmp_path_factory.mktemp("clips")
    augment = params("augment", Augment, logit_scale=300)
    assign(study / "tweets" / "labelled.parquet", study / "embeddings", root, augment, 1)
    settings = params("train_clip", TrainClip, units=16, epochs=4, batch_size=32)
    for name in augment.names():
        (root / name).mkdir()
        train_clip(name, study / "tweets" / "labelled.parquet", root / "augmented.parquet",
                   study / "embeddings", root / name, settings, 1)  # fmt: skip
    return root, augment.names()


def summaries(clips):
    return {name: json.loads((clips[0] / name / "train.json").read_text()) for name in clips[1]}


def test_rows_are_those_with_a_photo_sure_enough(clips):
    table = pl.read_parquet(clips[0] / "augmented.parquet").filter(pl.col("split") == "train")
    for name, summary in summaries(clips).items():
        expected = table.filter(pl.col("own_photo").is_not_null() | pl.col(f"photo_{name}").is_not_null())
        assert summary["training"]["tweets"] == len(expected)
        assert summary["assigned"] == table[f"photo_{name}"].count()
    counts = [summaries(clips)[name]["training"]["tweets"] for name in ("none", "0.9", "0.75", "0.5", "0")]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1] == len(table)


def test_every_model_is_validated_on_every_labelled_tweet(clips, study):
    known = labelled(read_tweets(study / "tweets" / "labelled.parquet"))
    for summary in summaries(clips).values():
        for split in ("validation", "test"):
            assert summary[split]["tweets"] == (known["split"] == split).sum()


def test_texts_without_photos_are_classified(clips, study):
    vectors = read_embeddings(study / "embeddings", "human").vectors
    answers = predict_clip(clips[0] / "0" / "model.safetensors", vectors)
    assert answers.shape == (len(vectors),)
    assert ((answers > 0) & (answers < 1)).all()


def test_a_confidence_that_was_not_drawn_is_named(clips, study, params, tmp_path):
    root, names = clips
    with pytest.raises(UserError, match=rf"'0\.66': choose among {', '.join(names)}, or add"):
        train_clip("0.66", study / "tweets" / "labelled.parquet", root / "augmented.parquet", study / "embeddings",
                   tmp_path, params("train_clip", TrainClip), 1)  # fmt: skip


@pytest.mark.parametrize("sized", [False, True])
@pytest.mark.parametrize("count", [1, 7, 100, 1000])
def test_an_epoch_has_every_row_once(count, sized):
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 50, count) if sized else None
    batches = shuffled(count, 8, lengths, rng)
    assert sorted(np.concatenate(batches)) == list(range(count))
    assert max(len(batch) for batch in batches) <= 8
    assert len(batches) == -(-count // 8)


def test_batches_of_like_lengths_have_little_padding_and_change_with_the_epoch():
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 50, 1000)
    first, second = (shuffled(1000, 8, lengths, np.random.default_rng(seed)) for seed in (1, 2))
    assert np.mean([np.ptp(lengths[batch]) for batch in first]) < 8
    assert {tuple(sorted(batch)) for batch in first}.isdisjoint(tuple(sorted(batch)) for batch in second)
