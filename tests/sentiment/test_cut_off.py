"""A training on tweets that is cut off and started again ends in the bytes of one that was not."""

import pytest

from floodmark.learning.checkpoints import Checkpoints
from floodmark.sentiment.assignment import assign
from floodmark.sentiment.clip_models import train_clip
from floodmark.sentiment.pretraining import pretrain
from floodmark.sentiment.text_models import train_text
from floodmark.settings.augment import Augment
from floodmark.settings.pretrain_clip import PretrainClip
from floodmark.settings.train_clip import TrainClip
from floodmark.settings.train_text import TrainText
from tests.sentiment.conftest import TINY
from tests.sentiment.test_training import small_text

EPOCHS = 4


class CutError(Exception):
    pass


@pytest.fixture(scope="module", params=["lstm", "transformer", "clip", "pretrain_clip"])
def train(request, study, params, tmp_path_factory):
    """Trains one of the models into a folder, with or without unfinished work in another one."""
    name, tweets = request.param, study / "tweets" / "labelled.parquet"
    if name == "clip":
        drawn, embeddings = tmp_path_factory.mktemp("drawn"), study / "embeddings"
        assign(tweets, embeddings, drawn, params("augment", Augment, logit_scale=300), 1)
        short = params("train_clip", TrainClip, units=16, batch_size=32, epochs=EPOCHS)
        augmented = drawn / "augmented.parquet"
        return lambda folder, work: train_clip("none", tweets, augmented, embeddings, folder, short, 1, work)
    if name == "pretrain_clip":
        settings = params("pretrain_clip", PretrainClip, model=TINY, epochs=EPOCHS, batch_size=16)
        return lambda folder, work: pretrain(tweets, study / "media", folder, settings, 1, work)
    sizes = small_text()
    sizes[name] |= {"epochs": EPOCHS, "dropout": 0.2}
    settings = params("train_text", TrainText, **sizes)
    return lambda folder, work: train_text(name, tweets, folder / "absent", folder, settings, 1, work)


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_one_that_is_cut_off_in_every_epoch_ends_in_the_same_bytes(train, tmp_path, monkeypatch):
    for name in ("whole", "resumed"):
        (tmp_path / name).mkdir()
    train(tmp_path / "whole", None)
    kept = Checkpoints.save

    def save(self, progress):
        kept(self, progress)
        reached.append(len(progress.history))
        raise CutError

    reached = []
    monkeypatch.setattr(Checkpoints, "save", save)
    for _ in range(EPOCHS):
        with pytest.raises(CutError):
            train(tmp_path / "resumed", tmp_path / "work")
    monkeypatch.undo()
    assert reached == list(range(1, EPOCHS + 1))  # each went on where the last was cut off
    train(tmp_path / "resumed", tmp_path / "work")
    assert content(tmp_path / "resumed") == content(tmp_path / "whole")
