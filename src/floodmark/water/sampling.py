"""Batches of training windows: drawn by weight, turned and mirrored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from floodmark.learning.seeds import generator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl
    from numpy.typing import NDArray

    from floodmark.water.dataset import Windows


class Sampler:
    """Draws training windows; every epoch has its own stream of draws, so that any can be repeated alone."""

    def __init__(
        self,
        windows: Windows,
        groups: Sequence[str],
        rows: pl.DataFrame,
        batch_size: int,
        steps: int,
        seed: int,
        purpose: str,
        device: torch.device,
    ) -> None:
        self.windows, self.groups, self.batch_size, self.steps, self.device = windows, groups, batch_size, steps, device
        self.seed, self.purpose = seed, purpose
        self.task = str(rows["task"][0])
        self.rows = rows.select("source", "target", "row", "col", "height", "width").to_numpy()
        weight = rows["weight"].to_numpy().astype(np.float64)
        self.cumulative = np.cumsum(weight / weight.sum())

    def __call__(self, epoch: int) -> Iterator[tuple[torch.Tensor, ...]]:
        """Yield (inputs of shape BCHW, depth in m of shape BHW) for the steps of one epoch."""
        rng = generator(self.seed, self.purpose, epoch)
        for _ in range(self.steps):
            drawn = np.searchsorted(self.cumulative, rng.random(self.batch_size) * self.cumulative[-1], side="right")
            turns, mirrors = rng.integers(4, size=self.batch_size), rng.integers(2, size=self.batch_size)
            cuts = [self._cut(*args) for args in zip(drawn, turns, mirrors, strict=True)]
            inputs = torch.from_numpy(np.stack([cut[0] for cut in cuts]))
            depth = torch.from_numpy(np.stack([cut[1] for cut in cuts]))
            yield inputs.to(self.device, memory_format=torch.channels_last), depth.to(self.device)

    def _cut(self, drawn: int, turns: int, mirror: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        source, target, *place = (int(number) for number in self.rows[drawn])
        return (
            turn(self.windows.inputs(self.groups, self.task, source, *place), int(turns), bool(mirror)),
            turn(self.windows.depth(target, *place), int(turns), bool(mirror)),
        )


def turn(maps: NDArray[np.float32], turns: int, mirror: bool) -> NDArray[np.float32]:
    """One of the eight symmetries of the square, on the last two axes.

    Valid for our channels because none of them points anywhere: terrain enters by relief, steepness and drainage, not
    by aspect, and rain already routed turns with the ground.
    """
    turned = np.rot90(maps, turns, axes=(-2, -1))
    return turned[..., ::-1] if mirror else turned
