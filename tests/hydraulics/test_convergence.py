"""Smaller cells and shorter steps come nearer to one answer."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.integrate import solve_ivp

from floodmark.hydraulics.edges import CLOSED, Edge
from tests.hydraulics.basins import channel, none, pool, rain


def bowl(cells, seconds=3600.0):
    """Depths in a smooth bowl of 1.6 km into which it rains, more in the east."""
    dx = 1600 / cells
    across = ((np.arange(cells) + 0.5) * dx / 800) - 1
    x, y = np.meshgrid(across, across)
    water = pool(6 * (x**2 + 0.5 * y**2) + 0.3 * np.sin(3 * x) * np.cos(2 * y), dx=dx, precision="float64")
    water.advance(rain(water, 50) * (1 + 0.5 * x), seconds)
    return water.depth


def coarsened(depth):
    return depth.reshape(depth.shape[0] // 2, 2, -1, 2).mean(axis=(1, 3))


def test_water_that_gathers_in_a_bowl_converges_at_nearly_first_order():
    depths = [bowl(cells) for cells in (16, 32, 64, 128)]
    changes = [np.abs(coarsened(fine) - coarse).mean() for coarse, fine in pairwise(depths)]
    orders = np.log2(np.array(changes[:-1]) / changes[1:])
    assert depths[-1].max() > 0.4
    assert (orders > [0.6, 0.75]).all()
    assert orders[1] > orders[0]


def test_backwater_behind_a_weir_converges_to_its_curve_at_first_order():
    """d(h + z)/dx = -n^2 q^2 / h^(10/3), which the local inertial equations become where nothing changes in time."""
    slope, n, q, level, length = 0.002, 0.04, 0.8, 2.0, 2000.0

    def falling(x, h):
        return slope - n**2 * q**2 / h ** (10 / 3)

    curve = solve_ivp(falling, (length, 0), [level], rtol=1e-10, atol=1e-12, dense_output=True)
    errors = []
    for dx in (100.0, 50.0, 25.0):
        cells = round(length / dx)
        # The weir's water stands at the edge, a cell's length from the last cell, over that cell's bed.
        x = length - dx * np.arange(cells, 0, -1)
        bed = slope * (length - x)
        edges = (CLOSED, Edge(level=level), CLOSED, CLOSED)
        water = pool(channel(bed), dx=dx, manning_n=n, edges=edges, precision="float64")
        fall = none(water)
        fall[:, 0] = q / dx
        water.advance(fall, 10 * 3600)
        errors.append(np.abs(water.depth[2] - curve.sol(x)[0])[cells // 10 :].mean())
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert errors[-1] < 0.02
    assert (np.abs(orders - 1) < 0.15).all()


def test_shorter_steps_change_little():
    row = np.linspace(-1, 1, 30) ** 2
    elevation = 8 * (row[:, None] + 0.5 * row[None, :])
    depths = []
    for courant in (0.7, 0.1):
        water = pool(elevation, courant=courant)
        water.advance(rain(water, 40), 5400)
        depths.append(water.depth)
    assert depths[0].max() > 0.3
    assert np.abs(depths[0] - depths[1]).max() < 0.003
