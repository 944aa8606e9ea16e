"""Probability and depth of the whole ground at one moment, by a trained model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from floodmark.errors import UserError
from floodmark.learning.weights import load_weights, save_weights
from floodmark.water.losses import decode_depth
from floodmark.water.models.quick import quick
from floodmark.water.models.registry import build
from floodmark.water.moments import TASKS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from floodmark.water.dataset import Windows

TILE = 768
"""Side of the tiles that larger ground is predicted in, cells, rounded down to whole coarsest cells of the model. Each
is read with as much ground around it as the model reaches, so that its edges leave no mark."""

NEEDED = ("model", "channels", "outputs", "inputs", "wet_depths", "thresholds")
"""What the configuration of a water model cannot lack."""


@dataclass(frozen=True)
class WaterModel:
    """The networks of one model, one a task, and the probability at or above which each wet depth is foretold."""

    networks: dict[str, torch.nn.Module]
    config: dict[str, Any]
    _quick: dict[str, torch.nn.Module] = field(default_factory=dict, init=False, repr=False, compare=False)

    def predictor(self, task: str, *, half: bool = False) -> torch.nn.Module:
        """The network of a task in the form that predicts fastest: see `models.quick`.

        Args:
            task: Of `moments.TASKS`.
            half: Whether it reckons in bfloat16; else its maps are equal to 1e-6.
        """
        key = f"{task} in bfloat16" if half else task
        if key not in self._quick:
            self._quick[key] = quick(self.networks[task], half=half)  # type: ignore[arg-type]
        return self._quick[key]

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
        """Read back what `save` wrote, ready to predict.

        Raises:
            UserError: naming the file, if it is no model of water, or one of other code than this.
        """
        state, config = load_weights(path)
        absent = [key for key in NEEDED if key not in config]
        if absent:
            raise UserError(
                f"{path}: is no model of water, or one of an older version: its configuration lacks {', '.join(absent)}"
            )
        decided = config["thresholds"]
        if any(len(decided.get(task, [])) != len(config["wet_depths"]) for task in TASKS):
            raise UserError(f"{path}: its thresholds are not those of {' and '.join(TASKS)}: train it again")
        networks = {}
        for task in TASKS:
            try:
                network = build(config)
            except UserError as error:
                raise UserError(f"{path}: {error}") from error
            own = {name.removeprefix(f"{task}."): value for name, value in state.items() if name.startswith(f"{task}.")}
            try:
                network.load_state_dict(own)
            except RuntimeError as error:
                raise UserError(
                    f"{path}: its weights do not fit {config['model']} as it is here: train it again"
                ) from error
            networks[task] = network.eval().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        return cls(networks, config)


def predict(
    network: torch.nn.Module, windows: Windows, groups: Sequence[str], task: str, source: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Predict one moment of the windows, for the whole ground.

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

    def read(row: int, col: int, height: int, width: int) -> NDArray[np.float32]:
        return windows.inputs(groups, task, source, row, col, height, width)

    return predict_whole(network, windows.grid.shape, read)


def predict_whole(
    network: torch.nn.Module, shape: tuple[int, int], read: Callable[[int, int, int, int], NDArray[np.float32]]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """All tiles of `predict_tile`, put together."""
    lines: list[list[NDArray[np.float32]]] = []
    for tile in tiles(network, shape):
        if tile[1].start == 0:
            lines.append([])
        chances, depth = predict_tile(network, shape, read, tile)
        lines[-1].append(np.concatenate([chances, depth[None]]))
    whole = np.concatenate([np.concatenate(line, axis=2) for line in lines], axis=1)
    return whole[:-1], whole[-1]


def tiles(network: torch.nn.Module, shape: tuple[int, int]) -> list[tuple[slice, slice]]:
    """Rows and columns of the tiles that ground of a shape is predicted in, row by row from the north-west."""
    multiple = int(network.multiple)  # type: ignore[arg-type]
    side = max(TILE // multiple, 1) * multiple
    rows, columns = ([slice(at, min(at + side, length)) for at in range(0, length, side)] for length in shape)
    return [(row, column) for row in rows for column in columns]


def predict_tile(
    network: torch.nn.Module,
    shape: tuple[int, int],
    read: Callable[[int, int, int, int], NDArray[np.float32]],
    tile: tuple[slice, slice],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Predict one tile of `tiles`.

    Args:
        network: In evaluation mode, with `multiple` and `reach`.
        shape: Rows and columns of the whole ground.
        read: Gives the channels of (row, column, height, width), shape (channels, height, width).
        tile: Rows and columns.

    Returns:
        Probabilities of shape (wet depths, rows, columns) and depth in m of shape (rows, columns), of the tile.
    """
    multiple, reach = int(network.multiple), int(network.reach)  # type: ignore[arg-type]
    # Whole coarsest cells, so that the tile is divided where the whole ground is.
    halo = -(-reach // multiple) * multiple
    (top, bottom), (left, right) = (
        (max(span.start - halo, 0), min(span.stop + halo, length)) for span, length in zip(tile, shape, strict=True)
    )
    device = next(network.parameters()).device
    inputs = torch.from_numpy(read(top, left, bottom - top, right - left))[None]
    with torch.inference_mode():
        chances, depth = decode(network(inputs.to(device, memory_format=torch.channels_last)))
    rows, columns = (slice(span.start - at, span.stop - at) for span, at in zip(tile, (top, left), strict=True))
    return chances[0, :, rows, columns].cpu().numpy(), depth[0, rows, columns].cpu().numpy()


def decode(maps_BKHW: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Probability of each wet depth, which never rises with depth, (B, wet depths, H, W), and depth, m, (B, H, W)."""
    chances = torch.sigmoid(maps_BKHW[:, :-1])
    falling = [chances[:, 0]]
    for level in range(1, chances.shape[1]):
        falling.append(torch.minimum(falling[-1], chances[:, level]))
    return torch.stack(falling, 1), decode_depth(maps_BKHW[:, -1])
