"""The highest depth of each cell and when it was, against all steps looked at one by one."""

from __future__ import annotations

import numpy as np
import pytest

from floodmark.hydraulics.water import Physics, Water
from tests.hydraulics.basins import PRECISIONS, downhill, none, pool, rain, rough


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_peak_is_the_highest_of_all_steps(precision):
    elevation = rough(8, relief=2.0, holes=0.05)
    start = np.where(np.arange(31) < 8, 0.5, 0.0)[None].repeat(24, axis=0)
    options = {"edges": downhill(0.01), "depth": start, "peaks": True, "longest_step": 2.0, "precision": precision}
    whole, stepwise = pool(elevation, **options), pool(elevation, **options)
    highest, when = stepwise.depth.copy(), np.zeros(elevation.shape)
    for fall in (rain(whole, 60), none(whole)):
        whole.advance(fall, 600)
        for _ in range(300):
            stepwise.advance(fall, 2.0)
            higher = stepwise.depth > highest
            highest[higher], when[higher] = stepwise.depth[higher], stepwise.seconds
    assert whole.steps == stepwise.steps == 600
    for water in (whole, stepwise):
        peak, time = water.peak
        np.testing.assert_array_equal(peak, highest)
        np.testing.assert_allclose(time, when, rtol=1e-6)
    # Cells that only drained have theirs at the beginning, others while it rained or later.
    assert (when[highest > 0] == 0).any()
    assert (when > 600).any()


def test_peaks_are_kept_only_if_asked_for():
    water = pool(rough(8))
    water.advance(rain(water, 60), 600)
    assert water.peak[0].size == 1


@pytest.mark.parametrize("longest_step", [60.0, 5.0])
def test_an_inflow_on_dry_ground_makes_no_deep_water_of_a_long_step(longest_step):
    bed = np.zeros((21, 21))
    fall = np.zeros(bed.shape)
    fall[10, 10] = 0.1
    water = Water(bed, 10.0, manning_n=0.03, physics=Physics(longest_step=longest_step, theta=1.0), peaks=True)
    water.advance(fall, 120)
    # A quarter of 10 m3 s-1 through each side of 10 m is critical at 0.19 m, and falls off a cell a little deeper.
    assert 0.19 < water.peak[0].max() < 0.4
