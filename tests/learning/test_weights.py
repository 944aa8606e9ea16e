import hashlib
import os
import subprocess
import sys

import pytest
import torch

from floodmark.errors import UserError
from floodmark.learning.weights import load_weights, save_weights

WRITE = """
import sys, pathlib, torch
from floodmark.learning.weights import save_weights
state = {name: torch.arange(6.0).reshape(2, 3) * number for number, name in enumerate(sys.argv[2:])}
save_weights(pathlib.Path(sys.argv[1]), state, {"b": [1, 2], "a": {"z": 1, "y": None}, "c": 0.1})
"""


def test_equal_models_are_equal_bytes_in_every_process(tmp_path):
    hashes = set()
    for hashseed in ("0", "1"):
        path = tmp_path / f"{hashseed}.safetensors"
        subprocess.run(
            [sys.executable, "-c", WRITE, str(path), "one", "two", "three"],
            env={**os.environ, "PYTHONPATH": "src", "PYTHONHASHSEED": hashseed},
            check=True,
        )
        hashes.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(hashes) == 1


def test_what_is_written_is_read_back(tmp_path):
    state = {"half": torch.rand(3, 2).half(), "transposed": torch.rand(4, 5).T, "scalar": torch.tensor(2.5)}
    save_weights(tmp_path / "m.safetensors", state, {"units": [4, 5], "name": "ä"})
    found, config = load_weights(tmp_path / "m.safetensors")
    assert config == {"units": [4, 5], "name": "ä"}
    assert found.keys() == state.keys()
    assert all(torch.equal(found[name], state[name]) for name in state)


def test_no_tensors_at_all_is_a_model_too(tmp_path):
    save_weights(tmp_path / "m.safetensors", {}, {"trained": False})
    assert load_weights(tmp_path / "m.safetensors") == ({}, {"trained": False})


@pytest.mark.parametrize("content", [None, b"no tensors", b""])
def test_a_file_that_is_no_model_is_named(tmp_path, content):
    path = tmp_path / "bad.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match="bad"):
        load_weights(path)


def test_tensors_of_another_program_are_refused(tmp_path):
    from safetensors.torch import save_file

    save_file({"a": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(UserError, match="not written by Floodmark"):
        load_weights(tmp_path / "other.safetensors")
