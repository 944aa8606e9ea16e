"""The least that a step of this kind can be: the gravity wave alone, without friction, limits, ledger or carry.

It bounds from above what the simulator can reach on a machine: whatever it does beside, it does this.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit

STEPS, REPEATS = 1000, 4
ZERO = np.float32(0)


@njit(nogil=True, fastmath={"contract"}, error_model="numpy")
def faces(q: Any, up: Any, down: Any, drop: Any, g_dt_dx: Any) -> None:
    """Discharges of a row, pushed by the level's slope."""
    for j in range(q.size):
        flow = max(up[j] - max(drop[j], ZERO), down[j] + min(drop[j], ZERO))
        q[j] = q[j] - g_dt_dx * flow * (drop[j] + (down[j] - up[j]))


@njit(nogil=True, fastmath={"contract"}, error_model="numpy")
def update(depth: Any, west: Any, east: Any, north: Any, south: Any, rain: Any, ratio: Any) -> None:
    """Depths of a row."""
    for j in range(depth.size):
        depth[j] = max(depth[j] + ((west[j] - east[j]) + (north[j] - south[j])) * ratio + rain[j], ZERO)


@njit(nogil=True)
def run(depth: Any, qx: Any, qy: Any, drop_x: Any, drop_y: Any, rain: Any, steps: int, small: Any) -> None:
    """Steps of one event."""
    rows, n = depth.shape[0], depth.shape[1] - 2
    for _ in range(steps):
        for i in range(rows):
            faces(qx[i, 1 : n + 1], depth[i, :n], depth[i, 1 : n + 1], drop_x[i, 1 : n + 1], small)
            if i < rows - 1:
                faces(qy[i + 1, :n], depth[i, :n], depth[i + 1, :n], drop_y[i + 1, :n], small)
            if i > 0:
                update(
                    depth[i - 1, :n], qx[i - 1, :n], qx[i - 1, 1 : n + 1], qy[i - 1, :n], qy[i, :n], rain[i - 1, :n],
                    small,
                )  # fmt: skip


def wave_only(cells: int, events: int, threads: int) -> float:
    """Cell-steps a second at best of events over cells x cells, side by side."""
    small, speed = np.float32(1e-3), 0.0
    width = cells + 2
    shapes = ((cells, width), (cells, width), (cells + 1, width), (cells, width), (cells, width), (cells, width))
    states = [[np.zeros(shape, np.float32) for shape in shapes] for _ in range(events)]
    for state in states:
        state[0] += 1
    run(*states[0], 1, small)
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(REPEATS):
            start = time.perf_counter()
            list(pool.map(lambda state: run(*state, STEPS, small), states))
            speed = max(speed, events * STEPS * cells * cells / (time.perf_counter() - start))
    return speed
