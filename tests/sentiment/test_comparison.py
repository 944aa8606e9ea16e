import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.sentiment.comparison import holm, mcnemar

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def right(*counts):
    """Which texts two models get right: both, only the first, only the second, none."""
    both, first, second, none = counts
    return (
        np.repeat([True, True, False, False], [both, first, second, none]),
        np.repeat([True, False, True, False], [both, first, second, none]),
    )


@given(st.tuples(*[st.integers(0, 30)] * 4))
def test_mcnemar_is_the_binomial_sum(counts):
    _, first, second, _ = counts
    differing = first + second
    tail = sum(math.comb(differing, k) for k in range(min(first, second) + 1)) / 2**differing
    assert mcnemar(*right(*counts)) == (first, second, pytest.approx(min(1, 2 * tail)))


def test_mcnemar_of_a_worked_example():
    # Twice the sum of binom(20, k) / 2^20 for k from 0 to 5.
    assert mcnemar(*right(50, 5, 15, 30))[2] == pytest.approx(2 * 21700 / 2**20)


def test_equal_models_do_not_differ():
    assert mcnemar(*right(10, 0, 0, 3)) == (0, 0, 1.0)


def test_holm_of_a_worked_example():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(p_values, st.randoms())
def test_holm_lies_between_the_raw_value_and_bonferroni_whatever_the_order(values, random):
    adjusted = holm(values)
    for raw, found in zip(values, adjusted, strict=True):
        assert raw <= found <= min(1, raw * len(values)) + 1e-12
    order = [*range(len(values))]
    random.shuffle(order)
    assert holm([values[index] for index in order]) == pytest.approx([adjusted[index] for index in order])


def test_holm_holds_the_risk_of_the_whole_family():
    """Of families without any difference, about one in twenty has a p value below 0.05."""
    rng = np.random.default_rng(0)
    wrong = np.mean([min(holm(rng.random(10))) < 0.05 for _ in range(2000)])
    assert 0.03 < wrong < 0.07


def test_no_pair_needs_no_correction():
    assert holm([]) == []
