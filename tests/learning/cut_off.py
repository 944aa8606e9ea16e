"""A training with all that has a state: dropout, batch normalisation, tied weights, moments, shuffled batches.

As a program, `python -m tests.learning.cut_off FOLDER`, it has such trainings killed with SIGKILL, each in a folder of
its own: in the midst of an epoch, of writing the state, between the best weights and the state, and again and again at
any moment.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from floodmark.learning import checkpoints
from floodmark.learning.seeds import fix, generator
from floodmark.learning.trainer import Schedule, fit

EPOCHS, STEPS = 5, 4
SCORES = (0.2, 0.6, 0.4, 0.8, 0.5)
"""So that an epoch after each cut may be the best, or not."""


class Tied(nn.Module):
    """Two convolutions with the same weights, laid out channels last."""

    def __init__(self):
        super().__init__()
        self.first, self.norm, self.second = nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4), nn.Conv2d(4, 4, 3)
        self.second.weight = self.first.weight
        self.scale = nn.Parameter(torch.tensor(1.0))
        self.unused = nn.Parameter(torch.zeros(3))

    def forward(self, x):
        return self.second(F.dropout(self.norm(self.first(x)), 0.3, self.training)) * self.scale


def batches(epoch):
    rng = generator(1, "batches", epoch)
    for _ in range(STEPS):
        values = torch.from_numpy(rng.normal(size=(8, 4, 6, 6)).astype("float32"))
        yield values.to(memory_format=torch.channels_last), values.mean((1, 2, 3))


def train(work=None, before=lambda epoch, step: None, score=None, **schedule):
    """Weights, history and the state of chance afterwards; `before` is told of each step."""
    fix(1, "model")
    model = Tied().to(memory_format=torch.channels_last)
    done = []

    def watched(epoch):
        done.append(epoch)
        for step, batch in enumerate(batches(epoch)):
            before(epoch, step)
            yield batch

    def loss(batch):
        return ((model(batch[0]).mean((1, 2, 3)) - batch[1]) ** 2).mean() + torch.rand(()) * model.scale**2

    def evaluate():
        value = {"zeal": float(model.scale), "score": SCORES[done[-1] - 1] if score is None else score}
        assert not model.training
        return value

    setting = Schedule(**{"epochs": EPOCHS, "learning_rate": 0.05, "weight_decay": 0.01, "steps_per_epoch": STEPS,
                          "patience": EPOCHS, **schedule})  # fmt: skip
    history = fit(model, loss, watched, evaluate, setting, "score", work=work)
    weights = {name: value.numpy().tobytes() for name, value in model.state_dict().items()}
    return weights, [list(row.items()) for row in history], torch.get_rng_state().tolist(), done


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def cut(work, where):
    """Train to where this process kills itself."""
    save, replace, states = checkpoints.save_weights, os.replace, []

    def writing(path, state, config):
        save(path, state, config)
        states.extend([path] if "last" in path.name else [])
        if where == "writing" and len(states) == 2:
            os.truncate(path, path.stat().st_size // 2)
            die()

    def replacing(source, target):
        replace(source, target)
        if where == "between" and Path(target).name == "best-4.safetensors":
            die()

    checkpoints.save_weights, os.replace = writing, replacing
    train(work, lambda epoch, step: die() if (where, epoch, step) == ("epoch", 3, 2) else None)


def forked(work, where, seconds=None):
    """How a training in a process of its own ended, which is killed from here after some seconds, if they are given."""
    child = os.fork()
    if not child:
        cut(work, where)
        os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    ends = {where: [forked(folder / where, where)] for where in ("epoch", "writing", "between")}
    rng = random.Random(1)
    ends["anywhere"] = [forked(folder / "anywhere", "", rng.uniform(0, 0.15)) for _ in range(12)]
    print(json.dumps(ends))
