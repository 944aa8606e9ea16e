"""The ground takes water in as Green and Ampt (1911) say: dF/dt = K (1 + psi dtheta / F), F what it took in so far."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from tests.hydraulics.basins import PRECISIONS, leak, none, pool, rain, rough

K, HOUR = 10 / 3.6e6, 3600
"""Conductivity, m s-1: 10 mm in an hour."""


def taken(water):
    return np.asarray(water._state.soil[:, : water.depth.shape[1]], np.float64)


def green_ampt(seconds, wetting):
    """F from F - psi dtheta ln(1 + F / (psi dtheta)) = K t, under water that stands from the beginning."""

    def excess(f):
        return f - wetting * np.log1p(f / wetting) - K * seconds

    return brentq(excess, 1e-12, 10)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("wetting", [0.01, 0.05, 0.2])
def test_under_standing_water_the_ground_takes_in_what_the_equation_says(wetting, precision):
    water = pool(
        np.zeros((5, 5)), depth=np.full((5, 5), 1.0), precision=precision, conductivity=K, wetting=wetting
    )  # fmt: skip
    for _ in range(8):
        water.advance(none(water), HOUR / 4)
        np.testing.assert_allclose(taken(water), green_ampt(water.seconds, wetting), rtol=2e-4)
        np.testing.assert_allclose(water.depth + taken(water), 1.0, rtol=1e-6)


def test_longer_steps_take_in_the_same_to_a_percent():
    for longest in (1.0, 60.0):
        water = pool(
            np.zeros((5, 5)), dx=1e4, depth=np.full((5, 5), 1.0), longest_step=longest, conductivity=K, wetting=0.05
        )  # fmt: skip
        water.advance(none(water), HOUR)
        assert water.steps == HOUR / longest
        np.testing.assert_allclose(taken(water), green_ampt(HOUR, 0.05), rtol=0.01)


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 3e-7), ("float64", 1e-12)])
def test_without_suction_the_rate_is_the_conductivity(precision, tolerance):
    """Also in steps that take a millionth of what the ground holds by then."""
    water = pool(np.zeros((5, 5)), depth=np.full((5, 5), 2.0), precision=precision, conductivity=K, longest_step=5)
    water.advance(none(water), 120 * HOUR)
    np.testing.assert_allclose(taken(water), K * 120 * HOUR, rtol=tolerance)


def test_a_drizzle_below_the_conductivity_is_taken_whole_and_what_exceeds_it_runs_off():
    for mm_per_hour, stays in ((5, 0.0), (30, 0.02)):
        water = pool(np.zeros((5, 5)), conductivity=K)
        water.advance(rain(water, mm_per_hour), HOUR)
        np.testing.assert_allclose(water.depth, stays, rtol=1e-5, atol=1e-9)
        np.testing.assert_allclose(taken(water), mm_per_hour / 1000 - stays, rtol=1e-5)


def test_the_ground_never_takes_more_than_there_is():
    water = pool(rough(6, holes=0.05), conductivity=100 * K, wetting=0.2)
    fallen = 0.0
    for mm_per_hour in (5, 60, 0):
        water.advance(rain(water, mm_per_hour), HOUR)
        fallen += mm_per_hour / 1000
        assert (water._state.depth + water._state.carry).min() > -1e-9
        assert leak(water) < 1e-6
    assert not water.depth.any()
    assert water.soil_m3 == pytest.approx(water.fallen_m3, rel=1e-6)
    assert not taken(water)[water.solid].any()


def test_ground_that_takes_nothing_in_has_nothing():
    water = pool(rough(6))
    water.advance(rain(water, 30), HOUR)
    assert water.soil_m3 == 0
