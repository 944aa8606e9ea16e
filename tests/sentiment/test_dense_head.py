import numpy as np
import pytest

from floodmark.sentiment.dense_head import dense_layers
from floodmark.settings.train_clip import TrainClip
from tests.sentiment.test_linear import clouds


@pytest.fixture
def settings(params):
    return params("train_clip", TrainClip, units=16, epochs=8, patience=8, batch_size=32, learning_rate=0.01)


def test_what_one_layer_cannot_part_two_can(settings):
    """The class is whether two signs agree, of which no line knows anything."""
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(900, 6)).astype(np.float32)
    labels = (rows[:, 0] * rows[:, 1] > 0).astype(np.int64)
    features, truth = clouds(0.0)
    features = features._replace(train=rows[:500], validation=rows[500:600], judged=rows[600:],
                                 train_labels=labels[:500], validation_labels=labels[500:600])  # fmt: skip
    truth = labels[600:]
    found = dense_layers(features, settings.model_copy(update={"epochs": 30, "patience": 30, "dropout": 0.1}), 1)
    assert ((found.probabilities >= 0.5) == truth).mean() > 0.8
    assert ((found.probabilities >= 0) & (found.probabilities <= 1)).all()


def test_the_best_epoch_is_kept_and_reported(settings, capsys):
    features, _ = clouds(0.4)
    found = dense_layers(features, settings, 1)
    epochs = [line for line in capsys.readouterr().err.splitlines() if line.startswith("epoch ")]
    scores = [float(line.split("balanced_accuracy ")[1].split()[0]) for line in epochs if "loss" in line]
    assert found.summary["validation"]["balanced_accuracy"] == pytest.approx(max(scores), abs=1e-3)
    assert found.summary["best_epoch"] == 1 + scores.index(max(scores))


def test_answers_repeat_to_the_bit_and_differ_with_the_seed(settings):
    features, _ = clouds(0.5)
    one, again, other = (dense_layers(features, settings, seed).probabilities for seed in (1, 1, 2))
    assert one.tobytes() == again.tobytes()
    assert one.tobytes() != other.tobytes()


def test_no_judged_text_is_no_error(settings):
    features, _ = clouds(0.5)
    assert dense_layers(features._replace(judged=features.judged[:0]), settings, 1).probabilities.shape == (0,)
