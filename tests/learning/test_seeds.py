import subprocess
import sys

import torch

from floodmark.learning.seeds import derive, fix, generator


def test_streams_differ_by_seed_and_purpose():
    seeds = {derive(seed, *purpose) for seed in (0, 1) for purpose in ((), ("a",), ("b",), ("a", 1), ("a", 2), ("a1",))}
    assert len(seeds) == 12


def test_seeds_fit_what_takes_them():
    assert all(0 <= derive(seed, "x") < 2**63 for seed in range(200))


def test_a_stream_is_the_same_in_every_process():
    code = (
        "from floodmark.learning.seeds import generator; print(generator(7, 'storm', 3).integers(0, 10**9, 5).tolist())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONPATH": "src", "PYTHONHASHSEED": hashseed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hashseed in ("0", "1")
    }
    assert found == {f"{generator(7, 'storm', 3).integers(0, 10**9, 5).tolist()}\n"}


def test_torch_draws_repeat():
    drawn = []
    for _ in range(2):
        fix(3, "w")
        drawn.append(torch.rand(4))
    assert torch.equal(*drawn)
    assert torch.are_deterministic_algorithms_enabled()
