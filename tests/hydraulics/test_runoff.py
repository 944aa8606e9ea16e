"""What rain loses before it runs, against the equations solved otherwise."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floodmark.hydraulics.runoff import CurveNumber, Share, Topmodel, runoff_of, soil_of
from tests.hydraulics.test_events import options

SHAPE = (2, 3)


def losses(**changes):
    return options(losses=changes).losses


def test_a_share_of_the_rain_runs_off_whatever_its_rate():
    rain = np.array([[0.0, 1e-6, 3e-5]])
    np.testing.assert_array_equal(Share(0.7).of(rain, 300), rain * 0.7)


def test_the_curve_number_gives_the_handbooks_runoff():
    # NEH-4: 5 inches of rain on CN 80 run off as 2.89 inches.
    inch = 0.0254
    method = CurveNumber(80, 0.2, SHAPE)
    run = sum(method.of(np.full(SHAPE, 5 * inch / 3600), 900) * 900 for _ in range(4))
    np.testing.assert_allclose(run, 2.89 * inch, rtol=2e-3)


def test_nothing_runs_off_before_the_initial_abstraction_is_full():
    method = CurveNumber(75, 0.2, SHAPE)
    retention = 25.4 / 75 - 0.254
    rate = np.full(SHAPE, 0.2 * retention / 1000)
    assert not method.of(rate, 999).any()
    assert not method.of(rate * 0, 500).any()
    assert (method.of(rate, 10) > 0).all()


@given(st.lists(st.floats(0, 1e-4), min_size=1, max_size=8), st.floats(1, 100), st.floats(0, 1))
@settings(max_examples=50)
def test_the_curve_number_depends_on_the_total_alone_and_never_gives_more_than_fell(rates, number, abstraction):
    method = CurveNumber(number, abstraction, (1, 1))
    run = sum(float(method.of(np.full((1, 1), rate), 300)[0, 0]) * 300 for rate in rates)
    total = sum(rates) * 300
    retention = 25.4 / number - 0.254
    over = max(total - abstraction * retention, 0)
    expected = over**2 / (over + retention) if over > 0 else 0
    assert run == pytest.approx(expected, rel=1e-9, abs=1e-15)
    assert run <= total + 1e-15


def test_a_curve_number_of_one_hundred_loses_nothing():
    rain = np.full(SHAPE, 1e-5)
    np.testing.assert_allclose(CurveNumber(100, 0.2, SHAPE).of(rain, 300), rain, rtol=1e-12)


def stepped(rates, m, first, seconds, parts=20000):
    """TOPMODEL's dj/dt = j (r - j) / m by the midpoint rule: what it gave, m, and j at the end."""
    j, given_, dt = first, 0.0, seconds / parts
    for rate in rates:
        for _ in range(parts):
            middle = j + dt / 2 * j * (rate - j) / m
            given_ += middle * dt
            j += dt * middle * (rate - middle) / m
    return given_, j


@pytest.mark.parametrize("m", [0.002, 0.02])
def test_topmodels_store_solves_its_equation(m):
    rates, first = [20 / 3.6e6, 0.0, 5 / 3.6e6, 0.0], 0.5 / 3.6e6
    store = Topmodel(m, first, (1, 1))
    run = sum(float(store.of(np.full((1, 1), rate), 1800)[0, 0]) * 1800 for rate in rates)
    expected, j = stepped(rates, m, first, 1800)
    assert run == pytest.approx(expected, rel=1e-6)
    assert float(store.state[0, 0]) == pytest.approx(j, rel=1e-6)


@given(st.floats(1e-3, 0.5), st.floats(0, 100), st.floats(0, 200), st.integers(1, 20))
@settings(max_examples=60)
def test_topmodel_does_not_depend_on_how_a_span_is_cut(m, first, rate, parts):
    whole, cut = (Topmodel(m, first / 3.6e6, (1, 1)) for _ in range(2))
    rain = np.full((1, 1), rate / 3.6e6)
    run = float(whole.of(rain, 3600)[0, 0]) * 3600
    pieces = sum(float(cut.of(rain, 3600 / parts)[0, 0]) * 3600 / parts for _ in range(parts))
    assert pieces == pytest.approx(run, rel=1e-7, abs=1e-12)
    assert np.isfinite(run)


def test_topmodel_tends_to_the_rain_and_drains_without_it():
    store, rain = Topmodel(0.005, 1e-9, (1, 1)), np.full((1, 1), 30 / 3.6e6)
    for _ in range(200):
        last = store.of(rain, 600)
    np.testing.assert_allclose(last, rain, rtol=1e-6)
    falling = [float(store.of(rain * 0, 600)[0, 0]) for _ in range(50)]
    assert all(one > other > 0 for one, other in itertools.pairwise(falling))


def test_topmodel_survives_a_deluge_on_a_flashy_store():
    store = Topmodel(1e-3, 0.0, (1, 1))
    run = store.of(np.full((1, 1), 2000 / 3.6e6), 86400)
    assert np.isfinite(run).all()
    assert np.isfinite(store.state).all()


def test_each_kind_is_what_the_params_call_it():
    kinds = {"none": Share, "share": Share, "curve_number": CurveNumber, "topmodel": Topmodel, "constant": Share}
    rain = np.full(SHAPE, 1e-5)
    for kind, method in kinds.items():
        assert isinstance(runoff_of(losses(kind=kind), SHAPE), method)
    for kind in ("none", "constant", "green_ampt"):
        np.testing.assert_array_equal(runoff_of(losses(kind=kind), SHAPE).of(rain, 300), rain)
    assert soil_of(losses(kind="constant", infiltration_rate=36)) == (pytest.approx(1e-5), 0.0)
    conductivity, wetting = soil_of(losses(kind="green_ampt", conductivity=3.6, suction_head=200, moisture_deficit=0.4))
    assert (conductivity, wetting) == (pytest.approx(1e-6), pytest.approx(0.08))
    assert soil_of(losses(kind="curve_number")) == (0.0, 0.0)
