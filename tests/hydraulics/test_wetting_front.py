"""A wave that wets a dry flat bed at a constant velocity, driven by the level at its western edge.

A wave h(x, t) = f(u t - x) with the discharge q = u h fulfils continuity whatever its shape f. Two equations of
momentum give two shapes:

- Without inertia, h h_x = -n^2 q^2 / h^(7/3) gives h = (7/3 n^2 u^2 s)^(3/7), with s = u t - x the way behind the
  front: Hunter et al. (2005), Adv. Water Resour. 28, which Bates, Horritt and Fewtrell (2010) compare with. It holds
  where the Froude number is low, u^2 << g h.
- The local inertial equations themselves, q_t + g h h_x + g n^2 q^2 / h^(7/3) = 0, become
  (g h - u^2) h' = g n^2 u^2 h^(-1/3), so that 3/7 g h^(7/3) - 3/4 u^2 h^(4/3) grows by g n^2 u^2 s from the front.
  There u [q] = [g h^2 / 2] across the jump leaves a bore of 2 u^2 / g.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from floodmark.hydraulics.edges import CLOSED, Edge
from tests.hydraulics.basins import leak, none, pool, root_mean_square

EVERY = 5.0
"""Seconds from one level at the edge to the next."""


def diffusive(behind, u, n):
    return (7 / 3 * n**2 * u**2 * np.maximum(behind, 0)) ** (3 / 7)


def inertial(behind, u, n):
    bore = 2 * u**2 / 9.81

    def climbed(h):
        return 3 / 7 * 9.81 * h ** (7 / 3) - 3 / 4 * u**2 * h ** (4 / 3)

    def depth(s):
        return brentq(lambda h: climbed(h) - climbed(bore) - 9.81 * n**2 * u**2 * s, bore, 50) if s > 0 else 0.0

    return np.array([depth(s) for s in np.atleast_1d(behind)])


def wave(shape, u, n, dx, reach=3600.0, precision="float64"):
    """Places, m from the driven edge, the simulated and the analytic depths there, m, and the water itself."""
    cells = round(1.2 * reach / dx)
    water = pool(np.zeros((3, cells)), dx=dx, manning_n=n, precision=precision)
    for level in shape(u * np.arange(EVERY / 2, reach / u, EVERY), u, n):
        water.set_edges((Edge(level=float(level)), CLOSED, CLOSED, CLOSED))
        water.advance(none(water), EVERY)
    # The water beyond the edge stands a cell's length from the middle of the first cell.
    x = (np.arange(cells) + 1) * dx
    assert leak(water) < {"float32": 1e-6, "float64": 1e-12}[precision]
    np.testing.assert_array_equal(water.depth[0], water.depth[2])
    return x, water.depth[1], shape(reach - x, u, n), water


def front(x, depth, film=0.05):
    """Where the depth falls below a film, m."""
    return float(np.interp(-film, -depth, x))


@pytest.mark.parametrize(
    ("shape", "u", "n", "errors"),
    [(diffusive, 0.2, 0.1, (0.056, 0.033, 0.018)), (inertial, 1.0, 0.03, (0.092, 0.058, 0.037))],
    ids=["slow, without inertia", "fast, with inertia"],
)
def test_halving_the_cell_size_brings_depth_and_front_closer(shape, u, n, errors):
    found, mean, ahead = [], [], []
    for dx in (50.0, 25.0, 12.5):
        x, depth, expected, _ = wave(shape, u, n, dx)
        found.append(root_mean_square((depth - expected)[x < 3780]))
        mean.append(np.abs(depth - expected)[x < 3780].mean())
        ahead.append((front(x, depth) - front(x, expected)) / dx)
        # Behind the front, where the wave is deep.
        np.testing.assert_allclose(depth[x < 3240], expected[x < 3240], atol=0.0007 * dx)
    assert (np.array(found) < errors).all()
    assert mean[1] < mean[0] / 1.8
    assert mean[2] < mean[1] / 1.8
    # A dry cell fills as soon as its neighbour is wet: the front runs ahead, by cells and not by metres.
    assert min(ahead) >= 0
    assert max(ahead) < 4.5


def test_a_fast_wave_stays_near_the_one_without_inertia_but_no_smaller_cell_brings_it_closer():
    waves = [wave(diffusive, 1.0, 0.03, dx) for dx in (25.0, 12.5)]
    found = [root_mean_square((depth - expected)[x < 3780]) for x, depth, expected, _ in waves]
    assert found[0] < 0.06
    assert found[0] < found[1] < 0.08


def test_the_flow_keeps_the_velocity_of_its_front():
    x, _, _, water = wave(inertial, 1.0, 0.03, 25.0, precision="float32")
    np.testing.assert_allclose(water.speed()[1][(x > 100) & (x < 3240)], 1.0, rtol=0.005)
