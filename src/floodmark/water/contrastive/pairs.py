"""Batches for a contrast: windows of rain and terrain with their water, none of them twice.

Two equal windows in one batch would be called both right and wrong. Dry windows are all equal, so they are left out.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import torch

from floodmark.learning.seeds import generator
from floodmark.water.layout import MILLIMETRES
from floodmark.water.moments import EMULATE
from floodmark.water.sampling import turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from floodmark.water.dataset import Windows

PLACE = ("row", "col", "height", "width")


def with_content(windows: Windows, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the columns `wet`, cells at or above the windows' wet depth, and `content`, equal for equal depths.

    Args:
        windows: Where the depths lie.
        rows: Of the index, or with its columns `target`, `row`, `col`, `height` and `width`.
    """
    limit = np.float32(windows.statistics["wet_depth"])
    wet, content = np.zeros(rows.height, np.int64), []
    for number, place in enumerate(rows.select("target", *PLACE).iter_rows()):
        depth = windows.depth(*place)
        wet[number] = np.count_nonzero(depth >= limit)
        whole = np.rint(depth * MILLIMETRES).astype(np.uint16)
        content.append(hashlib.blake2b(whole.tobytes(), digest_size=16).hexdigest())
    return rows.with_columns(pl.Series("wet", wet), pl.Series("content", content, pl.String))


def distinct(rows: pl.DataFrame) -> pl.DataFrame:
    """The first of each content among the windows that are not wholly dry, in the rows' order."""
    wet = rows.filter(pl.col("wet") > 0)
    return wet.unique(["content"], keep="first", maintain_order=True)


class PairSampler:
    """Draws training windows by their weight, each at most once a batch; turned and mirrored alike on both sides."""

    def __init__(
        self,
        windows: Windows,
        groups: Sequence[str],
        rows: pl.DataFrame,
        batch_size: int,
        steps: int,
        seed: int,
        device: torch.device,
    ) -> None:
        """Prepare to draw.

        Args:
            windows: What make_windows wrote.
            groups: Of `layout.GROUPS`.
            rows: Training windows without equal ones, as `distinct` gives them.
            batch_size: Windows a batch; fewer where there are not so many.
            steps: Batches an epoch.
            seed: Of every draw.
            device: Where the batches go.
        """
        self.windows, self.groups, self.steps, self.seed, self.device = windows, groups, steps, seed, device
        self.rows = rows.select("source", "target", *PLACE).to_numpy()
        self.batch_size = min(batch_size, len(self.rows))
        self.weight = rows["weight"].to_numpy().astype(np.float64)

    def __call__(self, epoch: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Yield (inputs of shape BCHW, depth in m of shape BHW) for the steps of one epoch."""
        rng = generator(self.seed, "pretrain_contrastive", "pairs", epoch)
        for _ in range(self.steps):
            drawn = self.draw(rng)
            turns, mirrors = rng.integers(4, size=len(drawn)), rng.integers(2, size=len(drawn))
            cuts = [self._cut(*args) for args in zip(drawn, turns, mirrors, strict=True)]
            inputs, depth = (torch.from_numpy(np.stack(side)) for side in zip(*cuts, strict=True))
            yield inputs.to(self.device, memory_format=torch.channels_last), depth.to(self.device)

    def draw(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Numbers of the windows of one batch, without one twice (Efraimidis and Spirakis 2006)."""
        keys = rng.exponential(size=len(self.rows)) / self.weight
        return np.argsort(keys, kind="stable")[: self.batch_size]

    def _cut(self, drawn: int, turns: int, mirror: int) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
        source, target, *place = (int(number) for number in self.rows[drawn])
        return (
            turn(self.windows.inputs(self.groups, EMULATE, source, *place), int(turns), bool(mirror)),
            turn(self.windows.depth(target, *place) * self.windows.learnable(*place), int(turns), bool(mirror)),
        )
