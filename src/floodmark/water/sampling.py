"""Batches of training windows: drawn by weight, turned and mirrored, made ready while the model trains on others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch

from floodmark import ranks
from floodmark.learning.prefetch import ahead
from floodmark.learning.processes import cores
from floodmark.learning.seeds import generator
from floodmark.learning.upload import uploaded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl
    from numpy.typing import NDArray

    from floodmark.water.dataset import Windows

READY = 4
"""Batches made ahead of the step, and one more for every thread that makes them."""
MOST_THREADS = 4
"""That cut for a GPU: more take the interpreter from the one that trains (0.93 of its speed with 4, 0.90 with 8)."""


class Draws(NamedTuple):
    """What chance decides of one batch, each of shape (batch,): rows of the index, quarter turns, mirrored or not."""

    rows: NDArray[np.int64]
    turns: NDArray[np.int64]
    mirrors: NDArray[np.int64]


class Sampler:
    """Draws training windows; every epoch has its own stream of draws, so that any can be repeated alone.

    Batches are cut by threads ahead of the step. What they hold depends on the draws alone, and these are made in order
    before any is cut: not on the number of threads or on which is the fastest. Each of several ranks makes the draws of
    whole batches, and cuts its own share of their windows.
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
            workers: Threads that cut; by default one beside a CPU that trains, and four for a GPU where there are as
                many cores; with 0 every batch is cut when it is asked for.
        """
        self.windows, self.groups, self.batch_size, self.steps, self.device = windows, groups, batch_size, steps, device
        self.seed, self.purpose = seed, purpose
        self.task = str(rows["task"][0])
        self.rows = rows.select("source", "target", "row", "col", "height", "width").to_numpy()
        weight = rows["weight"].to_numpy().astype(np.float64)
        self.cumulative = np.cumsum(weight / weight.sum())
        self.channels = len(windows.channel_names(groups))
        self.workers = (1 if device.type == "cpu" else min(cores(), MOST_THREADS)) if workers is None else workers

    def __call__(self, epoch: int) -> Iterator[tuple[torch.Tensor, ...]]:
        """Yield the steps of one epoch: inputs of shape BCHW, depth in m of shape BHW, and where it is known, BHW."""
        if self.device.type != "cuda":
            for batch in ahead(self._turned, self._draws(epoch), self.workers, READY + self.workers):
                yield tuple(tensor.to(self.device) for tensor in batch)
            return
        images = torch.from_numpy(symmetries(int(self.rows[0, -1]))).to(self.device)

        def bring(cut: tuple[Draws, list[torch.Tensor]]) -> tuple[torch.Tensor, ...]:
            draws, lying = cut
            return turned_there(draws, [tensor.to(self.device, non_blocking=True) for tensor in lying], images)

        cuts = ahead(self._upright, self._draws(epoch), self.workers, READY + self.workers)
        yield from uploaded(bring, cuts, self.device)

    def _draws(self, epoch: int) -> Iterator[Draws]:
        rng = generator(self.seed, self.purpose, epoch)
        for _ in range(self.steps):
            drawn = self.draw(rng)
            whole = Draws(drawn, rng.integers(4, size=self.batch_size), rng.integers(2, size=self.batch_size))
            yield Draws(*(values[ranks.share(self.batch_size)] for values in whole))

    def draw(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Numbers of the windows of one batch, each by its weight."""
        chosen = rng.random(self.batch_size) * self.cumulative[-1]
        return np.asarray(np.searchsorted(self.cumulative, chosen, side="right"))

    def _cut(self, row: int, batch: Sequence[NDArray[Any]]) -> None:
        """Write one window where `batch` has its inputs (channels, height, width), depth and where this is known."""
        source, target, *window = (int(number) for number in self.rows[row])
        inputs, depth, known = batch
        self.windows.inputs(self.groups, self.task, source, *window, out=inputs)
        depth[...], known[...] = self.windows.depth(target, *window), self.windows.learnable(*window)

    def _turned(self, draws: Draws) -> tuple[torch.Tensor, ...]:
        """One batch, turned and mirrored, and the channels of a cell together, as convolutions like."""
        height, width = (int(side) for side in self.rows[0, -2:])
        shape = (len(draws.rows), height, width)
        inputs_BHWC, depth_BHW = torch.empty((*shape, self.channels)), torch.empty(shape)
        known_BHW = torch.empty(shape, dtype=torch.bool)
        maps = np.moveaxis(inputs_BHWC.numpy(), -1, 1), depth_BHW.numpy(), known_BHW.numpy()
        for place, (row, turns, mirror) in enumerate(zip(*draws, strict=True)):
            self._cut(row, [turned_back(array[place], turns, mirror) for array in maps])
        return inputs_BHWC.permute(0, 3, 1, 2), depth_BHW, known_BHW

    def _upright(self, draws: Draws) -> tuple[Draws, list[torch.Tensor]]:
        """One batch as it lies, in memory that a GPU copies from by itself: it turns faster than a CPU."""
        height, width = (int(side) for side in self.rows[0, -2:])
        shape, pinned = (len(draws.rows), height, width), self.device.type == "cuda"
        batch = [
            torch.empty((len(draws.rows), self.channels, height, width), pin_memory=pinned),
            torch.empty(shape, pin_memory=pinned),
            torch.empty(shape, dtype=torch.bool, pin_memory=pinned),
        ]
        arrays = [tensor.numpy() for tensor in batch]
        for place, row in enumerate(draws.rows):
            self._cut(row, [array[place] for array in arrays])
        return draws, batch


def symmetries(side: int) -> NDArray[np.int64]:
    """Which cell of a square each cell of its eight images is, shape (8, cells): four turned, four mirrored as well."""
    cells = np.arange(side * side).reshape(side, side)
    return np.stack([turn(cells, turns, mirror).ravel() for mirror in (False, True) for turns in range(4)])


def turned_there(draws: Draws, batch: list[torch.Tensor], images: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """A batch as `turn` would turn and mirror it, on the device where it is, the channels of a cell together."""
    chosen = torch.from_numpy(draws.turns + 4 * draws.mirrors).to(images.device, non_blocking=True)
    cells_BP = images[chosen]
    inputs_BCHW, *maps = batch
    spread_BCP = cells_BP[:, None].expand(-1, inputs_BCHW.shape[1], -1)
    turned_BCHW = inputs_BCHW.flatten(2).gather(2, spread_BCP).view_as(inputs_BCHW)
    others = [tensor_BHW.flatten(1).gather(1, cells_BP).view_as(tensor_BHW) for tensor_BHW in maps]
    return turned_BCHW.contiguous(memory_format=torch.channels_last), *others


def turn(maps: NDArray[np.generic], turns: int, mirror: bool) -> NDArray[np.generic]:
    """One of the eight symmetries of the square, on the last two axes.

    Valid for our channels because none of them points anywhere: terrain enters by relief, steepness and drainage, not
    by aspect, and rain already routed turns with the ground.
    """
    turned = np.rot90(maps, turns, axes=(-2, -1))
    return turned[..., ::-1] if mirror else turned


def turned_back(maps: NDArray[np.generic], turns: int, mirror: bool) -> NDArray[np.generic]:
    """A view of maps that undoes `turn`: what is written to it lies turned and mirrored in them."""
    return np.rot90(maps[..., ::-1] if mirror else maps, -turns, axes=(-2, -1))
