"""Batches of training windows: drawn by weight, turned and mirrored, made ready while the model trains on others."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from floodmark.learning.crew import cores
from floodmark.learning.prefetch import ahead
from floodmark.learning.seeds import generator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl
    from numpy.typing import NDArray

    from floodmark.water.dataset import Windows

READY = 4
"""Batches made ahead of the step, and one more for every thread that makes them."""


class Draws(NamedTuple):
    """What chance decides of one batch, each of shape (batch,): rows of the index, quarter turns, mirrored or not."""

    rows: NDArray[np.int64]
    turns: NDArray[np.int64]
    mirrors: NDArray[np.int64]


class Sampler:
    """Draws training windows; every epoch has its own stream of draws, so that any can be repeated alone.

    Batches are cut by threads ahead of the step. What they hold depends on the draws alone, and these are made in order
    before any is cut: not on the number of threads or on which is the fastest.
    """

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
        workers: int | None = None,
    ) -> None:
        """Prepare to draw.

        Args:
            windows: To cut from.
            groups: Of `layout.GROUPS`, which the model reads.
            rows: Of the index, with the weight each is drawn by; all of one size, and square.
            batch_size: Windows a batch.
            steps: Batches an epoch.
            seed: Of the draws.
            purpose: Of the draws.
            device: Where batches go.
            workers: Threads that cut; by default one beside a CPU that trains, and for a GPU as many as there are
                cores; with 0 every batch is cut when it is asked for.
        """
        self.windows, self.groups, self.batch_size, self.steps, self.device = windows, groups, batch_size, steps, device
        self.seed, self.purpose = seed, purpose
        self.task = str(rows["task"][0])
        self.rows = rows.select("source", "target", "row", "col", "height", "width").to_numpy()
        weight = rows["weight"].to_numpy().astype(np.float64)
        self.cumulative = np.cumsum(weight / weight.sum())
        self.channels = len(windows.channel_names(groups))
        self.workers = (1 if device.type == "cpu" else cores()) if workers is None else workers

    def __call__(self, epoch: int) -> Iterator[tuple[torch.Tensor, ...]]:
        """Yield the steps of one epoch: inputs of shape BCHW, depth in m of shape BHW, and where it is known, BHW."""
        for batch in ahead(self._batch, self._draws(epoch), self.workers, READY + self.workers):
            yield tuple(tensor.to(self.device, non_blocking=True) for tensor in batch)

    def _draws(self, epoch: int) -> Iterator[Draws]:
        rng = generator(self.seed, self.purpose, epoch)
        for _ in range(self.steps):
            drawn = np.searchsorted(self.cumulative, rng.random(self.batch_size) * self.cumulative[-1], side="right")
            yield Draws(drawn, rng.integers(4, size=self.batch_size), rng.integers(2, size=self.batch_size))

    def _batch(self, draws: Draws) -> tuple[torch.Tensor, ...]:
        """Cut one batch, into memory that a GPU copies from by itself; channels lie together, as convolutions like."""
        height, width = (int(side) for side in self.rows[0, -2:])
        shape, pinned = (self.batch_size, height, width), self.device.type == "cuda"
        inputs_BHWC = torch.empty((*shape, self.channels), pin_memory=pinned)
        depth_BHW = torch.empty(shape, pin_memory=pinned)
        known_BHW = torch.empty(shape, dtype=torch.bool, pin_memory=pinned)
        inputs, depth, known = (tensor.numpy() for tensor in (inputs_BHWC, depth_BHW, known_BHW))
        for place, (row, turns, mirror) in enumerate(zip(*draws, strict=True)):
            source, target, *window = (int(number) for number in self.rows[row])
            cut = turn(self.windows.inputs(self.groups, self.task, source, *window), turns, mirror)
            inputs[place] = np.moveaxis(cut, 0, -1)
            depth[place] = turn(self.windows.depth(target, *window), turns, mirror)
            known[place] = turn(self.windows.learnable(*window), turns, mirror)
        return inputs_BHWC.permute(0, 3, 1, 2), depth_BHW, known_BHW


def turn(maps: NDArray[np.generic], turns: int, mirror: bool) -> NDArray[np.generic]:
    """One of the eight symmetries of the square, on the last two axes.

    Valid for our channels because none of them points anywhere: terrain enters by relief, steepness and drainage, not
    by aspect, and rain already routed turns with the ground.
    """
    turned = np.rot90(maps, turns, axes=(-2, -1))
    return turned[..., ::-1] if mirror else turned
