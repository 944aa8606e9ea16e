"""Shallow water over a grid by the local inertial equations, compiled, one thread an event.

Scheme: Bates, Horritt and Fewtrell (2010), J. Hydrol. 387, eq. 11: between two cells the unit discharge is

    q' = (q - g h_f dt d(z + h)/dx) / (1 + g dt n^2 |q| / h_f^(7/3)),

with h_f the depth of flow over the higher of the two beds. Two things are done otherwise. Friction is taken wholly at
the new time, |q'| for |q|, which makes a quadratic of the equation: with |q| a sheet of water on a slope S swings from
step to step unless dt < sqrt(3 dx / (5 g S)), a few seconds on hillsides, and the steady states are the same. And the
q that is carried on is weighed with its neighbours along the flow by theta, after de Almeida, Bates, Freer and
Souvignet (2012), Water Resour. Res. 48, W05528: without, deep water on smooth ground feeds a ripple of two cells.

All that the equation needs of the bed is the drop between neighbours, so the drops are formed in float64 and kept in
float32: depth keeps its precision high above the sea.

A step is one sweep from north to south. A face is found from the depths before the step; a cell that would give more
than it holds gives each of its neighbours the same share less; and a row is brought up to date once the row south of
it has been through both, so that each array passes through the cache once a step. Inner loops have no branches and no
library calls (the cube root is Newton's), so that they vectorise. Nothing is summed in an order that depends on
threads: events run side by side, each on one thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

GRAVITY = 9.81
"""m s-2."""

DRY = 1e-5
"""Depth of flow below which nothing moves, m."""

ONE = np.int32(0x3F800000)
"""The bits of 1.0: floats of one sign sort as their bits do, and an integer minimum vectorises."""

SPENT = 0.9999
"""Part of a cell's water that may leave it in one step; what is left covers the rounding."""


