"""What terrain tells about where water stands: rasters made from elevation and its drainage alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from floodmark.terrain.routing import Drainage

NAMES = ("relief_near", "relief_far", "slope", "depression_depth", "depression_volume", "drainage_area", "fall", "hand")
"""The channels, in order: see `terrain_features`."""

NEAR, FAR = 500.0, 2500.0
"""Half the side of the squares over which relief is local, m."""

CHANNEL_AREA = 1.0e6
"""Drainage area above which a cell counts as a channel for the height above it, m2 (a usual headwater threshold)."""


def terrain_features(elevation: NDArray[np.float32], drainage: Drainage, cell_size: float) -> NDArray[np.float32]:
    """The channels of NAMES, all of them unchanged by turning or mirroring the ground.

    relief_near, relief_far: elevation above the mean of the ground around, m; slope: log of the steepness;
    depression_depth: filled minus ground, square root of m; depression_volume: log of the m3 that the depression holds;
    drainage_area: log of cells drained; fall: log of the slope towards the receiver, on filled ground; hand: height
    above the nearest drainage (Renno et al. 2008), square root of m.

    Args:
        elevation: Ground, m, NaN where there is none, shape (rows, columns).
        drainage: Its network.
        cell_size: Side of a cell, m.

    Returns:
        Shape (channels, rows, columns), zero where there is no ground.
    """
    valid = np.isfinite(elevation)
    ground = np.where(valid, elevation, np.nanmean(elevation) if valid.any() else 0.0).astype(np.float64)
    filled = np.where(np.isfinite(drainage.filled), drainage.filled, ground).astype(np.float64)
    depth = np.maximum(filled - ground, 0.0)
    down, across = np.gradient(ground, cell_size) if min(ground.shape) > 1 else (ground * 0, ground * 0)
    rows, columns = np.divmod(np.arange(ground.size), ground.shape[1])
    receiver = _receiver(drainage)
    distance = np.hypot(rows - rows[receiver], columns - columns[receiver]) * cell_size
    drop = filled.ravel() - filled.ravel()[receiver]
    fall = np.divide(drop, distance, out=np.zeros_like(drop), where=distance > 0).reshape(ground.shape)
    channels = [
        ground - _box_mean(ground, valid, NEAR / cell_size),
        ground - _box_mean(ground, valid, FAR / cell_size),
        np.log10(np.hypot(down, across) + 1e-3),
        np.sqrt(depth),
        np.log1p(_depression_volume(depth, cell_size)),
        np.log(np.maximum(drainage.area, 1.0)),
        np.log10(np.maximum(fall, 0.0) + 1e-4),
        np.sqrt(_height_above_drainage(filled, drainage, CHANNEL_AREA / cell_size**2)),
    ]
    return np.where(valid, np.stack(channels), 0.0).astype(np.float32)


def _box_mean(values: NDArray[np.float64], valid: NDArray[np.bool_], radius: float) -> NDArray[np.float64]:
    """Mean of the valid cells in a square around each cell."""
    from scipy.ndimage import uniform_filter

    size = 2 * max(1, round(radius)) + 1
    weight = uniform_filter(valid.astype(np.float64), size, mode="constant")
    total = uniform_filter(np.where(valid, values, 0.0), size, mode="constant")
    return np.asarray(total / np.maximum(weight, 1e-12), np.float64)


def _depression_volume(depth: NDArray[np.float64], cell_size: float) -> NDArray[np.float64]:
    """Volume of the depression that each cell is part of, m3; zero outside."""
    from scipy.ndimage import label

    labels, count = label(depth > 0, structure=np.ones((3, 3)))
    volumes = np.bincount(labels.ravel(), depth.ravel(), minlength=count + 1) * cell_size**2
    volumes[0] = 0.0
    return np.asarray(volumes[labels], np.float64)


def _receiver(drainage: Drainage) -> NDArray[np.int64]:
    """The flat receivers, cells without ground being their own."""
    receiver = drainage.receiver.ravel().astype(np.int64)
    return np.where(receiver < 0, np.arange(receiver.size), receiver)


def _height_above_drainage(
    filled: NDArray[np.float64], drainage: Drainage, channel_cells: float
) -> NDArray[np.float64]:
    """Height of the filled ground above the channel cell (or outlet) that each cell drains to, m."""
    target = np.where(drainage.area.ravel() >= channel_cells, np.arange(filled.size), _receiver(drainage))
    # Doubling: after k rounds every cell points 2**k steps downstream, or to the channel it has reached.
    while True:
        further = target[target]
        if np.array_equal(further, target):
            break
        target = further
    return np.maximum(filled.ravel() - filled.ravel()[target], 0.0).reshape(filled.shape)
