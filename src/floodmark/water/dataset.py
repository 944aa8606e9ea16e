"""Windows as a model sees them: normalised channels and depth, cut from the memory-mapped arrays."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from floodmark.grid import Grid
from floodmark.water.features import NAMES
from floodmark.water.layout import MILLIMETRES

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


class Windows:
    """What make_windows wrote, opened for reading."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index = pl.read_parquet(folder / "index.parquet")
        self.statistics: dict[str, Any] = json.loads((folder / "statistics.json").read_text(encoding="utf-8"))
        self.grid = Grid(**self.statistics["grid"])

    @cached_property
    def _rain(self) -> NDArray[np.float32]:
        return self._open("rain")

    @cached_property
    def _routed(self) -> NDArray[np.float16]:
        return self._open("routed")

    @cached_property
    def _depth(self) -> NDArray[np.uint16]:
        return self._open("depth")

    @cached_property
    def region(self) -> NDArray[np.uint8]:
        """GUARD, SEEN or UNSEEN of `splits` for every cell."""
        return self._open("region")

    @cached_property
    def block(self) -> NDArray[np.int32]:
        """Number of the block that each cell lies in."""
        return self._open("block")

    @cached_property
    def elevation(self) -> NDArray[np.float32]:
        """Ground, m, NaN where there is none."""
        return self._open("elevation")

    @cached_property
    def static_raw(self) -> NDArray[np.float32]:
        """Terrain features as `features.NAMES` describes them, shape (channels, rows, columns)."""
        return self._open("static")

    @cached_property
    def _static(self) -> NDArray[np.float32]:
        """Terrain features, each with mean 0 and deviation 1 over seen cells."""
        numbers = [self.statistics["static"][name] for name in NAMES]
        mean = np.array([item["mean"] for item in numbers], np.float32)
        deviation = np.array([max(item["deviation"], 1e-6) for item in numbers], np.float32)
        return (self.static_raw - mean[:, None, None]) / deviation[:, None, None]

    def _open(self, name: str) -> NDArray[Any]:
        path = self.folder / f"{name}.npy"
        try:
            mapped: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
        except ValueError:  # nothing in it to map
            mapped = np.load(path, allow_pickle=False)
        return mapped

    @property
    def channels(self) -> int:
        """Input channels: terrain, rain history with its missing share, routed rain."""
        return len(NAMES) + len(self.statistics["pattern"]) + 1 + len(self.statistics["routed_pattern"])

    def select(self, task: str, split: str) -> pl.DataFrame:
        """The index rows of one task and split, in the index's order."""
        return self.index.filter((pl.col("task") == task) & (pl.col("split") == split))

    def inputs(self, source: int, row: int, col: int, height: int, width: int) -> NDArray[np.float32]:
        """The channels of one window, shape (channels, height, width).

        Args:
            source: Row of the rain arrays: the moment rain is known up to.
            row: Northernmost row of cells.
            col: Westernmost column.
            height: Rows.
            width: Columns.
        """
        rows, columns = slice(row, row + height), slice(col, col + width)
        result = np.empty((self.channels, height, width), np.float32)
        terrain, rain_end = len(NAMES), self.channels - len(self.statistics["routed_pattern"])
        result[:terrain] = self._static[:, rows, columns]
        factor = self.grid.height // self._rain.shape[2]
        rain_rows, rain_columns = np.arange(row, row + height) // factor, np.arange(col, col + width) // factor
        low, left = rain_rows[0], rain_columns[0]
        rain = np.asarray(self._rain[source, :, low : rain_rows[-1] + 1, left : rain_columns[-1] + 1])
        result[terrain:rain_end] = rain[:, (rain_rows - low)[:, None], (rain_columns - left)[None, :]]
        result[terrain : rain_end - 1] = np.log1p(result[terrain : rain_end - 1])
        routed = self._routed[source, :, rows, columns]
        for channel, numbers in enumerate(self.statistics["routed"]):
            scale = 1.0 / max(numbers["deviation"], 1e-6)
            result[rain_end + channel] = (routed[channel].astype(np.float32) - numbers["mean"]) * scale
        return result

    def routed(self, source: int, channel: int) -> NDArray[np.float32]:
        """Routed rain of the whole ground, log(1 + mm summed over cells), shape (rows, columns)."""
        return np.asarray(self._routed[source, channel], np.float32)

    def depth(self, target: int, row: int, col: int, height: int, width: int) -> NDArray[np.float32]:
        """Depth of one window, m, shape (height, width)."""
        cut = self._depth[target, row : row + height, col : col + width]
        return np.asarray(cut, np.float32) / np.float32(MILLIMETRES)

    def depth_whole(self, target: int) -> NDArray[np.float32]:
        """Depth of the whole ground, m, shape (rows, columns)."""
        return self.depth(target, 0, 0, *self.grid.shape)
