"""A training that is cut off anywhere and started again ends in the bytes of one that was not."""

import json
import os
import signal
import subprocess
import sys

import pytest
import torch

from floodmark.learning.history import write_history
from tests.learning import cut_off
from tests.learning.cut_off import EPOCHS, STEPS, train


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def whole():
    return train()[:3]


class CutError(Exception):
    pass


def cut_at(epoch, step):
    def before(*now):
        if now == (epoch, step):
            raise CutError

    return before


@pytest.mark.parametrize("epoch", range(1, EPOCHS + 1))
def test_an_exception_in_any_epoch_leaves_a_training_that_goes_on(tmp_path, whole, epoch):
    with pytest.raises(CutError):
        train(tmp_path, cut_at(epoch, (epoch - 1) % STEPS))
    torch.rand(epoch)  # what happens meanwhile is no part of it
    *result, done = train(tmp_path)
    assert done == list(range(epoch, EPOCHS + 1))
    assert tuple(result) == whole


def test_a_training_cut_off_in_every_epoch_ends_in_the_same_bytes(tmp_path, whole):
    for epoch in range(1, EPOCHS + 1):
        with pytest.raises(CutError):
            train(tmp_path, cut_at(epoch, STEPS - 1))
    assert train(tmp_path)[:3] == whole


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """Folders that killed processes left, and how each process ended."""
    folder = tmp_path_factory.mktemp("killed")
    command = [sys.executable, "-m", "tests.learning.cut_off", str(folder)]
    environment = {**os.environ, "PYTHONPATH": f"src{os.pathsep}."}
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return folder, json.loads(result.stdout)


@pytest.mark.parametrize(("where", "last"), [("epoch", 2), ("writing", 1), ("between", 3)])
def test_a_killed_process_leaves_a_training_that_goes_on(killed, whole, where, last):
    """Killed in the midst of the third epoch, of the second writing of the state, and after the fourth's best."""
    folder, ends = killed
    assert ends[where] == [-signal.SIGKILL]
    *result, done = train(folder / where)
    assert done == list(range(last + 1, EPOCHS + 1))
    assert tuple(result) == whole


def test_a_process_killed_again_and_again_at_any_moment_ends_in_the_same_bytes(killed, whole):
    folder, ends = killed
    assert -signal.SIGKILL in ends["anywhere"]
    assert train(folder / "anywhere")[:3] == whole


def test_the_folder_holds_the_best_the_last_and_the_history_so_far(tmp_path, whole):
    with pytest.raises(CutError):
        train(tmp_path / "work", cut_at(4, 1))
    found = {path.name for path in (tmp_path / "work").iterdir()}
    assert found == {"last.safetensors", "best-2.safetensors", "history.csv"}
    write_history(tmp_path / "expected.csv", [dict(row) for row in whole[1][:3]])
    assert (tmp_path / "work/history.csv").read_bytes() == (tmp_path / "expected.csv").read_bytes()


def test_a_complete_training_is_not_done_again(tmp_path, whole):
    assert train(tmp_path)[:3] == whole
    *result, done = train(tmp_path)
    assert done == []
    assert tuple(result) == whole


def test_one_that_stopped_for_want_of_a_better_score_stays_stopped(tmp_path):
    first = train(tmp_path, patience=1)
    assert first[3] == [1, 2, 3]
    again = train(tmp_path, patience=1)
    assert again[3] == []
    assert again[:3] == first[:3]


def test_the_last_weights_are_kept_where_no_epoch_has_a_score(tmp_path, capsys, monkeypatch):
    with pytest.raises(CutError):
        train(tmp_path, cut_at(3, 0), score=float("nan"))
    resumed, uninterrupted = train(tmp_path, score=float("nan"))[:3], train(score=float("nan"))[:3]
    assert str(resumed) == str(uninterrupted)
    assert "no epoch has a score: the last one is kept" in capsys.readouterr().err
    monkeypatch.setattr(cut_off, "SCORES", tuple(range(1, EPOCHS + 1)))
    assert resumed[0] == train()[0]


@pytest.mark.parametrize("spoil", ["last", "best"])
def test_a_file_that_cannot_be_read_begins_the_training_anew(tmp_path, whole, spoil, capsys):
    with pytest.raises(CutError):
        train(tmp_path, cut_at(3, 0))
    (path,) = tmp_path.glob(f"{spoil}*.safetensors")
    path.write_bytes(path.read_bytes()[:-8])
    *result, done = train(tmp_path)
    assert "training begins anew" in capsys.readouterr().err
    assert done == list(range(1, EPOCHS + 1))
    assert tuple(result) == whole


def test_another_schedule_takes_up_nothing(tmp_path):
    with pytest.raises(CutError):
        train(tmp_path, cut_at(3, 0))
    assert train(tmp_path, learning_rate=0.01)[3] == list(range(1, EPOCHS + 1))


def test_moments_lie_in_memory_as_their_parameters_do(tmp_path):
    """On another layout a vector unit may round the same sum otherwise."""
    from floodmark.learning.checkpoints import Checkpoints, Progress

    model = cut_off.Tied().to(memory_format=torch.channels_last)

    def opened():
        optimiser = torch.optim.AdamW(model.parameters())
        return optimiser, Checkpoints(tmp_path, model, optimiser, torch.amp.GradScaler("cpu", enabled=False), {})

    optimiser, checkpoints = opened()
    model(torch.rand(2, 4, 6, 6)).sum().backward()
    optimiser.step()
    checkpoints.save(Progress([{"epoch": 1}], 1, 0.0, 0, model.state_dict()))
    other, again = opened()
    assert again.resume() is not None
    for parameter in model.parameters():
        for key, value in optimiser.state[parameter].items():
            restored = other.state[parameter][key]
            assert torch.equal(restored, value)
            assert restored.stride() == value.stride()
