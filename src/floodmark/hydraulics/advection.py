"""The convective acceleration that the local inertial equations leave out, for those who need it.

Scheme: the momentum-conserving advection of Stelling and Duinmeijer (2003), Int. J. Numer. Methods Fluids 43, on the
solver's own faces: through the middle of each cell, and through each corner, flows the mean of the discharges beside
it, and carries the velocity of the face it comes from. Where the Froude number changes along the flow, as in
MacDonald's channels, the level is wrong by centimetres without it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numba import njit

from floodmark.hydraulics.rows import DRY, INNER


@cache
def advection_in(precision: str) -> Any:
    """The compiled acceleration in `float32` or `float64`.

    Returns:
        `accelerate(depth, qx, qy, drop_x, drop_y, n, inverse_dx, ux, uy, ax, ay)`: of a grid of n columns, in arrays of
        the solver's shapes, the velocities ux and uy of the faces, m s-1, and what is taken from their discharges a
        second, ax and ay, m2 s-2.
    """
    real = np.float32 if precision == "float32" else np.float64
    zero, dry, half = real(0), real(DRY), real(0.5)

    @njit(nogil=True, error_model="numpy", **INNER)
    def velocity(q: Any, up: Any, down: Any, drop: Any) -> Any:
        flow = max(up - max(drop, zero), down + min(drop, zero))
        return q / flow if flow > dry else zero

    @njit(nogil=True, error_model="numpy", **INNER)
    def velocities(depth: Any, qx: Any, qy: Any, drop_x: Any, drop_y: Any, n: int, ux: Any, uy: Any) -> None:
        rows = depth.shape[0]
        for i in range(rows):
            for j in range(1, n):
                ux[i, j] = velocity(qx[i, j], depth[i, j - 1], depth[i, j], drop_x[i, j])
            ux[i, 0] = velocity(qx[i, 0], depth[i, 0], depth[i, 0], zero)
            ux[i, n] = velocity(qx[i, n], depth[i, n - 1], depth[i, n - 1], zero)
        for i in range(1, rows):
            for j in range(n):
                uy[i, j] = velocity(qy[i, j], depth[i - 1, j], depth[i, j], drop_y[i, j])
        for j in range(n):
            uy[0, j] = velocity(qy[0, j], depth[0, j], depth[0, j], zero)
            uy[rows, j] = velocity(qy[rows, j], depth[rows - 1, j], depth[rows - 1, j], zero)

    @njit(nogil=True, error_model="numpy", **INNER)
    def carried(one: Any, other: Any, before: Any, after: Any) -> Any:
        """Mean of two discharges times the velocity it comes with."""
        q = half * (one + other)
        return q * (before if q > zero else after)

    @njit(nogil=True, error_model="numpy", **INNER)
    def accelerate(
        depth: Any, qx: Any, qy: Any, drop_x: Any, drop_y: Any, n: int, inverse_dx: Any, ux: Any, uy: Any, ax: Any,
        ay: Any,
    ) -> None:  # fmt: skip
        velocities(depth, qx, qy, drop_x, drop_y, n, ux, uy)
        rows = depth.shape[0]
        for i in range(rows):
            for j in range(1, n):
                along = carried(qx[i, j], qx[i, j + 1], ux[i, j], ux[i, j + 1]) - carried(
                    qx[i, j - 1], qx[i, j], ux[i, j - 1], ux[i, j]
                )
                north = carried(qy[i, j - 1], qy[i, j], ux[i - 1, j], ux[i, j]) if i > 0 else zero
                south = carried(qy[i + 1, j - 1], qy[i + 1, j], ux[i, j], ux[i + 1, j]) if i < rows - 1 else zero
                ax[i, j] = (along + (south - north)) * inverse_dx
        for i in range(1, rows):
            for j in range(n):
                along = carried(qy[i, j], qy[i + 1, j], uy[i, j], uy[i + 1, j]) - carried(
                    qy[i - 1, j], qy[i, j], uy[i - 1, j], uy[i, j]
                )
                west = carried(qx[i - 1, j], qx[i, j], uy[i, j - 1], uy[i, j]) if j > 0 else zero
                east = carried(qx[i - 1, j + 1], qx[i, j + 1], uy[i, j], uy[i, j + 1]) if j < n - 1 else zero
                ay[i, j] = (along + (east - west)) * inverse_dx

    return accelerate
