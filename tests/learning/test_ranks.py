"""What a process knows of the others, where there are none, and what it says where that cannot be."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from floodmark import ranks
from floodmark.errors import UserError
from floodmark.learning.device import pick_device
from floodmark.learning.distributed import anywhere, gathered, in_step, mean, summed
from floodmark.learning.whole_batch import WholeBatch, _Draws
from floodmark.progress import say, track
from floodmark.storage import PARTIAL, outputs


@pytest.fixture
def second(monkeypatch):
    """As the second of two on one machine, without the first."""
    monkeypatch.setattr(ranks, "_place", ranks._Place(1, 2))
    monkeypatch.setenv("LOCAL_RANK", "1")


@pytest.mark.parametrize("world", [1, 2, 3, 7])
@pytest.mark.parametrize("count", [0, 1, 2, 6, 7, 20])
def test_shares_are_all_in_order_and_alike(monkeypatch, world, count):
    found = []
    for number in range(world):
        monkeypatch.setattr(ranks, "_place", ranks._Place(number, world))
        found.append(list(range(count))[ranks.share(count)])
        assert ranks.share(count) == ranks.share(count, number)
    assert [one for share in found for one in share] == list(range(count))
    assert max(map(len, found)) - min(map(len, found)) <= 1
    assert found[-1] or not count


def test_one_process_exchanges_nothing():
    rows, counts = torch.arange(6.0).view(2, 3), np.arange(3)
    with ranks.together():
        assert (ranks.rank(), ranks.world(), ranks.first(), in_step()) == (0, 1, True, False)
        ranks.wait()
        assert gathered(rows) is rows
        assert ranks.summed(counts) is counts
        assert [float(total) for total in summed(rows, rows**2)] == [15, 55]
        assert float(mean(rows)) == 2.5
        assert ranks.anywhere(True)
        assert anywhere(True)
        assert not anywhere(False)


@pytest.mark.parametrize(("rank", "world"), [("2", "2"), ("x", "2"), ("-1", "2"), ("0", "0"), ("0", "")])
def test_numbers_that_cannot_be_are_refused(monkeypatch, rank, world):
    monkeypatch.setenv("RANK", rank)
    monkeypatch.setenv("WORLD_SIZE", world)
    with pytest.raises(UserError, match=f"RANK={rank} WORLD_SIZE={world}: must be"), ranks.together():
        pass


def test_ranks_that_cannot_find_one_another_say_how_they_could(monkeypatch):
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "2")
    for name in ("MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UserError, match=r"2 processes cannot .*MASTER_.*: start them by torchrun"), ranks.together():
        pass


@pytest.mark.usefixtures("second")
def test_the_second_one_is_silent(capsys):
    say("a line")
    assert list(track([1, 2], "work")) == [1, 2]
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("second")
def test_what_the_second_one_writes_is_thrown_away(monkeypatch, tmp_path):
    monkeypatch.setattr(ranks, "wait", lambda: None)
    monkeypatch.chdir(tmp_path)
    with outputs("out/folder", "out/file.json") as (folder, file):
        (folder / "inside.txt").write_text("x")
        file.write_text("{}")
        assert (folder.name, file.name) == ("folder", "file.json")
    assert not folder.exists()
    assert not file.exists()
    assert list(tmp_path.iterdir()) == []
    assert not PARTIAL.exists()


@pytest.mark.usefixtures("second")
def test_each_rank_has_its_own_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr("floodmark.learning.device._without_code", lambda gpu: None)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.delenv("FLOODMARK_DEVICE", raising=False)
    assert pick_device() == torch.device("cuda", 1)
    monkeypatch.setenv("FLOODMARK_DEVICE", "cuda:0")
    with pytest.raises(UserError, match="FLOODMARK_DEVICE=cuda:0: 2 processes cannot share one GPU"):
        pick_device()
    monkeypatch.setenv("FLOODMARK_DEVICE", "cuda")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(
        UserError, match="process 1 on this machine has no GPU, of which torch can use 1: start at most"
    ):
        pick_device()
    monkeypatch.setenv("FLOODMARK_DEVICE", "cpu")
    assert pick_device() == torch.device("cpu")


def attention(x):
    torch.manual_seed(3)
    return nn.MultiheadAttention(4, 2, dropout=0.5, batch_first=True)(x, x, x, need_weights=False)[0]


def token_by_token(x):
    """As the output of attention lies in memory."""
    return torch.empty(x.shape[1], len(x), x.shape[2]).copy_(x.transpose(0, 1)).transpose(0, 1)


DRAWS = {
    "dropout": lambda x: F.dropout(x, 0.5),
    "dropout of what lies otherwise": lambda x: F.dropout(x.movedim(1, -1).contiguous().movedim(-1, 1), 0.5),
    "dropout of what lies token by token": lambda x: F.dropout(token_by_token(x), 0.5),
    "dropout of a GPU": lambda x: torch.native_dropout(x, 0.5, True)[0],
    "chances": lambda x: x * torch.rand_like(x),
    "chances of bits": lambda x: x * torch.rand_like(x > 0, dtype=torch.float32),
    "noise": lambda x: x + torch.randn_like(x),
    "attention": attention,
}


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize(("whole", "world"), [(6, 2), (5, 2), (3, 3)])
def test_draws_are_those_of_the_whole_batch(monkeypatch, name, whole, world):
    x = torch.randn(whole, 3, 4, generator=torch.Generator().manual_seed(1))

    def drawn(rows):
        torch.manual_seed(2)
        return DRAWS[name](rows), torch.rand(1)

    alone, after = drawn(x)
    found = []
    for number in range(world):
        monkeypatch.setattr(ranks, "_place", ranks._Place(number, world))
        with _Draws(whole) if "GPU" in name else WholeBatch(whole):
            rows, then = drawn(x[ranks.share(whole)])
        found.append(rows)
        assert torch.equal(then, after)
    torch.testing.assert_close(torch.cat(found), alone, atol=1e-6, rtol=1e-6)


def test_a_stage_that_is_not_for_several_is_left_to_the_first_one(monkeypatch, tmp_path):
    """The second process ends at once: the first one would fail here, for there are no params."""
    monkeypatch.setenv("PYTHONPATH", str(Path("src").absolute()))
    monkeypatch.setenv("WORLD_SIZE", "2")
    found = []
    for number in ("0", "1"):
        monkeypatch.setenv("RANK", number)
        command = [sys.executable, str(Path("stages/find_topics.py").absolute())]
        found.append(subprocess.run(command, cwd=tmp_path, capture_output=True, text=True))
    assert found[0].returncode == 2
    assert "params.yaml" in found[0].stderr
    assert (found[1].returncode, found[1].stderr, list(tmp_path.iterdir())) == (0, "", [])
