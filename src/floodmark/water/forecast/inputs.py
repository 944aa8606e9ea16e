"""The channels of a model over ground and rain that it never saw, as make_windows cuts them from a study.

What is computed here is computed there by the same functions, and normalised with the numbers of the training windows,
which travel with the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from floodmark.terrain.routing import drainage
from floodmark.water import history
from floodmark.water.features import NAMES, terrain_features
from floodmark.water.forecast.reckoned import SETTLED, SIMULATED
from floodmark.water.layout import GROUPS
from floodmark.water.simulated import CHANNEL_FACTOR, as_seen, fine_depth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from floodmark.water.forecast.ground import Ground
    from floodmark.water.forecast.rain import Rain
    from floodmark.water.forecast.reckoned import Reckoner

LEAST_DEVIATION = 1e-6
"""A channel that was the same everywhere is not blown up."""


@dataclass(frozen=True)
class Known:
    """What is known of the rain at one moment.

    Attributes:
        rain: Scaled history and missing share, on the rain cells, shape (channels, rows, columns).
        routed: log(1 + mm summed over cells) on the ground, as coarse as the windows keep it, shape (lengths, rows,
            columns).
        reckoned: Depth by group, m, likewise; see `Reckoner.at`.
    """

    rain: NDArray[np.float32]
    routed: NDArray[np.float16]
    reckoned: dict[str, NDArray[np.float16]]


class Scene:
    """Ground and rain of a forecast, and the channels a model reads of them.

    Args:
        ground: Where.
        rain: Since when.
        statistics: Of the training windows.
        groups: Of `layout.GROUPS`, that the model reads.
        permanent: Where water always stands, shape of the ground; None: nowhere.
        reckoner: For models that read a group of `reckoned.RECKONED`.
    """

    def __init__(
        self,
        ground: Ground,
        rain: Rain,
        statistics: dict[str, Any],
        groups: Sequence[str],
        permanent: NDArray[np.bool_] | None = None,
        reckoner: Reckoner | None = None,
    ) -> None:
        self._reckoner = reckoner
        self.ground, self.rain, self.statistics, self.groups = ground, rain, statistics, list(groups)
        self._rows, self._columns = ground.rows, ground.columns
        self._drainage = drainage(ground.elevation)
        self._fixed = self._fixed_groups(permanent)
        self._hours = float(rain.step / np.timedelta64(3600, "s"))

    def _fixed_groups(self, permanent: NDArray[np.bool_] | None) -> dict[str, NDArray[np.float32]]:
        """What no moment changes, by group, each of shape (channels, rows, columns)."""
        elevation, made = self.ground.elevation, {}
        if "heightmap" in self.groups:
            made["heightmap"] = np.nan_to_num(normalised(elevation[None], [self.statistics["elevation"]]), nan=0.0)
        if "terrain" in self.groups:
            features = terrain_features(elevation, self._drainage, self.ground.grid.cell_size)
            made["terrain"] = normalised(features, [self.statistics["static"][name] for name in NAMES])
        if "permanent" in self.groups:
            stands = np.zeros(elevation.shape, bool) if permanent is None else permanent
            made["permanent"] = stands[None].astype(np.float32)
        return made

    def known(self, moment: np.datetime64) -> tuple[Known, float]:
        """The rain up to a moment, and the share of its history that is missing; what is reckoned cannot go back."""
        frames = self.rain.until(moment, sum(self.statistics["pattern"]))
        missing = history.missing_share(frames)
        pooled = history.pool(frames, self.statistics["pattern"], self.statistics["reducer"])
        scaled = history.SCALES[self.statistics["rain_scaling"]](pooled)
        routed = np.zeros((0, *self.ground.grid.shape), np.float16)
        if "routed" in self.groups:
            fallen = history.accumulate(frames, routed_spans(self.statistics), self._hours)
            routed = np.stack([self._route(layer) for layer in fallen])
        reckoned = {} if self._reckoner is None else self._reckoner.at(moment)
        return Known(np.concatenate([scaled, missing[None]]), routed, reckoned), float(missing.mean())

    def _route(self, fallen: NDArray[np.float32]) -> NDArray[np.float16]:
        run = self._drainage.route(fallen[self._rows[:, None], self._columns[None, :]])
        return np.asarray(np.log1p(np.nan_to_num(run, nan=0.0)), np.float16)

    def read(self, known: Known, row: int, col: int, height: int, width: int) -> NDArray[np.float32]:
        """The channels of some cells at a moment, shape (channels, height, width), in the order of `layout.GROUPS`."""
        rows, columns = slice(row, row + height), slice(col, col + width)
        made = {group: values[:, rows, columns] for group, values in self._fixed.items()}
        if "rain" in self.groups:
            made["rain"] = known.rain[:, self._rows[rows, None], self._columns[None, columns]]
        if "routed" in self.groups:
            made["routed"] = normalised(known.routed[:, rows, columns].astype(np.float32), self.statistics["routed"])
        if SETTLED in self.groups:
            made[SETTLED] = as_seen(known.reckoned[SETTLED][rows, columns].astype(np.float32))[None]
        if SIMULATED in self.groups:
            coarse = known.reckoned[SIMULATED]
            fine = fine_depth(self.ground.elevation, coarse, CHANNEL_FACTOR, row, col, height, width)
            made[SIMULATED] = as_seen(fine)[None]
        return np.concatenate([made[group] for group in GROUPS if group in self.groups])


def routed_spans(statistics: dict[str, Any]) -> list[tuple[int, int]]:
    """First frame and the one after the last, of the history, whose rain each routed channel holds."""
    frames, lengths = sum(statistics["pattern"]), statistics["routed_pattern"]
    if not statistics["routed_channels"]:
        return [(frames - length, frames) for length in lengths]
    ends = np.cumsum(lengths).tolist()
    return [(end - length, end) for end, length in zip(ends, lengths, strict=True)]


def channel_names(groups: Sequence[str], statistics: dict[str, Any]) -> list[str]:
    """Names of the channels that `Scene.read` gives."""
    names = {
        "heightmap": ["elevation"],
        "terrain": list(NAMES),
        "rain": [*(f"rain_{index}" for index in range(len(statistics["pattern"]))), "rain_missing"],
        "routed": [f"routed_{index}" for index in range(len(statistics["routed_pattern"]))],
        "settled": ["settled_rain"],
        "simulated": ["simulated_depth"],
        "permanent": ["permanent_water"],
    }
    return [name for group in GROUPS if group in groups for name in names[group]]


def normalised(values: NDArray[np.float32], numbers: Sequence[dict[str, float]]) -> NDArray[np.float32]:
    """Channels of shape (channels, rows, columns), each less its mean and divided by its deviation."""
    mean = np.array([item["mean"] for item in numbers], np.float32)[:, None, None]
    deviation = np.array([max(item["deviation"], LEAST_DEVIATION) for item in numbers], np.float32)[:, None, None]
    return (values - mean) / deviation
