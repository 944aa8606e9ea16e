import json
import multiprocessing

import pytest
import torch

from floodmark.learning import throughput
from floodmark.learning.throughput import Throughput
from floodmark.learning.trainer import Schedule, fit


class Clock:
    now = 0.0

    def perf_counter(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(throughput, "time", clock)
    return clock


def slow(clock, seconds, rows=5):
    for wait in seconds:
        clock.now += wait
        yield (torch.zeros(rows, 2),)


def test_waiting_is_told_from_working(clock):
    counted = Throughput()
    for _ in counted.watch(slow(clock, [3.0, 1.0, 0.0])):
        clock.now += 4.0
    clock.now += 100.0  # evaluation
    for _ in counted.watch(slow(clock, [0.0], rows=1)):
        clock.now += 4.0
    assert (counted.steps, counted.samples, counted.seconds, counted.waiting) == (4, 16, 20.0, 4.0)
    numbers = counted.numbers()
    assert numbers["samples_per_second"] == 0.8
    assert numbers["step_seconds"] == 5.0
    assert numbers["waiting_share"] == 0.2
    assert numbers["waiting_seconds_per_step"] == 1.0


def test_a_stage_of_several_trainings_is_summed(tmp_path, monkeypatch):
    path = tmp_path / "timings" / "s.training.json"
    monkeypatch.setenv(throughput.VARIABLE, str(path))
    Throughput(2, 10, 4.0, 1.0).record()
    Throughput(0, 0, 0.0, 0.0).record()
    Throughput(2, 30, 6.0, 0.0).record()
    assert json.loads(path.read_text()) == Throughput(4, 40, 10.0, 1.0).numbers()


def test_nothing_is_written_unasked_or_by_a_process_beside_the_stage(tmp_path, monkeypatch):
    monkeypatch.delenv(throughput.VARIABLE, raising=False)
    Throughput(1, 1, 1.0, 0.0).record()
    monkeypatch.setenv(throughput.VARIABLE, str(tmp_path / "s.json"))
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: object())
    Throughput(1, 1, 1.0, 0.0).record()
    assert list(tmp_path.iterdir()) == []


def test_a_training_records_its_steps_and_not_its_evaluation(tmp_path, monkeypatch, clock):
    monkeypatch.setenv(throughput.VARIABLE, str(tmp_path / "s.json"))
    model = torch.nn.Linear(2, 1)

    def loss(batch):
        clock.now += 3.0
        return model(batch[0]).sum()

    def evaluate():
        clock.now += 50.0
        return {"score": 0.0}

    fit(model, loss, lambda epoch: slow(clock, [1.0, 1.0]), evaluate, Schedule(2, 0.1, 0.0, 2, 5), "score")
    assert json.loads((tmp_path / "s.json").read_text()) == Throughput(4, 20, 16.0, 4.0).numbers()
