"""Models on disk: safetensors with one metadata key, so that equal models are equal bytes and nothing is unpickled."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from floodmark.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

    import torch

KEY = "floodmark"
"""The only metadata key: safetensors writes several keys in an order that changes from process to process."""


def save_weights(path: Path, state: dict[str, torch.Tensor], config: dict[str, Any]) -> None:
    """Write a state dict and the configuration that rebuilds its model."""
    from safetensors.torch import save_file

    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in sorted(state.items())}
    save_file(tensors, path, metadata={KEY: json.dumps(config, sort_keys=True)})


def load_weights(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Read back what `save_weights` wrote: the state dict on the CPU, and the configuration.

    Raises:
        UserError: if the file is no model of ours.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (no mapping, has no __iter__)
    except (SafetensorError, FileNotFoundError) as error:
        raise UserError(f"{path} cannot be read as safetensors: {error}") from error
    if KEY not in metadata:
        raise UserError(f"{path} has no '{KEY}' metadata: it was not written by Floodmark")
    return state, json.loads(metadata[KEY])