@njit(nogil=True, error_model="numpy")
def advance(
    depth: Floats,
    qx: Floats,
    qy: Floats,
    drop_x: Floats,
    drop_y: Floats,
    rain: Floats,
    open_edge: Floats,
    duration: float,
    dx: float,
    manning_n: float,
    courant: float,
    froude: float,
    theta: float,
    longest: float,
    edge_conveyance: float,
) -> tuple[float, float, int]:
    """Carry the water forward by exactly `duration` seconds under steady rain.

    Args:
        depth: m, shape (rows, columns), changed in place.
        qx: m2 s-1 eastwards through the face west of each cell, shape (rows, columns + 1), changed in place; the first
            and the last lie on the edge of the grid.
        qy: m2 s-1 southwards through the face north of each cell, shape (rows + 1, columns), changed in place.
        drop_x: Bed of the eastern less that of the western cell, m, shape (rows, columns - 1).
        drop_y: Bed of the southern less that of the northern cell, m, shape (rows - 1, columns).
        rain: m s-1, shape of depth, zero on walls.
        open_edge: 1 where water may leave over the edge of the grid, shape of depth; read on the border only.
        duration: s.
        dx: Cell size, m.
        manning_n: s m-1/3.
        courant: Part of the gravity wave's crossing time of a cell taken as a step.
        froude: Highest Froude number of a flow.
        theta: Weight of a discharge against its neighbours' along the flow.
        longest: Longest step, s.
        edge_conveyance: sqrt(slope) / manning_n at the edge.

    Returns:
        Water that left over the edges, m3; deepest water, m; steps taken.
    """
    rows, columns = depth.shape
    mean_x, scratch_x = np.empty(columns - 1, np.float32), np.empty(columns - 1, np.float32)
    mean_y, scratch_y = np.empty(columns, np.float32), np.empty(columns, np.float32)
    bits_x, bits_y = scratch_x.view(np.int32), scratch_y.view(np.int32)
    above, kept = np.empty(columns, np.float32), np.empty((2, columns), np.float32)
    weight, froude_g = np.float32(theta), np.float32(froude * froude * GRAVITY)
    inverse_dx, conveyance = np.float32(1 / dx), float(edge_conveyance)
    deepest, left, steps, passed = depth.max(), 0.0, 0, 0.0
    while passed < duration:
        step = min(longest, courant * dx / np.sqrt(GRAVITY * max(float(deepest), DRY)))
        remaining = duration - passed
        # Equal steps to the mark: none is left that is too short to matter.
        step = remaining / np.ceil(remaining / step - 1e-9)
        passed = duration if remaining - step < 1e-6 * step else passed + step
        dt, ratio, limit = np.float32(step), np.float32(step / dx), np.float32(SPENT * dx / step)
        g_dt, four_g_dt_n2 = np.float32(GRAVITY * step), np.float32(4 * GRAVITY * step * manning_n * manning_n)
        highest, leaving, held = np.int32(0), 0.0, False
        above[:] = qy[0]
        for i in range(rows):
            here, across, north, south = depth[i], qx[i], qy[i], qy[i + 1]
            _mean(mean_x, across[:-2], across[1:-1], across[2:], weight)
            _faces(
                across[1:-1], mean_x, here[:-1], here[1:], drop_x[i], scratch_x, bits_x,
                g_dt, four_g_dt_n2, inverse_dx, froude_g,
            )  # fmt: skip
            across[0] = -_edge(here[0], conveyance, froude_g) * open_edge[i, 0]
            across[columns] = _edge(here[-1], conveyance, froude_g) * open_edge[i, columns - 1]
            if i == 0:
                for j in range(columns):
                    north[j] = -_edge(here[j], conveyance, froude_g) * open_edge[i, j]
            if i == rows - 1:
                for j in range(columns):
                    south[j] = _edge(here[j], conveyance, froude_g) * open_edge[i, j]
            else:
                _mean(mean_y, above, south, qy[i + 2], weight)
                above[:] = south
                _faces(
                    south, mean_y, here, depth[i + 1], drop_y[i], scratch_y, bits_y,
                    g_dt, four_g_dt_n2, inverse_dx, froude_g,
                )  # fmt: skip
            share, share_above = kept[i % 2], kept[(i + 1) % 2]
            held, held_above = _shares(share, here, across, north, south, limit), held
            if held:
                _hold_back(across[1:-1], share[:-1], share[1:])
                across[0] *= share[0]
                across[columns] *= share[-1]
            if held or held_above:
                _hold_back(north, share if i == 0 else share_above, share)
            leaving += float(across[columns]) - float(across[0])
            if i > 0:
                highest = max(highest, _update(depth[i - 1], qx[i - 1], qy[i - 1], north, rain[i - 1], ratio, dt))
        if held:
            _hold_back(qy[rows], kept[(rows - 1) % 2], kept[(rows - 1) % 2])
        highest = max(
            highest, _update(depth[rows - 1], qx[rows - 1], qy[rows - 1], qy[rows], rain[rows - 1], ratio, dt)
        )
        for j in range(columns):
            leaving += float(qy[rows, j]) - float(qy[0, j])
        left += leaving * dx * step
        deepest = _from_bits(highest)
        steps += 1
    return left, deepest, steps


@njit(nogil=True, error_model="numpy")
def _mean(mean: Floats, before: Floats, q: Floats, after: Floats, theta: float) -> None:
    """Each discharge by theta, and the two beside it by the rest."""
    half = np.float32(0.5) * (np.float32(1) - theta)
    for j in range(q.size):
        mean[j] = theta * q[j] + half * (before[j] + after[j])


