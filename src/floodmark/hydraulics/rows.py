"""What the solver does to one row of cells or faces, compiled for float32 or float64.

All of these are branch-free loops over a row, which stay in the first cache and vectorise. Floats of one sign sort as
their bits do, and an integer maximum vectorises where a float's does not.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

GRAVITY = 9.81
"""m s-2."""

DRY = 1e-5
"""Depth of flow below which nothing moves, m."""

SPENT = 0.9999
"""Part of a cell's water that may leave it in one step; what is left covers the rounding."""

ROOT = (1.000000041, 0.166666138, 0.09719932891, 0.07029101424, 0.05749653136, 0.04503108523)
"""(1 - x)^(-1/6) as a polynomial, nearest over -0.1965 to 0.1685 in the sense of Chebyshev: relative error 4.7e-8."""

FUSED = {"contract"}
"""Products and sums may be fused; nothing is reordered, so two-sums stay exact and results do not hang on widths."""


INNER: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Called by compiled code alone: it compiles sooner without what Python would call it by."""


class Rows(NamedTuple):
    """The compiled functions, which the solver closes over."""

    weigh_x: Any
    weigh_y: Any
    faces_x: Any
    faces_y: Any
    edge: Any
    overspent: Any
    shares: Any
    hold_x: Any
    hold_y: Any
    update: Any
    soak: Any
    peaks: Any
    bits: Any
    value: Any


@intrinsic
def _bits32(_: Any, x: Any) -> Any:
    return types.int32(types.float32), lambda _c, builder, _s, args: builder.bitcast(args[0], ir.IntType(32))


@intrinsic
def _value32(_: Any, x: Any) -> Any:
    return types.float32(types.int32), lambda _c, builder, _s, args: builder.bitcast(args[0], ir.FloatType())


@intrinsic
def _bits64(_: Any, x: Any) -> Any:
    return types.int64(types.float64), lambda _c, builder, _s, args: builder.bitcast(args[0], ir.IntType(64))


@intrinsic
def _value64(_: Any, x: Any) -> Any:
    return types.float64(types.int64), lambda _c, builder, _s, args: builder.bitcast(args[0], ir.DoubleType())


@cache
def row_functions(precision: str) -> Rows:
    """The row functions for `float32` or `float64`."""
    single = precision == "float32"
    real, integer = (np.float32, np.int32) if single else (np.float64, np.int64)
    bits, value = (_bits32, _value32) if single else (_bits64, _value64)
    # 7/6 of the bits of 1.0, less what makes the guess's error even, 3 % to both sides.
    guess = integer(0x4A0E3135) if single else integer(0x4A971B7C00000000)
    rounds = 0 if single else 1
    zero, one, two, sixth, seventh = real(0), real(1), real(2), real(1 / 6), real(7 / 72)
    c0, c1, c2, c3, c4, c5 = (real(value) for value in ROOT)
    dry, spent, least = real(DRY), real(SPENT), real(1e-30)

    def compiled(function: Any) -> Any:
        return njit(nogil=True, error_model="numpy", fastmath=FUSED, **INNER)(function)

    @compiled
    def root(h: Any) -> Any:
        """h^(-1/6): a sixth off the exponent, then the rest (1 - off)^(-1/6) by a polynomial that is right to 5e-8."""
        y = value(integer(guess - integer(real(bits(h)) * sixth)))
        y3 = y * y * y
        off = one - h * (y3 * y3)
        y = y * (c0 + off * (c1 + off * (c2 + off * (c3 + off * (c4 + off * c5)))))
        for _ in range(rounds):  # Householder's method, which cubes the error
            y3 = y * y * y
            off = one - h * (y3 * y3)
            y = y * (one + off * (sixth + off * seventh))
        return y

    @compiled
    def face(mean: Any, up: Any, down: Any, drop: Any, friction: Any, g_dt_dx: Any, fastest: Any) -> Any:
        """Unit discharge through one face, m2 s-1, positive from `up` to `down`, one step on.

        `friction` is 4 g n^2 dt, `fastest` the velocity of the highest Froude number over the root of the depth.
        """
        flow = max(up - max(drop, zero), down + min(drop, zero))
        h = max(flow, dry)
        y = root(h)
        y2 = y * y
        y4 = y2 * y2
        # h^(-7/3), and below h^(3/2), both from the one root.
        slowed = (y4 * y4) * (y4 * y2) * friction
        pushed = mean - g_dt_dx * h * (drop + (down - up))
        q = two * pushed / (one + np.sqrt(one + abs(pushed) * slowed))
        most = (h * h) * (y2 * y) * fastest
        q = max(min(q, most), -most)
        return q if flow > dry else zero

    @compiled
    def faces_x(
        qx: Any, i: int, mean: Any, depth: Any, drop: Any, friction: Any, m: int, g_dt_dx: Any, fastest: Any
    ) -> None:  # fmt: skip
        """The faces 1 to m of row i."""
        for j in range(1, m + 1):
            qx[i, j] = face(mean[j], depth[i, j - 1], depth[i, j], drop[i, j], friction[j], g_dt_dx, fastest)

    @compiled
    def faces_y(
        qy: Any, i: int, mean: Any, depth: Any, drop: Any, friction: Any, m: int, g_dt_dx: Any, fastest: Any
    ) -> None:  # fmt: skip
        """The faces north of row i."""
        for j in range(m):
            qy[i, j] = face(mean[j], depth[i - 1, j], depth[i, j], drop[i, j], friction[j], g_dt_dx, fastest)

    @compiled
    def weigh_x(mean: Any, qx: Any, i: int, n: int, theta: Any, half: Any) -> None:
        """Each discharge of row i by theta, and the two beside it by half of the rest."""
        for j in range(1, n):
            mean[j] = theta * qx[i, j] + half * (qx[i, j - 1] + qx[i, j + 1])

    @compiled
    def weigh_y(mean: Any, above: Any, qy: Any, i: int, n: int, theta: Any, half: Any) -> None:
        """Likewise through the faces north of row i; `above` has the row before as it was, and gets this one."""
        for j in range(n):
            q = qy[i, j]
            mean[j] = theta * q + half * (above[j] + qy[i + 1, j])
            above[j] = q

    @compiled
    def edge(q: Any, inside: Any, conveyance: Any, ghost: Any, friction: Any, g_dt_dx: Any, fastest: Any) -> Any:
        """Unit discharge out over an edge: to standing water on level ground, or down a slope at normal depth."""
        if ghost >= zero:
            return face(q, inside, ghost, zero, friction, g_dt_dx, fastest)
        if inside <= dry:
            return zero
        y = root(inside)
        return (inside * inside) * min(conveyance * (y * y), fastest * (y * y * y))

    @compiled
    def asked(qx: Any, qy: Any, i: int, j: int) -> Any:
        """What leaves a cell, m2 s-1."""
        return (max(qx[i, j + 1], zero) - min(qx[i, j], zero)) + (max(qy[i + 1, j], zero) - min(qy[i, j], zero))

    @compiled
    def overspent(depth: Any, qx: Any, qy: Any, i: int, n: int, ratio: Any) -> Any:
        """Whether a cell of row i would give more than it holds."""
        most = integer(0)
        for j in range(n):
            most = max(most, bits(asked(qx, qy, i, j) * ratio - spent * depth[i, j]))
        return most > integer(0)

    @compiled
    def shares(share: Any, depth: Any, qx: Any, qy: Any, i: int, n: int, ratio: Any) -> None:
        """Which part of what it would give each cell can give: all, or what it holds over what is asked of it."""
        for j in range(n):
            share[j] = min(one, spent * depth[i, j] / max(asked(qx, qy, i, j) * ratio, least))

    @compiled
    def hold_x(qx: Any, i: int, share: Any, n: int) -> None:
        """Reduce each discharge of row i by the share of the cell that gives it; what comes in over the ends stays."""
        qx[i, 0] = qx[i, 0] * (one if qx[i, 0] > zero else share[0])
        qx[i, n] = qx[i, n] * (share[n - 1] if qx[i, n] > zero else one)
        for j in range(1, n):
            qx[i, j] = qx[i, j] * (share[j - 1] if qx[i, j] > zero else share[j])

    @compiled
    def hold_y(qy: Any, i: int, north: Any, south: Any, n: int) -> None:
        for j in range(n):
            qy[i, j] = qy[i, j] * (north[j] if qy[i, j] > zero else south[j])

    @compiled
    def update(
        depth: Any, carry: Any, qx: Any, qy: Any, rain: Any, i: int, n: int, ratio: Any, dt: Any, highest: Any
    ) -> Any:
        """Bring a row of depths up to date, with what rounding takes; the bits of the deepest so far."""
        for j in range(n):
            old = depth[i, j]
            gain = ((qx[i, j] - qx[i, j + 1]) + (qy[i, j] - qy[i + 1, j])) * ratio + (rain[i, j] * dt + carry[i, j])
            new = old + gain
            taken = new - old
            lost = (old - (new - taken)) + (gain - taken)
            kept = max(new, zero)
            depth[i, j] = kept
            carry[i, j] = lost + (new - kept)
            highest = max(highest, bits(kept))
        return highest

    @compiled
    def soak(depth: Any, carry: Any, soil: Any, soil_carry: Any, i: int, n: int, potential: Any, wetting: Any) -> None:
        """Let the ground take what Green and Ampt allow; `potential` is conductivity times step, m.

        The step's infiltration is the root of their equation with its logarithm expanded (Li, Stevens and Simons 1976,
        Solutions to Green-Ampt infiltration equation, J. Irrig. Drain. Div. 102), exact where there is no suction.
        """
        for j in range(n):
            into, old = soil[i, j], depth[i, j]
            part = potential - two * into
            # Of the two forms of the root the one that adds: in float32 the other one loses a step's water in the sum.
            product = real(4) * potential * (into + wetting)
            both = abs(part) + np.sqrt(part * part + two * product)
            wanted = both / two if part > zero else product / both
            taken = min(wanted, old)
            new = old - taken
            carry[i, j] = carry[i, j] + ((old - new) - taken)
            depth[i, j] = new
            gain = taken + soil_carry[i, j]
            more = into + gain
            added = more - into
            soil[i, j] = more
            soil_carry[i, j] = (into - (more - added)) + (gain - added)

    @compiled
    def peaks(depth: Any, peak: Any, time: Any, i: int, n: int, now: Any) -> None:
        for j in range(n):
            higher = depth[i, j] > peak[i, j]
            peak[i, j] = depth[i, j] if higher else peak[i, j]
            time[i, j] = now if higher else time[i, j]

    return Rows(
        weigh_x, weigh_y, faces_x, faces_y, edge, overspent, shares, hold_x, hold_y, update, soak, peaks,
        bits, value,
    )  # fmt: skip
