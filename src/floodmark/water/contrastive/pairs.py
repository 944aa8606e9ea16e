"""Batches for a contrast: windows of rain and terrain with their water, none of them twice.

Two equal windows in one batch would be called both right and wrong. Dry windows are all equal, so they are left out.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from floodmark.water.layout import MILLIMETRES
from floodmark.water.sampling import Sampler

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import torch
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
        depth = windows.learnable_depth(*place)
        wet[number] = np.count_nonzero(depth >= limit)
        whole = np.rint(depth * MILLIMETRES).astype(np.uint16)
        content.append(hashlib.blake2b(whole.tobytes(), digest_size=16).hexdigest())
    return rows.with_columns(pl.Series("wet", wet), pl.Series("content", content, pl.String))


def distinct(rows: pl.DataFrame) -> pl.DataFrame:
    """The first of each content among the windows that are not wholly dry, in the rows' order."""
    wet = rows.filter(pl.col("wet") > 0)
    return wet.unique(["content"], keep="first", maintain_order=True)


class PairSampler(Sampler):
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
        size = min(batch_size, rows.height)
        super().__init__(windows, groups, rows, size, steps, seed, "pretrain_contrastive/pairs", device)
        self.weight = rows["weight"].to_numpy().astype(np.float64)

    def __call__(self, epoch: int) -> Iterator[tuple[torch.Tensor, ...]]:
        """Yield (inputs of shape BCHW, depth in m of shape BHW, 0 where it may not be learnt) for one epoch's steps."""
        for inputs, depth, known in super().__call__(epoch):
            yield inputs, depth * known

    def draw(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Numbers of the windows of one batch, without one twice (Efraimidis and Spirakis 2006)."""
        keys = rng.exponential(size=len(self.rows)) / self.weight
        return np.argsort(keys, kind="stable")[: self.batch_size]
