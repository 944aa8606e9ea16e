"""A run that is cut at a mark and taken up from its snapshot ends with the same bits."""

from __future__ import annotations

import numpy as np
import pytest

from floodmark.hydraulics.edges import CLOSED, Edge
from tests.hydraulics.basins import PRECISIONS, pool, rain, rough

MARKS = [(level, mm_per_hour) for level in (300.5, 301.0, 300.2) for mm_per_hour in (40, 0)]


def begun(precision, **options):
    settings = {"peaks": True, "conductivity": 2e-6, "wetting": 0.03, "precision": precision, **options}
    return pool(rough(9, relief=1.0, holes=0.05), edges=edges(300.0), depth=np.full((24, 31), 0.1), **settings)


def edges(level):
    return (Edge(level=level), Edge(slope=0.01), CLOSED, Edge(slope=0.02))


def carried_on(water, marks):
    for level, mm_per_hour in marks:
        water.set_edges(edges(level))
        water.advance(rain(water, mm_per_hour), 333.0)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("cut", [1, 3, 5])
def test_the_bits_are_those_of_a_run_without_a_break(precision, cut):
    whole, first, second = (begun(precision) for _ in range(3))
    carried_on(whole, MARKS)
    carried_on(first, MARKS[:cut])
    saved = first.snapshot()
    carried_on(first, MARKS[cut:])  # which must not reach into what was saved
    second.restore(saved)
    carried_on(second, MARKS[cut:])
    expected = whole.snapshot()
    for water in (first, second):
        found = water.snapshot()
        assert found.keys() == expected.keys()
        for name in expected:
            np.testing.assert_array_equal(found[name], expected[name], err_msg=name)
            assert found[name].dtype == expected[name].dtype
    assert second.residual_m3() == whole.residual_m3()
    assert second.steps == whole.steps > 6


def test_what_was_restored_is_not_changed_by_going_on():
    water, other = begun("float32"), begun("float32")
    carried_on(water, MARKS[:2])
    saved = water.snapshot()
    kept = {name: values.copy() for name, values in saved.items()}
    other.restore(saved)
    carried_on(other, MARKS[2:])
    for name in kept:
        np.testing.assert_array_equal(saved[name], kept[name], err_msg=name)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda parts: parts.update(depth=parts["depth"][1:]), r"depth is float32 \(23, "),
        (lambda parts: parts.update(qx=parts["qx"].astype(np.float64)), r"qx is float64 .*must be float32"),
        (lambda parts: parts.pop("carry"), "carry is absent"),
        (lambda parts: parts.pop("clock"), "clock is absent"),
        (lambda parts: parts.update(steps=parts["steps"].astype(float)), "steps is float64"),
        (lambda parts: parts.update(soil=parts["soil"][:1, :1]), r"soil is float32 \(1, 1\)"),
    ],
)
def test_a_snapshot_of_another_water_is_refused(spoil, message):
    water = begun("float32")
    carried_on(water, MARKS[:1])
    before = water.snapshot()
    parts = water.snapshot()
    spoil(parts)
    with pytest.raises(ValueError, match=message):
        water.restore(parts)
    np.testing.assert_array_equal(water.snapshot()["depth"], before["depth"])


@pytest.mark.parametrize("options", [{"peaks": False}, {"conductivity": 0.0}])
def test_a_snapshot_of_a_water_with_other_physics_is_refused(options):
    with pytest.raises(ValueError, match="must be"):
        begun("float32").restore(begun("float32", **options).snapshot())
