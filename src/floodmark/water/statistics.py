"""Means and deviations that inputs are normalised by, over training storms and seen cells alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from floodmark.water.features import NAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass
class RoutedSums:
    """Running sums of routed rain, for moments of any number; those of two parts add up to those of the whole.

    Attributes:
        count: Cells and moments.
        total: Sums, shape (channels,).
        square: Sums of squares, shape (channels,).
    """

    count: float
    total: NDArray[np.float64]
    square: NDArray[np.float64]

    @classmethod
    def none(cls, channels: int) -> RoutedSums:
        """Of no moment yet."""
        return cls(0.0, np.zeros(channels), np.zeros(channels))

    def add(self, routed: NDArray[np.floating]) -> None:
        """Add one moment's routed rain as it is stored, shape (channels, cells)."""
        values = routed.astype(np.float64)
        self.count += values.shape[1]
        self.total += values.sum(1)
        self.square += (values**2).sum(1)

    def statistics(self) -> list[dict[str, float]]:
        """Mean and deviation of each channel."""
        mean = self.total / max(self.count, 1.0)
        deviation = np.sqrt(np.maximum(self.square / max(self.count, 1.0) - mean**2, 0.0))
        return [{"mean": float(m), "deviation": float(d)} for m, d in zip(mean, deviation, strict=True)]


def elevation_statistics(elevation: NDArray[np.float32], seen: NDArray[np.bool_]) -> dict[str, float]:
    """Mean and deviation of the elevation over seen cells, m; 0 and 1 where there are none."""
    values = elevation[seen].astype(np.float64)
    if values.size == 0:
        return {"mean": 0.0, "deviation": 1.0}
    return {"mean": float(values.mean()), "deviation": float(values.std())}


def terrain_statistics(features: NDArray[np.float32], seen: NDArray[np.bool_]) -> dict[str, dict[str, float]]:
    """Mean and deviation of each terrain feature over seen cells, 0 where there are none.

    Args:
        features: Shape (channels, rows, columns), in the order of `features.NAMES`.
        seen: Shape (rows, columns).
    """
    values = features[:, seen].astype(np.float64)
    if values.shape[1] == 0:
        values = np.zeros((len(NAMES), 1))
    return {
        name: {"mean": float(channel.mean()), "deviation": float(channel.std())}
        for name, channel in zip(NAMES, values, strict=True)
    }
