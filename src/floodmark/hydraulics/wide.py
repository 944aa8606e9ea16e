"""One large grid on several threads: the solver's own row functions, in parallel over blocks of rows.

The sweep of `floodmark.hydraulics.kernel` goes through the rows in order, which one thread does best. Here a step is
four passes, each over all rows and in parallel, with the discharges southwards written beside the old ones: faces,
shares, what is held back, depths. Every number is computed by the same functions from the same numbers, so the bits are
those of the sweep, whatever the number of threads.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numba import njit, prange

from floodmark.hydraulics.rows import GRAVITY, row_functions

ROWS = 16
"""Rows of a block: enough to be worth handing out, few enough that threads end together."""


@cache
def wide_step_in(precision: str) -> Any:
    """One compiled step of everything, called as that of the sweep; it returns the deepest water after it."""
    real = np.float32 if precision == "float32" else np.float64
    row = row_functions(precision)
    weigh_x, weigh_between, faces_x, faces_y = row.weigh_x, row.weigh_between, row.faces_x, row.faces_y
    overspent, shares, hold_x, hold_y, edge = row.overspent, row.shares, row.hold_x, row.hold_y, row.edge
    update, soak, peaks, bits, value = row.update, row.soak, row.peaks, row.bits, row.value
    zero = real(0)

    @njit(nogil=True, error_model="numpy")
    def faces_of(
        i: int, depth: Any, qx: Any, old: Any, qy: Any, ground: Any, mean: Any, n: int, m: int, theta: Any, half: Any,
        dt: Any, g_dt_dx: Any, fastest: Any,
    ) -> None:  # fmt: skip
        """The discharges of row i, over its ends, and south of it; `old` has those southwards before the step."""
        drop_x, drop_y, rough_x, rough_y, conveyance, ghost = ground
        rows = depth.shape[0]
        fx, fy = (0 if rough_x.shape[0] == 1 else i), (0 if rough_y.shape[0] == 1 else i)
        weigh_x(mean, qx, i, n, theta, half)
        east = qx[i, n]
        faces_x(qx, i, mean, depth, drop_x, rough_x, fx, m, dt, g_dt_dx, fastest)
        first, last = rough_x[fx, 1], rough_x[fx, n - 1]
        qx[i, 0] = -edge(-qx[i, 0], depth[i, 0], conveyance[0, i], ghost[0, i], first, dt, g_dt_dx, fastest)
        qx[i, n] = edge(east, depth[i, n - 1], conveyance[1, i], ghost[1, i], last, dt, g_dt_dx, fastest)
        if i == 0:
            beside = 0 if rough_y.shape[0] == 1 else 1
            for j in range(n):
                q = edge(
                    -old[0, j], depth[0, j], conveyance[2, j], ghost[2, j], rough_y[beside, j], dt, g_dt_dx, fastest
                )
                qy[0, j] = -q
        if i == rows - 1:
            for j in range(n):
                qy[rows, j] = edge(
                    old[rows, j], depth[i, j], conveyance[3, j], ghost[3, j], rough_y[fy, j], dt, g_dt_dx, fastest
                )
        else:
            south = 0 if rough_y.shape[0] == 1 else i + 1
            weigh_between(mean, old, i + 1, n, theta, half)
            faces_y(qy, i + 1, mean, depth, drop_y, rough_y, south, m, dt, g_dt_dx, fastest)

    @njit(nogil=True, error_model="numpy")
    def count(edges: Any, side: int, q: Any, ratio: Any) -> None:
        edges[0 if q > zero else 1, side] += abs(float(q)) * float(ratio)

    @njit(nogil=True, error_model="numpy", parallel=True)
    def step_all(
        state: Any, ground: Any, numbers: Any, rain: Any, scratch: Any, moving: Any, step: float, now: float
    ) -> Any:  # fmt: skip
        depth, carry, qx, qy, soil, soil_carry, peak, peak_time, edges, _ = state
        old, rows, n, m = moving[0], depth.shape[0], numbers.columns, depth.shape[1] - 2
        blocks = (rows + ROWS - 1) // ROWS
        soaks, tracked = numbers.conductivity > 0, peak.shape[0] > 1
        dt, ratio, g_dt_dx = real(step), real(step / numbers.dx), real(GRAVITY * step / numbers.dx)
        theta, half = real(numbers.theta), real((1 - numbers.theta) / 2)
        fastest, potential = real(numbers.froude * np.sqrt(GRAVITY)), real(numbers.conductivity * step)
        wetting, moment = real(numbers.wetting), real(now)
        held, highest, whole = np.zeros(rows, np.bool_), np.zeros(blocks, real), scratch[rows + blocks]
        for block in prange(blocks):
            for i in range(block * ROWS, min(block * ROWS + ROWS, rows)):
                old[i] = qy[i]
        old[rows] = qy[rows]
        for block in prange(blocks):
            mean = scratch[rows + block]
            for i in range(block * ROWS, min(block * ROWS + ROWS, rows)):
                faces_of(i, depth, qx, old, qy, ground, mean, n, m, theta, half, dt, g_dt_dx, fastest)
        for block in prange(blocks):
            for i in range(block * ROWS, min(block * ROWS + ROWS, rows)):
                held[i] = overspent(depth, qx, qy, i, n, ratio)
                if held[i]:
                    shares(scratch[i], depth, qx, qy, i, n, ratio)
                    hold_x(qx, i, scratch[i], n)
        for block in prange(blocks):
            for i in range(block * ROWS, min(block * ROWS + ROWS, rows)):
                above = i > 0 and held[i - 1]
                if above or held[i]:
                    hold_y(qy, i, scratch[i - 1] if above else whole, scratch[i] if held[i] else whole, n)
        if held[rows - 1]:
            hold_y(qy, rows, scratch[rows - 1], whole, n)
        for block in prange(blocks):
            most = bits(zero)
            for i in range(block * ROWS, min(block * ROWS + ROWS, rows)):
                most = update(depth, carry, qx, qy, rain, i, n, ratio, dt, most)
                if soaks:
                    soak(depth, carry, soil, soil_carry, i, n, potential, wetting)
                if tracked:
                    peaks(depth, peak, peak_time, i, n, moment)
            highest[block] = value(most)
        # In the order of the sweep, so that the ledger has its bits, too.
        for i in range(rows):
            count(edges, 0, -qx[i, 0], ratio)
            count(edges, 1, qx[i, n], ratio)
        for j in range(n):
            count(edges, 2, -qy[0, j], ratio)
            count(edges, 3, qy[rows, j], ratio)
        deepest = zero
        for block in range(blocks):
            deepest = max(deepest, highest[block])
        return deepest

    return step_all
