"""A tide that wets a plane beach at 1 m/s, on the bed and with the levels of a published test of flood models.

The levels at the low end make a wave h(x, t) = f(u t - x) climb the slope S, with dh/ds = S + n^2 u^2 / h^(4/3) in the
way s behind its front (Hunter et al. 2005, Adv. Water Resour. 28); inertia is left out, which counts for
u^2 / (g h): 2 % at the edge, a tenth at 1 m.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from floodmark.hydraulics.edges import CLOSED, Edge
from tests.hydraulics.basins import leak, none, pool, root_mean_square

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "hydraulics" / "T010_planar_beach"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the planar beach is not beside the repository")

MANNING_N, DX, VELOCITY, HOUR = 0.06, 50.0, 1.0, 3600


@pytest.fixture(scope="module")
def bed():
    """m, rising from the northern row; the row of the levels is left to the edge, a cell's length before the first."""
    whole = np.loadtxt(DATA / "planar_beach.dem.ascii", skiprows=6)
    assert whole.shape == (121, 40)
    assert whole[0].max() == 0
    return whole[1:]


@pytest.fixture(scope="module")
def levels():
    """m, of each second."""
    level, second = np.loadtxt(DATA / "planar_beach.bdy", skiprows=3).T
    assert (second == np.arange(5001)).all()
    return level


def at_level(level):
    return (CLOSED, CLOSED, Edge(level=float(level)), CLOSED)


def wave(slope):
    """Depth of the analytic wave, m, by the way behind its front, m."""
    start = 0.01

    def rise(_, h):
        return slope + MANNING_N**2 * VELOCITY**2 / h ** (4 / 3)

    first = (7 / 3 * MANNING_N**2 * VELOCITY**2 * start) ** (3 / 7)
    curve = solve_ivp(rise, (start, 6500), [first], rtol=1e-9, atol=1e-10, dense_output=True)
    return lambda s: np.where(s > start, curve.sol(np.clip(s, start, 6500))[0], 0)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_the_flood_is_the_analytic_wave_and_the_ebb_takes_it_away(bed, levels, precision):
    depth_behind = wave(bed[-1, 0] / (120 * DX))
    # Where the front is when the levels begin.
    begun = brentq(lambda s: depth_behind(s) - levels[0], 0.1, 1000)
    assert depth_behind(begun + VELOCITY * 5000) == pytest.approx(levels[5000], abs=1e-4)
    water = pool(bed, dx=DX, manning_n=MANNING_N, precision=precision)
    x = DX * (1 + np.arange(len(bed)))
    for second in range(0, 5000, 10):
        water.set_edges(at_level(levels[second + 5]))
        water.advance(none(water), 10)
        assert (water._state.depth + water._state.carry).min() > -1e-9
        if second + 10 in (1000, 2500, 5000):
            expected = depth_behind(begun + VELOCITY * water.seconds - x)
            found = water.depth[:, 20]
            deep = expected > 1
            np.testing.assert_allclose(found[deep], expected[deep], rtol=0, atol=0.07)
            assert root_mean_square((found - expected)[deep]) < 0.03
            assert 0 <= (found > 0.05).sum() - (expected > 0.05).sum() <= 2
    high = water.stored_m3
    for second in range(0, 12 * HOUR, 60):
        water.set_edges(at_level(max(levels[5000] * (1 - second / 5000), 0)))
        water.advance(none(water), 60)
        assert (water._state.depth + water._state.carry).min() > -1e-9
    assert leak(water) < {"float32": 1e-6, "float64": 1e-12}[precision]
    np.testing.assert_array_equal(water.depth, water.depth[:, :1].repeat(40, axis=1))
    # At 1 in 6000 and n = 0.06 the beach drains slowly: nine tenths in ten hours and a half.
    assert 0.05 < water.stored_m3 / high < 0.12


def test_at_a_standing_level_the_shoreline_is_where_it_meets_the_bed(bed):
    water = pool(bed, dx=DX, manning_n=MANNING_N, edges=at_level(0.6))
    water.advance(none(water), 72 * HOUR)
    assert (water._state.depth + water._state.carry).min() > -1e-9
    rows = (water.depth[:, 20] > 0.01).sum()
    assert abs(rows - (bed[:, 20] < 0.6).sum()) <= 2
    np.testing.assert_allclose((bed + water.depth)[water.depth > 0.05], 0.6, atol=0.001)
