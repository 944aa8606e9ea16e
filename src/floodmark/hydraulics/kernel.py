"""Shallow water over a grid by the local inertial equations, compiled, one thread an event.

Scheme: Bates, Horritt and Fewtrell (2010), J. Hydrol. 387, eq. 11: between two cells the unit discharge is

    q' = (q - g h_f dt d(z + h)/dx) / (1 + g dt n^2 |q| / h_f^(7/3)),

with h_f the depth of flow over the higher of the two beds. Two things are done otherwise. Friction is taken wholly at
the new time, |q'| for |q|, which makes a quadratic of the equation: with |q| a sheet of water on a slope S swings from
step to step unless dt < sqrt(3 dx / (5 g S)), a few seconds on hillsides, and the steady states are the same. And the
q that is carried on is weighed with its neighbours along the flow by theta, after de Almeida, Bates, Freer and
Souvignet (2012), Water Resour. Res. 48, W05528: without, deep water on smooth ground feeds a ripple of two cells.

All that the equation needs of the bed is the drop between neighbours, so the drops are formed in float64 and kept in
the precision of the run: depth keeps its precision high above the sea. What a depth loses to rounding when water is
added is kept beside it and added next time (Knuth's two-sum): in float32 a film of rain on deep water would vanish.

A step is one sweep from north to south. A face is found from the depths before the step; a cell that would give more
than it holds gives each of its neighbours the same share less; and a row is brought up to date once the row south of
it has been through both, so that each array passes through the cache once a step. Inner loops have no branches and no
library calls, so that they vectorise; only multiplications and additions may be fused. Nothing is summed in an order
that depends on threads: events run side by side, each on one thread.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from floodmark.hydraulics.advection import advection_in
from floodmark.hydraulics.rows import DRY, GRAVITY, INNER, row_functions


class State(NamedTuple):
    """What a step changes, in place. Real arrays are all float32 or all float64, and of shape (rows, width).

    The width is that of `padded_width`; what lies east of the grid's columns (of the eastern edge's face) is dry.

    Attributes:
        depth: m.
        carry: What the depth lost to rounding, m; the two together are the water.
        qx: m2 s-1 eastwards through the face west of each cell.
        qy: m2 s-1 southwards through the face north of each cell, shape (rows + 1, width).
        soil: Water that the ground took in, m; of shape (1, 1) where it takes none.
        soil_carry: What the soil lost to rounding, m.
        peak: Highest depth so far, m; of shape (1, 1) where it is not wanted.
        peak_time: When it was, s.
        edges: Depths over one cell that left (row 0) and came in (row 1) over the edges west, east, north and south, m,
            float64, shape (2, 4).
        fallen: Rain as a depth over one cell, m, float64, shape (1,).
    """

    depth: Any
    carry: Any
    qx: Any
    qy: Any
    soil: Any
    soil_carry: Any
    peak: Any
    peak_time: Any
    edges: Any
    fallen: Any


class Ground(NamedTuple):
    """What no step changes.

    Attributes:
        drop_x: Bed of each cell less that of the cell west of it, m, shape (rows, width); a wall east of the grid.
        drop_y: Bed of each cell less that of the cell north of it, m, shape (rows, width).
        friction_x: 4 g n^2 of the faces west of the cells, m1/3, shape of drop_x, or one row for all.
        friction_y: Likewise of the faces north of them.
        conveyance: sqrt(slope) / n beyond the edges west, east, north and south, m1/3 s-1, shape (4, longest side); 0
            where none leaves.
        ghost: Depth of the water that stands beyond them, m, likewise; NaN where none does.
    """

    drop_x: Any
    drop_y: Any
    friction_x: Any
    friction_y: Any
    conveyance: Any
    ghost: Any


class Numbers(NamedTuple):
    """Scalars of a run.

    Attributes:
        columns: Of the grid.
        dx: Cell size, m.
        courant: Part of the gravity wave's crossing time of a cell that is taken as a step.
        longest: Longest step, s.
        froude: Highest Froude number of a flow.
        theta: Weight of a discharge against its neighbours' along the flow.
        conductivity: Of the ground, m s-1; 0: it takes no water in.
        wetting: Suction head times moisture deficit, m.
    """

    columns: int
    dx: float
    courant: float
    longest: float
    froude: float
    theta: float
    conductivity: float
    wetting: float


LANES = 32
"""Faces of a row are worked on in multiples of this: a remainder would cost as much as the row."""


def padded_width(columns: int) -> int:
    """Cells of a stored row: the grid's columns made up to a multiple of LANES, a cell to the west and a face more."""
    return -(-columns // LANES) * LANES + 2


def room(state: State, advects: bool) -> tuple[Any, Any]:
    """Rows to work in, and velocities and accelerations of the faces where they count.

    Made here and not by the solver: what makes arrays takes long to compile.
    """
    rows, width = state.depth.shape
    moving = (4, rows + 1, width) if advects else (4, 1, 1)
    return np.ones((7, width), state.depth.dtype), np.zeros(moving, state.depth.dtype)


@cache
def advance_in(precision: str, advects: bool = False) -> Any:
    """The compiled solver.

    Args:
        precision: `float32` or `float64`.
        advects: Whether the convective acceleration counts; compiled only if it does.

    Returns:
        `advance(state, ground, numbers, rain, scratch, moving, start, duration)` with rain in m s-1, shape of depth and
        zero on walls, room to work in, and times in s, which carries `state` forward by exactly `duration` and returns
        the steps taken.
    """
    real = np.float32 if precision == "float32" else np.float64
    step_in = _step_in(precision, advects)

    @njit(nogil=True, error_model="numpy")
    def advance(
        state: Any, ground: Any, numbers: Any, rain: Any, scratch: Any, moving: Any, start: float, duration: float
    ) -> int:  # fmt: skip
        rows, columns = state.depth.shape[0], numbers.columns
        speed = 1.0 + numbers.froude if advects else 1.0
        falling, beyond, deepest, rise = 0.0, DRY, 0.0, 0.0
        for i in range(rows):
            for j in range(columns):
                falling += float(rain[i, j])
                rise = max(rise, float(rain[i, j]))
                deepest = max(deepest, float(state.depth[i, j]))
        for side in range(4):
            for j in range(ground.ghost.shape[1]):
                if ground.ghost[side, j] > beyond:
                    beyond = float(ground.ghost[side, j])
        steps, passed = 0, 0.0
        while passed < duration:
            reach = numbers.courant * numbers.dx / speed
            step = min(numbers.longest, reach / np.sqrt(GRAVITY * max(deepest, beyond)))
            # What falls meanwhile counts, too: an inflow makes dry ground deep within a step.
            step = min(step, reach / np.sqrt(GRAVITY * max(deepest + rise * step, beyond)))
            remaining = duration - passed
            # Equal steps to the mark: none is left that is too short to matter.
            step = remaining / np.ceil(remaining / step - 1e-9)
            passed = duration if remaining - step < 1e-6 * step else passed + step
            deepest = float(step_in(state, ground, numbers, rain, scratch, moving, step, start + passed))
            # What the depths were given is what is counted: the rounded step, not the exact one.
            state.fallen[0] += falling * float(real(step))
            steps += 1
        return steps

    return advance


def _step_in(precision: str, advects: bool) -> Any:
    real = np.float32 if precision == "float32" else np.float64
    row = row_functions(precision)
    weigh_x, weigh_y, faces_x, faces_y, edge = row.weigh_x, row.weigh_y, row.faces_x, row.faces_y, row.edge
    overspent, shares, hold_x, hold_y = row.overspent, row.shares, row.hold_x, row.hold_y
    update, soak, peaks, bits, value = row.update, row.soak, row.peaks, row.bits, row.value
    accelerate: Any = advection_in(precision) if advects else None
    zero = real(0)

    @njit(nogil=True, error_model="numpy", **INNER)
    def slow_down(mean: Any, acceleration: Any, i: int, n: int, dt: Any) -> None:
        for j in range(n):
            mean[j] -= dt * acceleration[i, j]

    @njit(nogil=True, error_model="numpy", **INNER)
    def rim(
        q: Any, depth: Any, at: int, face: int, sign: Any, conveyance: Any, ghost: Any, side: int, friction: Any,
        n: int, g_dt_dx: Any, fastest: Any,
    ) -> None:  # fmt: skip
        """The discharges over the northern or southern edge; the ground beyond is as rough as that before it."""
        for j in range(n):
            known, beyond = conveyance[side, j], ghost[side, j]
            q[face, j] = sign * edge(sign * q[face, j], depth[at, j], known, beyond, friction[j], g_dt_dx, fastest)

    @njit(nogil=True, error_model="numpy", **INNER)
    def slow(friction: Any, rough: Any, i: int, dt: Any) -> None:
        """4 g n^2 dt of a row of faces."""
        for j in range(friction.size):
            friction[j] = rough[i, j] * dt

    @njit(nogil=True, error_model="numpy", **INNER)
    def count(edges: Any, side: int, q: Any, ratio: Any) -> None:
        """Add one face's discharge, positive outwards, to the ledger."""
        edges[0 if q > zero else 1, side] += abs(float(q)) * float(ratio)

    @njit(nogil=True, error_model="numpy", **INNER)
    def step_all(
        state: Any, ground: Any, numbers: Any, rain: Any, scratch: Any, moving: Any, step: float, now: float
    ) -> Any:  # fmt: skip
        """One step of everything; the deepest water after it."""
        # Named once: to take an array out of a tuple costs as much as twenty cells.
        depth, carry, qx, qy, soil, soil_carry, peak, peak_time, edges, _ = state
        drop_x, drop_y, rough_x, rough_y, conveyance, ghost = ground
        rows, n, m = depth.shape[0], numbers.columns, depth.shape[1] - 2
        soaks, tracked = numbers.conductivity > 0, peak.shape[0] > 1
        one_x, one_y = rough_x.shape[0] == 1, rough_y.shape[0] == 1
        dt, ratio, g_dt_dx = real(step), real(step / numbers.dx), real(GRAVITY * step / numbers.dx)
        theta, half = real(numbers.theta), real((1 - numbers.theta) / 2)
        fastest, potential = real(numbers.froude * np.sqrt(GRAVITY)), real(numbers.conductivity * step)
        wetting, moment = real(numbers.wetting), real(now)
        mean, above, whole, even, odd = scratch[0], scratch[1], scratch[2], scratch[3], scratch[4]
        slow_x, slow_y = scratch[5], scratch[6]
        ux, uy, ax, ay = moving[0], moving[1], moving[2], moving[3]
        if advects:
            accelerate(depth, qx, qy, drop_x, drop_y, n, real(1 / numbers.dx), ux, uy, ax, ay)
        highest, held = bits(zero), False
        for j in range(n):  # assigned as a whole, it would take numba seconds to compile what to say of other shapes
            above[j] = qy[0, j]
        slow(slow_x, rough_x, 0, dt)
        slow(slow_y, rough_y, 0, dt)
        for i in range(rows):
            if not one_x:
                slow(slow_x, rough_x, i, dt)
            if not one_y and i < rows - 1:
                slow(slow_y, rough_y, i + 1, dt)
            weigh_x(mean, qx, i, n, theta, half)
            if advects:
                slow_down(mean, ax, i, n, dt)
            east = qx[i, n]  # which the next line overwrites, as it goes on to whole lanes
            faces_x(qx, i, mean, depth, drop_x, slow_x, m, g_dt_dx, fastest)
            first, last = slow_x[1], slow_x[n - 1]
            qx[i, 0] = -edge(-qx[i, 0], depth[i, 0], conveyance[0, i], ghost[0, i], first, g_dt_dx, fastest)
            qx[i, n] = edge(east, depth[i, n - 1], conveyance[1, i], ghost[1, i], last, g_dt_dx, fastest)
            if i == 0:
                rim(qy, depth, 0, 0, real(-1), conveyance, ghost, 2, slow_y, n, g_dt_dx, fastest)
            if i == rows - 1:
                rim(qy, depth, i, rows, real(1), conveyance, ghost, 3, slow_y, n, g_dt_dx, fastest)
            else:
                weigh_y(mean, above, qy, i + 1, n, theta, half)
                if advects:
                    slow_down(mean, ay, i + 1, n, dt)
                faces_y(qy, i + 1, mean, depth, drop_y, slow_y, m, g_dt_dx, fastest)
            held_above = held
            held = bool(overspent(depth, qx, qy, i, n, ratio))
            if held:
                shares(even if i % 2 == 0 else odd, depth, qx, qy, i, n, ratio)
                hold_x(qx, i, even if i % 2 == 0 else odd, n)
            if held or held_above:
                share, before = (even, odd) if i % 2 == 0 else (odd, even)
                hold_y(qy, i, before if held_above else whole, share if held else whole, n)
            count(edges, 0, -qx[i, 0], ratio)
            count(edges, 1, qx[i, n], ratio)
            if i == rows - 1 and held:
                hold_y(qy, rows, even if i % 2 == 0 else odd, whole, n)
            # A row is complete once the row south of it has been held back, the last one by itself.
            for k in range(max(i - 1, 0), i if i < rows - 1 else rows):
                highest = update(depth, carry, qx, qy, rain, k, n, ratio, dt, highest)
                if soaks:
                    soak(depth, carry, soil, soil_carry, k, n, potential, wetting)
                if tracked:
                    peaks(depth, peak, peak_time, k, n, moment)
        for j in range(n):
            count(edges, 2, -qy[0, j], ratio)
            count(edges, 3, qy[rows, j], ratio)
        return value(highest)

    return step_all
