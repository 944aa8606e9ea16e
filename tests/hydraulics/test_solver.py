"""One face of the scheme, compiled, against its equation written out in float64."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hydraulics.basins import PRECISIONS, none, pool

ACCURACY = {"float32": (2e-4, 2e-5, 1e-6), "float64": (1e-9, 2e-7, 1e-9)}
"""Of a discharge, relative and m2 s-1, and of a depth, m. Just above the depth of flow below which nothing moves, the
discharge is 1e-7 m2 s-1 at most."""


def expected_discharge(q, bed, depth, dt, dx, n):
    """Bates, Horritt and Fewtrell (2010), eq. 11, with |q'| for |q| in the friction, and the limits of this scheme."""
    flow = max(bed[0] + depth[0], bed[1] + depth[1]) - max(bed)
    if flow <= 1e-5:
        return 0.0
    slope = (bed[1] + depth[1] - bed[0] - depth[0]) / dx
    # The root by bisection of q' (1 + k |q'|) = a, which rises in q'.
    a, k = q - 9.81 * flow * dt * slope, 9.81 * dt * n * n / flow ** (7 / 3)
    low, high = -abs(a), abs(a)
    for _ in range(200):
        new = (low + high) / 2
        low, high = (new, high) if new * (1 + k * abs(new)) < a else (low, new)
    fastest = flow * np.sqrt(9.81 * flow)
    # The cell that gives has nothing but this face to give through, and must not give more than it holds.
    return max(min(new, fastest, depth[0] * 0.9999 * dx / dt), -min(fastest, depth[1] * 0.9999 * dx / dt))


@pytest.mark.parametrize("precision", PRECISIONS)
@given(
    bed=st.tuples(st.floats(0, 50), st.floats(0, 50)),
    depth=st.tuples(st.floats(0, 10), st.floats(0, 10)),
    q=st.floats(-3, 3),
    n=st.floats(0.01, 0.2),
    southwards=st.booleans(),
)
@settings(max_examples=200)
def test_a_face_carries_what_the_equation_says(precision, bed, depth, q, n, southwards):
    elevation = np.full((4, 4), 5000.0)
    first, second = (1, 1), ((2, 1) if southwards else (1, 2))
    elevation[first], elevation[second] = bed
    water = pool(elevation, dx=100.0, manning_n=n, theta=1, longest_step=5, precision=precision)
    water.depth[first], water.depth[second] = depth
    face = water._state.qy if southwards else water._state.qx
    face[second] = q
    stored = np.array([water.depth[first], water.depth[second]], np.float64)
    dt = 0.5
    water.advance(none(water), dt)
    assert water.steps == 1
    expected = expected_discharge(np.float64(face.dtype.type(q)), bed, stored, dt, 100.0, n)
    relative, absolute, of_depth = ACCURACY[precision]
    np.testing.assert_allclose(face[second], expected, rtol=relative, atol=absolute)
    moved = expected * dt / 100
    np.testing.assert_allclose(water.depth[first], stored[0] - moved, rtol=1e-5, atol=of_depth)
    np.testing.assert_allclose(water.depth[second], stored[1] + moved, rtol=1e-5, atol=of_depth)


@pytest.mark.parametrize("southwards", [True, False])
def test_theta_weighs_a_discharge_with_its_neighbours_along_the_flow(southwards):
    water = pool(np.zeros((9, 9)), dx=100.0, manning_n=1e-6, theta=0.9, longest_step=5)
    water.depth[:] = 5
    face = water._state.qy if southwards else water._state.qx.T
    face[2, 4], face[3, 4], face[4, 4], face[3, 3] = 1.0, 2.0, 4.0, 7.0
    water.advance(none(water), 1e-4)
    np.testing.assert_allclose(face[3, 4], 2.0 * 0.9 + 0.05 * (1.0 + 4.0), rtol=1e-6)


def test_the_step_follows_the_deepest_water():
    steps = []
    for deepest in (1.0, 4.0):
        water = pool(np.zeros((9, 9)), dx=100.0, depth=np.full((9, 9), deepest), courant=0.5, longest_step=1e9)
        water.advance(none(water), 10000.0)
        steps.append(water.steps)
    longest = 0.5 * 100 / np.sqrt(9.81 * np.array([1.0, 4.0]))
    assert steps == list(np.ceil(10000.0 / longest).astype(int))
