import math

import pytest
import torch
from torch import nn

from floodmark.learning.history import write_history
from floodmark.learning.trainer import Schedule, fit


def setting(epochs=30, patience=30):
    torch.manual_seed(0)
    x = torch.randn(64, 3)
    y = x @ torch.tensor([[1.0], [-2.0], [0.5]]) + 0.3
    model = nn.Linear(3, 1)
    return model, x, y, Schedule(epochs, 0.1, 0.0, 4, patience)


def train(scores=None, **sizes):
    model, x, y, schedule = setting(**sizes)
    given = iter(scores) if scores else None
    kept = []

    def evaluate():
        kept.append([parameter.detach().clone() for parameter in model.parameters()])
        return {"score": next(given) if given else -float(((model(x) - y) ** 2).mean())}

    def loss(batch):
        return ((model(batch[0]) - batch[1]) ** 2).mean()

    def batches(epoch):
        return zip(x.split(16), y.split(16), strict=True)

    return model, kept, fit(model, loss, batches, evaluate, schedule, "score")


def test_a_linear_model_is_learnt():
    model, _, history = train()
    assert history[-1]["score"] > -1e-3
    assert model.bias.item() == pytest.approx(0.3, abs=0.02)
    assert not model.training


def test_the_best_epoch_is_kept_not_the_last():
    model, kept, history = train([0.1, 0.9, 0.3, 0.2], epochs=4)
    assert len(history) == 4
    assert all(torch.equal(now, then) for now, then in zip(model.parameters(), kept[1], strict=True))


def test_patience_ends_training():
    _, _, history = train([0.5, 0.4, 0.3, 0.2, 0.9], epochs=5, patience=2)
    assert [row["epoch"] for row in history] == [1, 2, 3]


def test_a_run_repeats():
    first, second = (train(epochs=3)[2] for _ in range(2))
    assert first == second


def test_history_is_a_table_of_numbers(tmp_path):
    write_history(tmp_path / "history.csv", [{"epoch": 1, "loss": 1 / 3}, {"epoch": 2, "loss": math.nan}])
    assert (tmp_path / "history.csv").read_text() == "epoch,loss\n1,0.33333333\n2,nan\n"