@njit(nogil=True, error_model="numpy")
def _faces(
    q: Floats,
    mean: Floats,
    up: Floats,
    down: Floats,
    drop: Floats,
    scratch: Floats,
    bits: NDArray[np.int32],
    g_dt: float,
    four_g_dt_n2: float,
    inverse_dx: float,
    froude_g: float,
) -> None:
    """One row of unit discharges, m2 s-1, positive from `up` to `down`, brought forward by one step.

    `mean` is `q` weighed with its neighbours along the flow, `drop` the bed of `down` less the bed of `up`, `bits` the
    `scratch` seen as integers.
    """
    width = q.size
    zero, one, two, dry = np.float32(0), np.float32(1), np.float32(2), np.float32(DRY)
    third, four_thirds = np.float32(1 / 3), np.float32(4 / 3)
    for j in range(width):
        flow = max(up[j] - max(drop[j], zero), down[j] + min(drop[j], zero))
        scratch[j] = max(flow, dry)
    # h^(-1/3): a third off the exponent by integer arithmetic, then three steps of Newton without division.
    for j in range(width):
        bits[j] = np.int32(0x54A21D2A) - bits[j] // np.int32(3)
    for j in range(width):
        flow = max(up[j] - max(drop[j], zero), down[j] + min(drop[j], zero))
        depth = max(flow, dry)
        root, part = scratch[j], depth * third
        root = root * (four_thirds - part * root * root * root)
        root = root * (four_thirds - part * root * root * root)
        root = root * (four_thirds - part * root * root * root)
        friction = root * (root * root * root) * (root * root * root)
        rise = drop[j] + (down[j] - up[j])
        pushed = mean[j] - g_dt * depth * rise * inverse_dx
        value = two * pushed / (one + np.sqrt(one + four_g_dt_n2 * abs(pushed) * friction))
        fastest = depth * np.sqrt(froude_g * depth)
        value = max(min(value, fastest), -fastest)
        q[j] = value if flow > dry else zero


@njit(nogil=True, error_model="numpy")
def _edge(depth: float, conveyance: float, froude_g: float) -> Any:
    """Unit discharge out of an edge cell at normal depth (Manning), within the Froude limit."""
    if depth <= np.float32(DRY):
        return np.float32(0)
    normal = np.float32(float(depth) ** (5.0 / 3.0) * conveyance)
    return min(normal, depth * np.sqrt(froude_g * depth))


@njit(nogil=True, error_model="numpy")
def _shares(share: Floats, depth: Floats, across: Floats, north: Floats, south: Floats, limit: float) -> bool:
    """Which part of what it would give each cell can give: all, or what it holds over what is asked of it.

    Returns:
        Whether any cell must hold back.
    """
    zero, one, least = np.float32(0), np.float32(1), np.float32(1e-30)
    west, east = across[:-1], across[1:]
    for j in range(depth.size):
        asked = (max(east[j], zero) - min(west[j], zero)) + (max(south[j], zero) - min(north[j], zero))
        share[j] = min(one, limit * depth[j] / max(asked, least))
    levels, lowest = share.view(np.int32), ONE
    for j in range(depth.size):
        lowest = min(lowest, levels[j])
    return bool(lowest < ONE)


@njit(nogil=True, error_model="numpy")
def _hold_back(q: Floats, share_up: Floats, share_down: Floats) -> None:
    """Reduce each discharge by the share of the cell that gives it."""
    for j in range(q.size):
        q[j] = q[j] * (share_up[j] if q[j] > np.float32(0) else share_down[j])


@njit(nogil=True, error_model="numpy")
def _update(depth: Floats, across: Floats, north: Floats, south: Floats, rain: Floats, ratio: float, dt: float) -> Any:
    """Bring one row of depths up to date; the bits of the deepest."""
    west, east = across[:-1], across[1:]
    for j in range(depth.size):
        gain = (west[j] - east[j]) + (north[j] - south[j])
        depth[j] = max(depth[j] + (gain * ratio + rain[j] * dt), np.float32(0))
    levels, highest = depth.view(np.int32), np.int32(0)
    for j in range(depth.size):
        highest = max(highest, levels[j])
    return highest


@njit(nogil=True, error_model="numpy")
def _from_bits(bits: int) -> Any:
    return np.array([bits], np.int32).view(np.float32)[0]
