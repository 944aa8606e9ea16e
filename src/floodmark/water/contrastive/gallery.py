"""Windows of storms that no encoder has learnt from, among which the right water or the right rain is to be found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import torch

from floodmark.water import splits
from floodmark.water.contrastive.pairs import PLACE, distinct, with_content
from floodmark.water.moments import EMULATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from floodmark.water.contrastive.towers import Towers
    from floodmark.water.dataset import Windows

BATCH = 64
"""Windows embedded at once; changes memory, never results beyond rounding."""


def places(windows: Windows) -> list[tuple[int, int, int, int]]:
    """Row, column, height and width of the training windows' ground, as many as lie beside each other without overlap.

    Overlapping windows of one moment would share most of their water, so that none would be the only right one.
    """
    found = windows.select(EMULATE, splits.TRAIN).select(PLACE).unique().sort(PLACE)
    kept: list[tuple[int, int, int, int]] = []
    for row, col, height, width in found.iter_rows():
        if all(row >= r + h or r >= row + height or col >= c + w or c >= col + width for r, c, h, w in kept):
            kept.append((row, col, height, width))
    return kept


def gallery(windows: Windows, split: str) -> pl.DataFrame:
    """One window for each storm of a split and each place where it leaves water: the moment with the most wet cells.

    Other moments of the storm are left out, since its water half an hour later is nearly the same.

    Returns:
        Columns of the index, `place` (a number), `wet` and `content`, by place and storm; no two of equal content, and
        at least two of each place.
    """
    ground = pl.DataFrame(places(windows), schema=dict.fromkeys(PLACE, pl.Int32), orient="row").with_row_index("place")
    moments = windows.select(EMULATE, split).drop(PLACE)
    rows = with_content(windows, moments.join(ground, how="cross"))
    wettest = rows.sort("place", "storm", -pl.col("wet"), "time", "event").unique(
        ["place", "storm"], keep="first", maintain_order=True
    )
    found = distinct(wettest)
    return found.filter(pl.len().over("place") > 1)


@dataclass(frozen=True)
class Embedded:
    """Windows as points of the unit sphere, shape (windows, embedding) each."""

    rain: NDArray[np.float32]
    water: NDArray[np.float32]


def embed(
    towers: Towers, windows: Windows, groups: Sequence[str], rows: pl.DataFrame, sources: NDArray[np.integer]
) -> Embedded:
    """Embed windows by towers in evaluation mode.

    Args:
        towers: Both encoders.
        windows: Where inputs and depths lie.
        groups: Of `layout.GROUPS`, that the towers read.
        rows: With the index's columns.
        sources: Row of the rain arrays for each window: its own, or another storm's.
    """
    device = next(towers.parameters()).device
    rain, water = [], []
    cuts = list(zip(sources.tolist(), rows["target"].to_list(), rows.select(PLACE).rows(), strict=True))
    for first in range(0, len(cuts), BATCH):
        part = cuts[first : first + BATCH]
        inputs = np.stack([windows.inputs(groups, EMULATE, source, *place) for source, _, place in part])
        depth = np.stack([windows.learnable_depth(target, *place) for _, target, place in part])
        with torch.inference_mode():
            x = torch.from_numpy(inputs).to(device, memory_format=torch.channels_last)
            rain.append(towers.rain(x).cpu().numpy())
            water.append(towers.embed_water(torch.from_numpy(depth).to(device)).cpu().numpy())
    size = towers.rain.project.out_features * towers.rain.pooled_cells**2
    empty = [np.zeros((0, size), np.float32)]
    return Embedded(np.concatenate(rain or empty), np.concatenate(water or empty))


def others(rows: pl.DataFrame, rng: np.random.Generator) -> NDArray[np.int64]:
    """For each window the source of another one on the same place, so that terrain is right and rain is not.

    The windows of a place are put in a ring at random, and each takes the next one's; one alone keeps its own.
    """
    source, swapped = rows["source"].to_numpy().astype(np.int64), np.zeros(rows.height, np.int64)
    place = rows["place"].to_numpy()
    for number in np.unique(place):
        ring = rng.permutation(np.flatnonzero(place == number))
        swapped[ring] = source[np.roll(ring, -1)]
    return swapped
