import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floodmark.sentiment.agreement import agreement, alpha, coincidences

NONE = 0
OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3),
    (NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE),
)
"""Four observers of twelve units: example C of Krippendorff (2011), Computing Krippendorff's Alpha-Reliability."""

judgements = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=40)


def flat(observers):
    pairs = [(unit, value - 1) for row in observers for unit, value in enumerate(row) if value != NONE]
    units, values = zip(*pairs, strict=True)
    return units, np.array(values)


@pytest.mark.parametrize(("ordinal", "published"), [(False, 0.743), (True, 0.815)])
def test_the_published_example_comes_out(ordinal, published):
    units, values = flat(OBSERVERS)
    assert float(alpha(coincidences(units, values, 5).sum(0), ordinal)) == pytest.approx(published, abs=5e-4)


def by_definition(pairs, categories, ordinal):
    """1 - observed / expected disagreement, by walking over all pairs of values."""
    of_unit = {}
    for unit, value in pairs:
        of_unit.setdefault(unit, []).append(value)
    kept = {unit: values for unit, values in of_unit.items() if len(values) > 1}
    everything = [value for values in kept.values() for value in values]
    count = [everything.count(category) for category in range(categories)]

    def distance(one, other):
        low, high = sorted((one, other))
        return (sum(count[low : high + 1]) - (count[low] + count[high]) / 2) ** 2 if ordinal else float(one != other)

    def mean(values, weight):
        return weight * sum(
            distance(one, other) for i, one in enumerate(values) for j, other in enumerate(values) if i != j
        )

    total = len(everything)
    observed = sum(mean(values, 1 / (len(values) - 1)) for values in kept.values()) / max(total, 1)
    expected = mean(everything, 1 / (total * (total - 1))) if total > 1 else 0
    return 1 - observed / expected if expected else math.nan


@given(judgements, st.booleans())
def test_alpha_is_its_definition(pairs, ordinal):
    units, values = zip(*pairs, strict=True)
    found = float(alpha(coincidences(units, np.array(values), 4).sum(0), ordinal))
    assert found == pytest.approx(by_definition(pairs, 4, ordinal), nan_ok=True, abs=1e-9)


def test_agreement_has_an_interval_and_says_over_how_many_texts():
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 3, 300)
    values = np.concatenate([np.where(rng.random(300) < 0.8, truth, rng.integers(0, 3, 300)) for _ in range(3)])
    units = [*range(300)] * 3 + [1000]
    found = agreement(units, np.append(values, 1), 3, np.random.default_rng(0), 400)
    assert found["texts"] == 300
    for name in ("nominal", "ordinal"):
        assert found[name]["low"] < found[name]["alpha"] < found[name]["high"]
        assert 0.04 < found[name]["high"] - found[name]["low"] < 0.2
    # Of two raters, each right with 0.8 or as chance has it: agreement beyond chance is 0.8 squared.
    assert found["nominal"]["alpha"] == pytest.approx(0.64, abs=0.06)


def test_one_annotator_each_has_nothing_to_state():
    found = agreement([1, 2, 3], np.array([0, 1, 2]), 3, np.random.default_rng(0), 100)
    assert found["texts"] == 0
    assert math.isnan(found["nominal"]["alpha"])
    assert math.isnan(found["ordinal"]["low"])


def test_no_judgement_at_all_is_no_trouble():
    assert agreement([], np.array([], np.int64), 5, np.random.default_rng(0), 100)["texts"] == 0
