"""Windows as a model sees them: normalised channels and depth, cut from the memory-mapped arrays."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from floodmark.errors import UserError
from floodmark.grid import Grid
from floodmark.water.features import NAMES
from floodmark.water.history import SCALES
from floodmark.water.layout import DEPTH, GROUPS, MILLIMETRES, RAIN, ROUTED, SETTLED, channel_names
from floodmark.water.moments import NOWCAST
from floodmark.water.shards import Shards
from floodmark.water.simulated import CHANNEL_FACTOR, Simulated, as_seen
from floodmark.water.splits import SEEN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray


class Windows:
    """What make_windows wrote, opened for reading.

    May be sent to workers, by fork or as a copy: what is mapped stays behind and is mapped anew where it is needed.
    Workers that were forked must not touch `index`, `moments` and `events`, whose library has threads of its own.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index = pl.read_parquet(folder / "index.parquet")
        self.moments = pl.read_parquet(folder / "moments.parquet")
        self.events = pl.read_parquet(folder / "events.parquet")
        self.statistics: dict[str, Any] = json.loads((folder / "statistics.json").read_text(encoding="utf-8"))
        self.grid = Grid(**self.statistics["grid"])
        names = (RAIN, ROUTED, DEPTH, SETTLED)
        self._rain, self._routed, self._depth, self._settled = (Shards(folder / name) for name in names)

    def __getstate__(self) -> dict[str, Any]:
        lazy = {name for name, item in vars(type(self)).items() if isinstance(item, cached_property)}
        return {name: value for name, value in vars(self).items() if name not in lazy}

    @cached_property
    def region(self) -> NDArray[np.uint8]:
        """GUARD, SEEN or UNSEEN of `splits` for every cell."""
        return self._open("region")

    @cached_property
    def block(self) -> NDArray[np.int32]:
        """Number of the block that each cell lies in."""
        return self._open("block")

    @cached_property
    def permanent(self) -> NDArray[np.bool_]:
        """Cells that are wet before the rain of every event, at `wet_depth` of make_windows."""
        return self._open("permanent")

    @cached_property
    def _known(self) -> NDArray[np.bool_]:
        return self._open("known")

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

    @cached_property
    def _heightmap(self) -> NDArray[np.float32]:
        """Elevation with mean 0 and deviation 1 over seen cells, 0 off the ground; shape (1, rows, columns)."""
        numbers = self.statistics["elevation"]
        scaled = (np.asarray(self.elevation) - numbers["mean"]) / max(numbers["deviation"], 1e-6)
        return np.asarray(np.nan_to_num(scaled, nan=0.0)[None], np.float32)

    def _open(self, name: str) -> NDArray[Any]:
        path = self.folder / f"{name}.npy"
        try:
            mapped: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
        except ValueError:  # nothing in it to map
            mapped = np.load(path, allow_pickle=False)
        return mapped

    def channel_names(self, groups: Sequence[str]) -> list[str]:
        """Names of the channels that `inputs` gives: see `layout.channel_names`."""
        return channel_names(groups, len(self.statistics["pattern"]), len(self.statistics["routed_pattern"]))

    def select(self, task: str, split: str) -> pl.DataFrame:
        """The index rows of one task and split, in the index's order."""
        return self.index.filter((pl.col("task") == task) & (pl.col("split") == split))

    def pairs(self, task: str, split: str) -> list[tuple[int, int]]:
        """Rows (source, target) of all moments of one task and split, equal dry ones included, by event and time."""
        rows = self.moments.filter((pl.col("task") == task) & (pl.col("split") == split))
        return rows.select("source", "target").rows()

    def inputs(
        self,
        groups: Sequence[str],
        task: str,
        source: int,
        row: int,
        col: int,
        height: int,
        width: int,
        *,
        out: NDArray[np.float32] | None = None,
    ) -> NDArray[np.float32]:
        """The channels of one window, shape (channels, height, width), as `channel_names` lists them.

        Args:
            groups: Of `layout.GROUPS`.
            task: Of `moments.TASKS`, which says whether simulated depth is that of the moment or a lead later.
            source: Row of the rain arrays: the moment rain is known up to.
            row: Northernmost row of cells.
            col: Westernmost column.
            height: Rows.
            width: Columns.
            out: Where to write them, of any strides; otherwise a new array.
        """
        if out is None:
            out = np.empty((len(self.channel_names(groups)), height, width), np.float32)
        place = (slice(row, row + height), slice(col, col + width))
        writers: dict[str, Callable[[NDArray[np.float32]], None]] = {
            "heightmap": lambda part: np.copyto(part, self._heightmap[:, *place]),
            "terrain": lambda part: np.copyto(part, self._static[:, *place]),
            "rain": lambda part: self._rain_history(source, row, col, part),
            "routed": lambda part: self._routed_rain(source, place, part),
            "settled": lambda part: np.copyto(part, as_seen(self.settled(source, place))),
            "simulated": lambda part: np.copyto(part, self._simulated_depth(task, source, row, col, height, width)),
            "permanent": lambda part: np.copyto(part, self.permanent[place]),
        }
        first = 0
        for group in (group for group in GROUPS if group in groups):
            last = first + len(self.channel_names([group]))
            writers[group](out[first:last])
            first = last
        return out

    def settled(self, source: int, place: tuple[slice, slice] = (slice(None), slice(None))) -> NDArray[np.float32]:
        """Depth of what ran on the ground by a moment, had it settled where it fell, m, of the whole or of a place.

        Raises:
            UserError: if the study holds none.
        """
        if not (self.folder / SETTLED).is_dir():
            raise UserError(
                f"{self.folder}: holds no settled rain: name a factor in make_windows.coarse_factors and run "
                "make_windows again"
            )
        return np.asarray(self._settled[source][place], np.float32)

    @cached_property
    def _coarse(self) -> Simulated:
        return Simulated(self.folder, CHANNEL_FACTOR, np.asarray(self.elevation))

    def _rain_history(self, source: int, row: int, col: int, out: NDArray[np.float32]) -> None:
        """Rates on the scale of the params and their missing share, each rain cell's on the cells within it."""
        factor = self.grid.height // self._rain.shape[2]
        rows, columns = (first + np.arange(size) for first, size in zip((row, col), out.shape[1:], strict=True))
        rows, columns = rows // factor, columns // factor
        low, left = rows[0], columns[0]
        rain = np.array(self._rain[source][:, low : rows[-1] + 1, left : columns[-1] + 1], np.float32)
        rain[:-1] = SCALES[self.statistics["rain_scaling"]](rain[:-1])
        np.take(rain[:, :, columns - left], rows - low, axis=1, out=out, mode="clip")

    def _simulated_depth(
        self, task: str, source: int, row: int, col: int, height: int, width: int
    ) -> NDArray[np.float32]:
        """Simulated on coarser cells, log(1 + decimetres): at the moment, or for nowcast a lead ahead without rain."""
        return as_seen(self._coarse.depth(source, row, col, height, width, ahead=task == NOWCAST))

    def _routed_rain(self, source: int, place: tuple[slice, slice], out: NDArray[np.float32]) -> None:
        """With mean 0 and deviation 1 over training events and seen cells."""
        numbers = self.statistics["routed"]
        mean = np.array([item["mean"] for item in numbers], np.float32)[:, None, None]
        scale = np.array([1.0 / max(item["deviation"], 1e-6) for item in numbers], np.float32)[:, None, None]
        np.subtract(self._routed[source][:, *place], mean, out=out)
        np.multiply(out, scale, out=out)

    def routed(self, source: int, channel: int) -> NDArray[np.float32]:
        """Routed rain of the whole ground, log(1 + mm summed over cells), shape (rows, columns)."""
        return np.asarray(self._routed[source][channel], np.float32)

    def routed_channels(self, source: int) -> NDArray[np.float16]:
        """All routed rain of one moment as it is stored, shape (channels, rows, columns)."""
        return np.asarray(self._routed[source])

    def routed_longest(self, source: int) -> NDArray[np.float32]:
        """Routed rain of the longest history there is, log(1 + mm summed over cells), shape (rows, columns)."""
        channels = self.routed_channels(source).astype(np.float32)
        if self.statistics["routed_channels"]:  # Each has a part of the history.
            return np.asarray(np.log1p(np.expm1(channels).sum(axis=0)), np.float32)
        return np.asarray(channels[int(np.argmax(self.statistics["routed_pattern"]))])

    def depth(self, target: int, row: int, col: int, height: int, width: int) -> NDArray[np.float32]:
        """Depth of one window, m, shape (height, width)."""
        cut = self._depth[target][row : row + height, col : col + width]
        return np.asarray(cut, np.float32) / np.float32(MILLIMETRES)

    def depth_whole(self, target: int) -> NDArray[np.float32]:
        """Depth of the whole ground, m, shape (rows, columns)."""
        return self.depth(target, 0, 0, *self.grid.shape)

    def known(self, row: int, col: int, height: int, width: int) -> NDArray[np.bool_]:
        """Cells of one window that have ground, and depth at every moment; of others nothing is learnt or scored."""
        return np.asarray(self._known[row : row + height, col : col + width])

    def learnable(self, row: int, col: int, height: int, width: int) -> NDArray[np.bool_]:
        """Cells of one window whose depth may be learnt from: known, and on seen ground."""
        seen = self.region[row : row + height, col : col + width] == SEEN
        return np.asarray(self.known(row, col, height, width) & seen)

    def learnable_depth(self, target: int, row: int, col: int, height: int, width: int) -> NDArray[np.float32]:
        """Depth of one window, m, 0 where it may not be learnt from."""
        place = (row, col, height, width)
        return np.where(self.learnable(*place), self.depth(target, *place), np.float32(0))

    def newly(self, target: int, wet_depth: float, row: int, col: int, height: int, width: int) -> NDArray[np.bool_]:
        """Cells of one window that are flooded, `wet_depth` m or deeper, and hold no permanent water."""
        flooded = self.depth(target, row, col, height, width) >= np.float32(wet_depth)
        return np.asarray(flooded & ~self.permanent[row : row + height, col : col + width])
