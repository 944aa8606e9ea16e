"""Probability and depth of the whole ground at one moment, by a trained model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from floodmark.learning.weights import load_weights, save_weights
from floodmark.water.losses import decode_depth
from floodmark.water.models.registry import build
from floodmark.water.moments import TASKS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.water.dataset import Windows

TILE = 768
"""Side of the tiles that larger ground is predicted in, cells: a multiple of any model's coarsest cell. Each is read
with as much ground around it as the model reaches, so that its edges leave no mark."""


@dataclass(frozen=True)
class WaterModel:
    """The networks of one model, one a task, and the probability at or above which each wet depth is foretold."""

    networks: dict[str, torch.nn.Module]
    config: dict[str, Any]

    @property
    def wet_depths(self) -> list[float]:
        """Depths, m, that a cell is wet at or above; one probability map each."""
        return list(self.config["wet_depths"])

    @property
    def groups(self) -> list[str]:
        """Groups of channels that the networks read."""
        return list(self.config["inputs"])

    def threshold(self, task: str, level: int) -> float:
        """Probability at or above which a cell is foretold to be as deep as wet depth `level`."""
        return float(self.config["thresholds"][task][level])

    def save(self, path: Path) -> None:
        """Write all networks into one file."""
        state = {
            f"{task}.{name}": tensor
            for task, network in self.networks.items()
            for name, tensor in network.state_dict().items()
        }
        save_weights(path, state, self.config)

    @classmethod
    def load(cls, path: Path, device: torch.device) -> WaterModel:
        """Read back what `save` wrote, ready to predict."""
        state, config = load_weights(path)
        networks = {}
        for task in TASKS:
            network = build(config)
            own = {name.removeprefix(f"{task}."): value for name, value in state.items() if name.startswith(f"{task}.")}
            network.load_state_dict(own)
            networks[task] = network.eval().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        return cls(networks, config)


def predict(
    network: torch.nn.Module, windows: Windows, groups: Sequence[str], task: str, source: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Predict one moment.

    Args:
        network: In evaluation mode, with `multiple` and `reach`; its last map is depth, the others are logits.
        windows: Where the inputs lie.
        groups: Of `layout.GROUPS`, that the network reads.
        task: Of `moments.TASKS`, that it was trained for.
        source: Row of the moment that rain is known up to.

    Returns:
        Probabilities of shape (wet depths, rows, columns), which never rise with depth, and depth in m of shape (rows,
        columns).
    """
    height, width = windows.grid.shape
    device = next(network.parameters()).device
    multiple, reach = int(network.multiple), int(network.reach)  # type: ignore[arg-type]
    halo = -(-reach // multiple) * multiple
    tiles: list[list[NDArray[np.float32]]] = []
    for row in range(0, height, TILE):
        tiles.append([])
        for col in range(0, width, TILE):
            top, left = max(row - halo, 0), max(col - halo, 0)
            bottom, right = min(row + TILE + halo, height), min(col + TILE + halo, width)
            cut = windows.inputs(groups, task, source, top, left, bottom - top, right - left)
            inputs = torch.from_numpy(cut)[None]
            with torch.inference_mode():
                output = network(inputs.to(device, memory_format=torch.channels_last))[0]
                maps = torch.cat([torch.sigmoid(output[:-1]), decode_depth(output[-1:])]).cpu().numpy()
            end, side = min(row + TILE, height), min(col + TILE, width)
            tiles[-1].append(maps[:, row - top : end - top, col - left : side - left])
    whole = np.concatenate([np.concatenate(line, axis=2) for line in tiles], axis=1)
    return np.minimum.accumulate(whole[:-1], axis=0), whole[-1]
