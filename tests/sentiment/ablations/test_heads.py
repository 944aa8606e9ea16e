"""CLIP's classifier as the ablations train it: what is asked of held-out rows was chosen by none of them."""

import numpy as np
import pytest
import torch
from sklearn.metrics import balanced_accuracy_score

from floodmark.sentiment.ablations import heads
from floodmark.sentiment.ablations.errors import softmax_twice
from floodmark.sentiment.ablations.experiment import dense_classifier
from floodmark.sentiment.ablations.heads import Job, repetition, train_held_out
from floodmark.sentiment.ablations.material import Material
from floodmark.sentiment.models.dense import without_photos
from floodmark.sentiment.training import Examples
from floodmark.settings.train_clip import TrainClip

WIDTH = 8


def examples(rng, count, signal):
    """Photos tell the class, texts do not."""
    labels = rng.integers(0, 2, count)
    text, image = rng.standard_normal((2, count, WIDTH)).astype(np.float32) / WIDTH**0.5
    image[:, 0] += signal * (2 * labels - 1)
    inputs = (torch.from_numpy(text), torch.from_numpy(image), torch.ones(count, dtype=torch.bool))
    return Examples(inputs, labels, range(count))


def train_head(material, dense, seed):
    return train_held_out(Job(material, dense_classifier(material.width, dense), dense, seed))


@pytest.fixture
def dense(params):
    return params("train_clip", TrainClip, units=16, epochs=6, patience=6, batch_size=32, learning_rate=0.01)


@pytest.fixture
def material():
    rng = np.random.default_rng(0)
    parts = [examples(rng, count, 1.0) for count in (400, 150, 120)]
    return Material(*parts, without_photos(torch.zeros(5, WIDTH)))


def test_answers_are_of_validation_test_and_judged_rows_in_this_order(material, dense):
    found = train_head(material, dense, 1)
    assert found.classes.shape == (150 + 120 + 5,)
    assert set(found.classes) <= {0, 1}
    for part, rows in ((material.validation, slice(0, 150)), (material.test, slice(150, 270))):
        assert balanced_accuracy_score(part.labels, found.classes[rows]) > 0.8
    assert 0.8 < found.validation_accuracy <= 1
    assert len(set(found.classes[270:])) == 1  # five equal texts


def test_neither_split_chooses_the_epoch_that_answers_it(material, dense, monkeypatch):
    """Of three epochs with set answers, the one that is best on test answers validation, and the other way round."""
    truth = material.validation.labels, material.test.labels
    wrong = [1 - labels for labels in truth]
    # With a patience of one epoch, an early stop by validation would never reach the third, which is best on test.
    script = [(truth[0], wrong[1]), (wrong[0], wrong[1]), (wrong[0], truth[1])]
    judged = [np.full(5, number) for number in (1, 0, 0)]
    calls = []

    def predict(model, inputs, collate):
        epoch, part = divmod(len(calls), 3)
        calls.append(part)
        return (judged[epoch] if part == 2 else script[epoch][part]).astype(float)

    monkeypatch.setattr(heads, "predict", predict)
    found = train_head(material, dense.model_copy(update={"epochs": 3, "patience": 1}), 1)
    assert (found.classes[:150] == wrong[0]).all()  # of the third epoch
    assert (found.classes[150:270] == wrong[1]).all()  # of the first epoch
    assert (found.classes[270:] == 1).all()  # judged texts go with validation, as test does
    assert found.validation_accuracy == 1


def test_the_same_seed_repeats_and_another_differs(material, dense):
    one, again, other = (train_head(material, dense, seed).classes for seed in (1, 1, 2))
    assert (one == again).all()
    assert (one != other).any()


def test_repetitions_have_seeds_of_their_own():
    assert len({repetition(seed, number) for seed in (1, 2) for number in range(20)}) == 40


def test_a_second_softmax_bounds_the_loss_as_in_the_original():
    weights = torch.ones(2)
    truth = torch.tensor([0])
    right, wrong = (softmax_twice(torch.tensor([[30.0, -30.0]]) * sign, truth, weights).item() for sign in (1, -1))
    assert right == pytest.approx(0.3133, abs=1e-4)
    assert wrong == pytest.approx(1.3133, abs=1e-4)


def test_what_cannot_be_learnt_is_known_beforehand(material):
    assert material.learnable()
    none = Examples(tuple(part[:0] for part in material.test.inputs), material.test.labels[:0], [])
    ones = Examples(material.training.inputs, np.ones(400, np.int64), range(400))
    assert not material._replace(training=ones).learnable()
    assert not material._replace(test=none).learnable()
    assert not material._replace(validation=none).learnable()
